"""Triggers: filters that keep what happened around each row they meet, tell of it, and may hold the window."""
