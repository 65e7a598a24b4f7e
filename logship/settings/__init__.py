"""What the user asked for: text in, checked values out.

In: flags, variables, files, the settings of each chosen sink.
Out: `Resolved`, or every fault at once (`ConfigError`).
Imports: ground, records, redaction.
"""
