"""The subcommands: one small module each, imported only when it is asked for.

Each has ``arguments(parser)``, which adds its flags, and ``run(arguments) -> int``, which gives the exit code.
"""
