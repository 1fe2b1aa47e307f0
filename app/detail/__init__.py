"""The detail of an event: what there is to say about it, and where in its bytes that stands."""
