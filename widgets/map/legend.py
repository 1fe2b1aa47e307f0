"""The legend of the map: what its shapes, figures and lines mean, as far as they are in the picture."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.topology.map import NodeKind, TopologyMap
from widgets.look.flow_layout import FlowLayout
from widgets.look.icons import pixmap
from widgets.look.palette import Palette
from widgets.look.text import label
from widgets.look.theme import current_palette, theme
from widgets.map.chips import chips_of
from widgets.map.shapes import ICONS, outline

__all__ = ["Legend"]

SAMPLE: Final = QSize(26, 12)
ICON_PX: Final = 10
GAP_PX: Final = 8

SHAPES: Final = (
    (NodeKind.PRODUCER, NodeKind.SUBSCRIPTION, NodeKind.CONSUMER),
    (NodeKind.TYPE, NodeKind.PATTERN),
    (NodeKind.EXCHANGE,),
    (NodeKind.TOPIC,),
    (NodeKind.QUEUE,),
    (NodeKind.GROUP,),
)
"""Kinds of nodes that look alike."""
NAMES: Final = {NodeKind.TYPE: "event type"}
FIGURES: Final = {"layers": "ready", "hourglass": "unacknowledged", "history": "behind", "skull": "dead letters"}


class Legend(QWidget):
    """Samples with their names, in as many lines as they need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = QWidget()
        self._flow = FlowLayout(inner, spacing=4)
        frame = QHBoxLayout(self)
        frame.setContentsMargins(12, 4, 12, 0)
        frame.addWidget(inner)
        self._shown: tuple[object, ...] = ()
        self.setAccessibleName("legend of the map")
        theme().changed.connect(self.update)

    def show_kinds(self, picture: TopologyMap) -> None:
        """Explain what is in this picture."""
        kinds = {node.kind for node in picture.nodes}
        hollow = any(not node.observed for node in picture.nodes)
        stray = any(node.stray for node in picture.nodes)
        figures = {chip.icon for node in picture.nodes for chip in chips_of(node)}
        shown = (frozenset(kinds), frozenset(figures), hollow, stray)
        if shown != self._shown:
            self._shown = shown
            self._fill(kinds, figures, hollow=hollow, stray=stray)

    def _fill(self, kinds: set[NodeKind], figures: set[str], *, hollow: bool, stray: bool) -> None:
        while item := self._flow.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        alike = ([kind for kind in shape if kind in kinds] for shape in SHAPES)
        entries = [Shape(", ".join(NAMES.get(kind, str(kind)) for kind in shape), shape[0]) for shape in alike if shape]
        if hollow:
            entries.append(Shape("declared, never seen", NodeKind.SUBSCRIPTION, hollow=True))
        if stray:
            entries.append(Shape("seen, not declared", NodeKind.SUBSCRIPTION, stray=True))
        for entry in (*entries, *(Figure(name, icon) for icon, name in FIGURES.items() if icon in figures)):
            self._flow.addWidget(entry)


class Entry(QWidget):
    """A sample with its name to the right."""

    def __init__(self, name: str, sample: QSize) -> None:
        super().__init__()
        self._sample = sample
        self._label = label(name, "muted", parent=self)
        self._label.move(sample.width() + 4, 0)
        self._label.adjustSize()

    def sizeHint(self) -> QSize:
        named = self._label.sizeHint()
        return QSize(self._sample.width() + 4 + named.width() + GAP_PX, max(self._sample.height(), named.height()))

    def _area(self) -> QRectF:
        top = (self.height() - self._sample.height()) / 2
        return QRectF(0, top, self._sample.width(), self._sample.height())


class Shape(Entry):
    """The shape of a kind of node, with its icon."""

    def __init__(self, name: str, kind: NodeKind, *, hollow: bool = False, stray: bool = False) -> None:
        super().__init__(name, SAMPLE)
        self._kind, self._hollow, self._stray = kind, hollow, stray

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = current_palette()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._pen(palette))
            painter.setBrush(QColor(palette.background if self._hollow or self._stray else palette.raised))
            painter.drawPath(outline(self._kind, self._area().adjusted(0.5, 0.5, -0.5, -0.5)))
            if self._kind in ICONS:
                _draw(painter, ICONS[self._kind], self._area())

    def _pen(self, palette: Palette) -> QPen:
        if self._stray:
            return QPen(QColor(palette.high), 1, Qt.PenStyle.DashLine)
        return QPen(QColor(palette.edge), 1)


class Figure(Entry):
    """The icon of a figure."""

    def __init__(self, name: str, icon: str) -> None:
        super().__init__(name, QSize(ICON_PX, ICON_PX))
        self._icon = icon

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            _draw(painter, self._icon, self._area())


def _draw(painter: QPainter, icon: str, area: QRectF) -> None:
    ratio = painter.device().devicePixelRatioF()
    picture = pixmap(icon, ICON_PX, current_palette().muted, ratio)
    spot = QRectF(area.center().x() - ICON_PX / 2, area.center().y() - ICON_PX / 2, ICON_PX, ICON_PX)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
