"""A batch on its way: tried, tried again, taken apart, put aside.

In: encoded blocks and a sink.
Out: every record's fate: delivered, duplicate, dead-lettered or dropped.
Imports: ground, records, state.
"""
