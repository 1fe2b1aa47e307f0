"""The role cache of seed 003: no expiry, it changes when a role does, and it is never stale."""
