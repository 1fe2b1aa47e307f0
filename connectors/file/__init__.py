"""Files of events, followed as they grow."""
