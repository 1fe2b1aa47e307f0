"""Snippets: an event as text to be pasted elsewhere: commands that send it again, code that makes it."""
