"""Orders of seed 002: a shop whose state is its history, with two kinds of saga."""
