"""Orders in which the rows of a capture are listed."""
