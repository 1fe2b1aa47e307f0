"""The kinds of envelopes that are recognised without being told, as data."""
