"""What does the same as another shipper's configuration.

In: files of Fluent Bit's, in the classic format or in YAML.
Out: our settings as text, and a remark for each thing that has no counterpart.
Imports: ground, records, settings.
"""
