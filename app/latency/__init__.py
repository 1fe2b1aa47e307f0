"""Latency: how long deliveries wait and work."""
