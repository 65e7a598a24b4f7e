"""What must not leave the pod: where it is in a text; pure.

In: plain text, or a block of lines as they were read, and which detectors look at it.
Out: the places of what they found, and by whom (`Found`).
Imports: records.
"""
