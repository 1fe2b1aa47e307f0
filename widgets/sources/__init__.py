"""Sources: the panel and the start page."""
