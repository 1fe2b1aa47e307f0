"""The window itself, and what holds it together."""
