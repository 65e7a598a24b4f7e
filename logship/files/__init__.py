"""Which files there are, which is which, and what is new in them.

In: the folders that the patterns name, and what the checkpoint knows of their files.
Out: blocks of whole lines, and the words of what was lost.
Imports: ground, records, state.
"""
