"""Google Cloud Logging."""
