"""The subcommands, one file each; imported when called.

In: words of a command line.
Out: an exit code.
Imports: ground, state, settings, delivery, daemon, check, convert.
"""
