"""The canvas of the subscription map: zooms, walks and asks it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QMenu, QWidget

from app.topology.map import MapNode, TopologyMap
from widgets.look.theme import current_palette, theme
from widgets.map.facts import edge_facts, node_facts
from widgets.map.filters import edge_filter, node_filter
from widgets.map.items import EdgeItem, NodeItem
from widgets.map.scene import Findings, MapScene

__all__ = ["MapCanvas"]

NOTHING: Final[Findings] = MappingProxyType({})
LEAST_ZOOM, MOST_ZOOM = 0.2, 4.0
LEGIBLE: Final = 0.9
"""Fitting makes text no smaller than this: a tall map scrolls, a wide one shortens its names first."""
ZOOM_STEP: Final = 1.15
SLACK_PX: Final = 4
"""Scaled to the last pixel, a map would get a scroll bar for the rounding."""

ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MapCanvas(QGraphicsView):
    """Shows a TopologyMap. A click shows the way through a node; a double click asks for its events."""

    told = Signal(str)  # facts about what is selected; empty when nothing is
    filter_wanted = Signal(str)
    typed = Signal(str)  # letters typed over the map: the search begins

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = TopologyMap()
        self.map = MapScene(self)
        self.selected: str | None = None
        self._now = 0
        self._sought = ""
        self._pointed: str | None = None
        self._touched = False
        self._pressed = QPoint()
        self.setScene(self.map)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.setAccessibleName("subscription map")
        self.setAccessibleDescription("The same facts stand in the table of top talkers.")
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_map(self, picture: TopologyMap, now: int, findings: Findings = NOTHING) -> None:
        """Show a map at `now` (ns since the epoch), and what was found; what stays keeps its place."""
        self.picture, self._now = picture, now
        if self.map.show_map(picture, now, findings, touched=self._touched):
            if not self._touched:
                self.fit()
            self._shine()

    def arrange(self) -> None:
        """Find new places for all nodes and show them all."""
        self.map.arrange(self.picture)
        self.fit()

    def fit(self) -> None:
        """Show the whole map, or as much of it as stays legible."""
        if not self.map.nodes:
            return
        self.resetTransform()
        self.map.relax()
        whole, height = self.map.extent, self.viewport().height()
        width = self.width() - self.verticalScrollBar().sizeHint().width() - SLACK_PX
        zoom = max(min(width / whole.width(), height / whole.height(), 1.0), LEGIBLE)
        self.map.widen(width / zoom)
        self.scale(zoom, zoom)
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.setValue(bar.minimum())

    def select(self, node: str | None) -> None:
        """Show the way through a node: what leads to it and what follows from it."""
        self.selected = node if node in self.map.nodes else None
        self._shine()
        item = self._selected_item
        if item is not None:
            self.ensureVisible(item, 20, 20)
        self.told.emit("" if item is None else node_facts(item.node, item.failing, item.findings, self._now))

    def seek(self, text: str) -> None:
        """Let the nodes stand out whose names contain `text`."""
        self._sought = text.casefold()
        self._shine()

    def go_to_found(self) -> None:
        """Select the first node that is sought, or the next one after the selected."""
        found = self.map.found(self._sought)
        if self._sought and found:
            here = found.index(self.selected) + 1 if self.selected in found else 0
            self.select(found[here % len(found)])

    def zoom(self, steps: int) -> None:
        """Show it larger, or below 0 smaller."""
        self._zoom(ZOOM_STEP**steps)

    def copy_name(self) -> None:
        """The name of the selected node to the clipboard."""
        self._copy(self._selected_item)

    def item_at(self, at: QPoint) -> NodeItem | EdgeItem | None:
        """The node at a point of the widget, else the edge, else None."""
        found = [item for item in self.items(at) if isinstance(item, NodeItem | EdgeItem)]
        return next((item for item in found if isinstance(item, NodeItem)), found[0] if found else None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1 if event.angleDelta().y() > 0 else -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            self._walk(*ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self._selected_item)
        elif key == Qt.Key.Key_Escape:
            self.select(None)
        elif event.text().isalpha():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        self._touched = True
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and (at - self._pressed).manhattanLength() < 4:
            self._click(self.item_at(at))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._ask(self.item_at(event.position().toPoint()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        item = self.item_at(event.position().toPoint())
        self._point(item.node.id if isinstance(item, NodeItem) else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = (None if by_key else self.item_at(event.pos())) or self._selected_item
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        show = menu.addAction("Show only these events", lambda: self._ask(item))
        show.setEnabled(self._filter_of(item) is not None)
        copy = menu.addAction("Copy name", lambda: self._copy(item))
        copy.setEnabled(isinstance(item, NodeItem))
        menu.addSeparator()
        menu.addAction("Show the whole map", self.fit)
        menu.addAction("Arrange anew", self.arrange)
        menu.popup(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._touched:
            self.fit()

    @property
    def _selected_item(self) -> NodeItem | None:
        return None if self.selected is None else self.map.nodes.get(self.selected)

    def _point(self, node: str | None) -> None:
        if node != self._pointed:
            self._pointed = node
            self._shine()

    def _shine(self) -> None:
        """Let the way through the node under the pointer stand out, else that through the selected one."""
        known = self.map.nodes
        centre = next((node for node in (self._pointed, self.selected) if node in known), None)
        self.map.shine(None if centre is None else self.map.way(centre), self._sought, self.selected)

    def _walk(self, dx: int, dy: int) -> None:
        if self.selected is None:
            self.select(next(iter(self.map.nodes), None))
        elif (node := self.map.nearest(self.selected, dx, dy)) is not None:
            self.select(node)

    def _click(self, item: NodeItem | EdgeItem | None) -> None:
        if isinstance(item, EdgeItem):
            self.select(None)
            self.told.emit(edge_facts(item.edge, *self._ends(item)))
        else:
            self.select(None if item is None else item.node.id)

    def _ask(self, item: NodeItem | EdgeItem | None) -> None:
        if wanted := self._filter_of(item):
            self.filter_wanted.emit(wanted)

    def _filter_of(self, item: NodeItem | EdgeItem | None) -> str | None:
        if isinstance(item, EdgeItem):
            return edge_filter(*self._ends(item), item.edge)
        return None if item is None else node_filter(item.node, self.map.incoming(item.node.id))

    def _copy(self, item: NodeItem | EdgeItem | None) -> None:
        if isinstance(item, NodeItem):
            QGuiApplication.clipboard().setText(item.node.name)

    def _ends(self, item: EdgeItem) -> tuple[MapNode, MapNode]:
        return self.map.nodes[item.edge.source].node, self.map.nodes[item.edge.target].node

    def _zoom(self, factor: float) -> None:
        self._touched = True
        if LEAST_ZOOM < self.transform().m11() * factor < MOST_ZOOM:
            self.scale(factor, factor)

    def _recolour(self) -> None:
        self.setBackgroundBrush(QColor(current_palette().background))
        self.viewport().update()
