"""Life of seed 004: a loop of ticks, and an asynchronous processor that answers events between them."""
