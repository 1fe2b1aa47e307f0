"""Payloads that are no JSON: each format by a decoder."""
