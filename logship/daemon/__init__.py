"""Puts the rooms together and runs them to the end of a drain; probes, metrics and status.

In: `Resolved`, from a child that read the settings.
Out: an exit code.
Imports: ground, records, state, settings, files, delivery.
"""
