"""The row painter: draws all visible rows of the table in one pass, without one call per cell into Qt's views.

Texts are gathered by font and colour, because changing the pen costs as much as drawing a short text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from eventscope.step import Phase
from widgets.look.fonts import mono_font, ui_font
from widgets.look.icons import pixmap
from widgets.look.palette import Palette, chip_colour
from widgets.look.text_fit import TextFit
from widgets.look.theme import current_palette
from widgets.look.tones import tone
from widgets.table.cells import Row
from widgets.table.columns import Column, Elide
from widgets.table.looks import Look

__all__ = ["PADDING", "RowPainter", "Slot", "Strip"]

PADDING: Final = 8
ICON: Final = 14
CHIP: Final = 8
EDGE: Final = 3
TIME_LETTERS: Final = len("00:00:00.000")
"""Shorter times are moved to the right, so that all are aligned on the point."""

PHASE_ICONS: Final[dict[int, tuple[str, str]]] = {
    Phase.PUBLISHED: ("arrow-right", "muted"),
    Phase.DELIVERED: ("corner-down-right", "muted"),
    Phase.HANDLED: ("check", "ok"),
    Phase.FAILED: ("x", "critical"),
    Phase.RETRIED: ("rotate-cw", "high"),
    Phase.DEAD_LETTERED: ("skull", "critical"),
    Phase.DROPPED: ("ban", "critical"),
}
PRIORITY_ICONS: Final[dict[int, tuple[str, str]]] = {
    3: ("triangle-filled", "critical"),
    2: ("diamond-filled", "high"),
    1: ("circle-filled", "normal"),
    0: ("circle-outline", "low"),
}
TINTS: Final[dict[int, str]] = {
    Phase.FAILED: "tint_failed",
    Phase.DEAD_LETTERED: "tint_failed",
    Phase.DROPPED: "tint_failed",
    Phase.RETRIED: "tint_retried",
}
HATCH: Final = Qt.BrushStyle.BDiagPattern
"""What lies behind a gap, so that it is seen without colours too."""
COMMENT: Final = "✎"
"""Before the comment on a row."""
KEPT_IN_GAPS: Final = frozenset({"number", "time"})
QUIET: Final = frozenset({Phase.DELIVERED, Phase.HANDLED})
"""Phases whose rows are written lighter: the event itself was told of by its published row."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a column lies: `left` and `width` in pixels of the viewport."""

    column: Column
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class Strip:
    """A row at its place: `top` in pixels of the viewport."""

    top: int
    row: Row
    look: Look


