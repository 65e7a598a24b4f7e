"""logship: a log-shipping sidecar."""

__version__ = "0.1.0"
