"""OpenTelemetry's OTLP over HTTP."""
