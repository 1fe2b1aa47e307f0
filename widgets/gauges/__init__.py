"""Gauges: figures that programs tell about themselves."""
