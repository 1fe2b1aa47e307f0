"""Kafka: topics tailed partition by partition; begin at `tail.py`."""
