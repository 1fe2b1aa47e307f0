"""A refusal: what a service answers that does not want to do what it was asked for."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):
    """A service refused; nothing was done there. The text is the reason."""
