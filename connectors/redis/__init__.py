"""Redis: channels of pub/sub, and streams."""
