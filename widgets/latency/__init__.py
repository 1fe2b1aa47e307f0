"""The latency view."""
