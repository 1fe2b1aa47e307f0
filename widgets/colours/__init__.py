"""Colour rules: the dialog in which rows are given tones by filters."""
