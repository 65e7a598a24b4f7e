"""What must survive a crash: identities, offsets, acknowledgements, on disk.

In: acknowledged offsets of every file generation and sink.
Out: a checkpoint and a journal, whole or not at all, and what they held at the next start.
Imports: ground, records.
"""
