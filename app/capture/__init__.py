"""Recording: rows of the store written to a capture file, crash-safe, while they come."""
