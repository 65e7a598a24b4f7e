"""What stands in the way of shipping.

In: `Resolved`.
Out: findings: what is so and, where it is wrong, what to do.
Imports: ground, records, state, settings, files, delivery, net, daemon.
"""
