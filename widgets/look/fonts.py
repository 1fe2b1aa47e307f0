"""Fonts: the system's own for the interface, and one with figures of equal width for times, ids and numbers."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

__all__ = ["mono_font", "ui_font"]

MONOSPACED: Final = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "DejaVu Sans Mono", "Noto Sans Mono")
"""Tried in this order; the system's fixed font stands in when none is installed."""


def ui_font(*, bold: bool = False, scale: float = 1.0) -> QFont:
    """The system's interface font, at `scale` times its own size."""
    return _sized(QApplication.font(), bold, scale)


def mono_font(*, bold: bool = False, scale: float = 1.0) -> QFont:
    """The monospaced font at `scale` times the size of the interface font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if family := _monospaced():
        font.setFamilies([family])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return _sized(font, bold, scale)


@cache
def _monospaced() -> str | None:
    installed = set(QFontDatabase.families())
    return next((family for family in MONOSPACED if family in installed), None)


def _sized(font: QFont, bold: bool, scale: float) -> QFont:
    copy = QFont(font)
    if copy.pointSizeF() > 0:
        copy.setPointSizeF(copy.pointSizeF() * scale)
    else:
        copy.setPixelSize(round(copy.pixelSize() * scale))
    if bold:
        copy.setWeight(QFont.Weight.DemiBold)
    return copy
