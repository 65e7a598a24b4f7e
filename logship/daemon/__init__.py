"""Puts the rooms together and runs them to the end of a drain; probes, metrics and status.

In: `Resolved`, by way of `exec`.
Out: an exit code.
Imports: ground, records, state, settings, files, delivery.
"""
