"""What a line is, and what a sink is sent of it; pure.

In: bytes of whole lines and the moment they were read (`Block`).
Out: bodies in a sink's layout, and what was left out of them (`Encoded`).
Imports: ground.
"""
