"""Sources: driven, and what they hand over taken in."""