class RowPainter:
    """Paints strips in the application's fonts and the theme's colours; `recolour` when these have changed."""

    def __init__(self) -> None:
        self._mono = TextFit(mono_font())
        self._text = TextFit(ui_font())
        self.recolour()
        self.row_height = max(22, round(self._text.metrics.height() + 8))
        metrics = self._text.metrics
        self._baseline = round((self.row_height - metrics.height()) / 2 + metrics.ascent())

    def recolour(self) -> None:
        """Take over the theme's colours."""
        self._palette: Palette = current_palette()
        self._colours: dict[str, QColor] = {}

    def paint(self, painter: QPainter, slots: Sequence[Slot], strips: Iterable[Strip], width: int) -> None:
        """Draw `strips`, each `width` pixels wide, with the visible columns `slots`."""
        inked: defaultdict[tuple[bool, str], list[tuple[int, int, str]]] = defaultdict(list)
        for strip in strips:
            self._draw_ground(painter, strip, width)
            if strip.row.gap:
                self._gather_gap(inked, slots, strip, width)
                continue
            for slot in slots:
                self._draw_marks(painter, slot, strip)
                self._gather_text(inked, slot, strip)
            if strip.look.ignored:
                middle = strip.top + self.row_height // 2
                painter.fillRect(0, middle, width, 1, self._colour(self._palette.edge))
        for (mono, ink), texts in inked.items():
            painter.setFont((self._mono if mono else self._text).font)
            painter.setPen(self._colour(ink))
            for x, y, text in texts:
                painter.drawText(x, y, text)

    def wanted_width(self, column: Column, text: str) -> int:
        """The width at which a cell of `column` shows all of its text."""
        fit = self._mono if column.mono else self._text
        return round(fit.width(column.written(text))) + 1 + column.mark + 2 * PADDING

    def _draw_ground(self, painter: QPainter, strip: Strip, width: int) -> None:
        top, height = strip.top, self.row_height
        if strip.look.selected:
            painter.fillRect(0, top, width, height, self._colour(self._palette.accent))
            painter.fillRect(0, top + 1, width, height - 2, self._colour(self._palette.selection))
        elif strip.row.gap:
            painter.fillRect(0, top, width, height, self._colour(self._palette.tint_retried))
            painter.fillRect(0, top, width, height, QBrush(self._colour(self._palette.line), HATCH))
        elif ground := self._ground(strip):
            painter.fillRect(0, top, width, height, self._colour(ground))
        if strip.look.in_trace or strip.look.selected:
            painter.fillRect(0, top, EDGE, height, self._colour(self._palette.accent))

    def _ground(self, strip: Strip) -> str | None:
        """What a row is drawn on: nothing of its own when it steps back or is like any other."""
        colour, tint = strip.look.colour, TINTS.get(strip.row.phase)
        if strip.look.faint:
            return None
        if colour is not None:
            return tone(colour.tone, self._palette.dark).ground
        return None if tint is None else str(getattr(self._palette, tint))

    def _draw_marks(self, painter: QPainter, slot: Slot, strip: Strip) -> None:
        key, row = slot.column.key, strip.row
        if row.waiting:
            return
        if key == "phase":
            self._draw_icon(painter, PHASE_ICONS.get(row.phase), slot.left, strip)
        elif key == "priority":
            self._draw_icon(painter, PRIORITY_ICONS.get(row.priority), slot.left, strip)
        elif key == "source" and strip.look.icon:
            self._draw_icon(painter, (strip.look.icon, "muted"), slot.left, strip)
        elif strip.look.faint:
            return
        elif key == "correlation" and row.correlation_id:
            colour = self._colour(self._chip(strip))
            middle = strip.top + (self.row_height - CHIP) // 2
            painter.fillRect(slot.left + PADDING, middle, CHIP, CHIP, colour)
        elif key == "latency" and row.late:
            edge = slot.left + slot.width - EDGE
            painter.fillRect(edge, strip.top + 4, 2, self.row_height - 8, self._colour(self._palette.critical))

    def _chip(self, strip: Strip) -> str:
        """The colour of a flow: the one it was given for a while, else its own."""
        dark, given = self._palette.dark, strip.look.chip
        return tone(given.tone, dark).ink if given else chip_colour(strip.row.correlation_id or "", dark)

    def _draw_icon(self, painter: QPainter, mark: tuple[str, str] | None, left: int, strip: Strip) -> None:
        if mark is not None:
            name, ink = mark
            ratio = painter.device().devicePixelRatioF()
            picture = pixmap(name, ICON, getattr(self._palette, "edge" if strip.look.faint else ink), ratio)
            painter.drawPixmap(left + PADDING - 1, strip.top + (self.row_height - ICON) // 2, picture)

    def _gather_gap(
        self, inked: dict[tuple[bool, str], list[tuple[int, int, str]]], slots: Sequence[Slot], strip: Strip, width: int
    ) -> None:
        """Number and time as in any row; then one sentence to the end of the row, whatever the columns."""
        left = PADDING
        for slot in slots:
            if slot.column.key in KEPT_IN_GAPS:
                self._gather_text(inked, slot, strip)
                left = max(left, slot.left + slot.width + PADDING)
        shown = self._text.fit(strip.row.gap, width - left - PADDING, Elide.END)
        ink = self._palette.text if strip.look.selected else self._palette.high
        inked[False, ink].append((left, strip.top + self._baseline, shown))

    def _gather_text(self, inked: dict[tuple[bool, str], list[tuple[int, int, str]]], slot: Slot, strip: Strip) -> None:
        column, look = slot.column, strip.look
        key = column.key
        at_point = 0 if strip.row.waiting else TIME_LETTERS
        text = look.time.rjust(at_point) if key == "time" else column.written(strip.row.texts[key])
        if look.comment and key == "info":
            text = f"{COMMENT} {look.comment}  {text}"
        if not text or text.isspace():
            return
        fit = self._mono if column.mono else self._text
        shown = fit.fit(text, slot.width - 2 * PADDING - column.mark, column.elide)
        x = slot.left + PADDING + column.mark
        if column.align != "left":
            room = slot.left + slot.width - PADDING - round(fit.width(shown)) - x
            x += room if column.align == "right" else max(room // 2, 0)
        inked[column.mono, self._ink(column, key, strip)].append((x, strip.top + self._baseline, shown))

    def _ink(self, column: Column, key: str, strip: Strip) -> str:
        palette, row, look = self._palette, strip.row, strip.look
        if look.faint or row.waiting:
            return palette.muted if look.selected else palette.edge
        if key == "priority":
            return palette.of_priority(row.priority)
        if key == "phase":
            return str(getattr(palette, PHASE_ICONS[row.phase][1])) if row.phase in TINTS else palette.muted
        if key == "latency" and row.late:
            return palette.critical
        if key in row.lent:
            return palette.muted
        if look.selected or (look.comment and key == "info"):
            return palette.text
        return palette.muted if column.muted or row.phase in QUIET else palette.text

    def _colour(self, name: str) -> QColor:
        colour = self._colours.get(name)
        if colour is None:
            self._colours = {} if len(self._colours) > 5_000 else self._colours
            colour = self._colours[name] = QColor(name)
        return colour
