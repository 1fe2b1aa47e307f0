"""The capture file: what is in it, and how it is read."""
