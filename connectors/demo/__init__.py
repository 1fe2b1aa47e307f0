"""The embedded demo: small programs on a bus in this process."""
