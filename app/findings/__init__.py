"""Findings: what is probably wrong, each in a sentence."""
