"""Credentials: where the password of a source comes from; begin at `credentials.py`."""
