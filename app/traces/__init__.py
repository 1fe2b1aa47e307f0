"""Traces: which event caused which."""
