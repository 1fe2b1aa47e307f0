"""The core of the monitor: everything but the window."""
