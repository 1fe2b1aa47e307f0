"""`sqlite:PATH` tails the table of an event store."""
