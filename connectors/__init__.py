"""Sources of events, one module each, found by the scheme of a URL."""
