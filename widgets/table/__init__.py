"""The live event table."""
