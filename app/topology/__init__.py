"""Topology: who publishes and who listens."""
