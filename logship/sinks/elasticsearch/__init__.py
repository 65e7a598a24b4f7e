"""Elasticsearch, OpenSearch and whatever else speaks `_bulk`."""
