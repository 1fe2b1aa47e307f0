"""Profiles: sources that the user saved under a name."""
