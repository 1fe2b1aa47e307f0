"""Envelopes: what a message says of the event inside."""
