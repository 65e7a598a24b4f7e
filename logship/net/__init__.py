"""The one way to the network, with every kind of credentials.

In: requests, and where secrets are.
Out: answers, or an `Outcome` that says why there is none.
Imports: ground, settings, delivery.
"""
