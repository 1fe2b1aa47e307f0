"""Redaction: secrets found and replaced."""
