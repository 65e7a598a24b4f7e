"""What must not leave the pod: where it is in a text; pure.

In: records and lines; what is to be hidden, by content, by path, and how.
Out: the same with marks in the place of what must not leave the pod, and how much there was of it.
Imports: ground, records.
"""
