"""The stores: each module or folder here is one, found by its name and imported only when chosen.

In: batches.
Out: an `Outcome` for each attempt.
Imports: ground, records, state, settings, delivery, net.
"""
