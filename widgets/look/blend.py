"""Blends: two colours mixed beforehand, because translucent painting is slow and looks different on every ground."""

from __future__ import annotations

from PySide6.QtGui import QColor

__all__ = ["mixed"]


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`share` (0 to 1) of one colour and the rest of the other."""
    rest = 1 - share
    return QColor(
        round(one.red() * share + other.red() * rest),
        round(one.green() * share + other.green() * rest),
        round(one.blue() * share + other.blue() * rest),
    )
