"""The main window: places the views and passes the developer's commands on. It holds no logic of its own.

It is made in two steps. The bare window, with the start page, imports next to nothing and is painted at once; `furnish`
then brings the views, whose imports take several times as long.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMimeData, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QDockWidget, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from widgets.look.focus_ring import show_ring
from widgets.sources.start_page import StartPage
from widgets.window.actions import Command, add_actions
from widgets.window.banner import Banner
from widgets.window.docks import add_dock, keep_share, tabbed
from widgets.window.panels import is_unseen

if TYPE_CHECKING:
    from app.profiles.profile_table import ProfileTable
    from app.session import Session
    from widgets.focus import Focus
    from widgets.window.views import Views

LAYOUT_VERSION = 2
"""Raised when a saved layout no longer fits the docks."""

USUAL_WIDTH = 1440
BELOW = 0.36
"""The share of the height for the docks below the table."""
SPREAD = 0.45
"""The same when their views stand side by side."""

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class MainWindow(QMainWindow):
    """Table in the middle, sources left, detail right, the other views below."""

    close_asked = Signal()
    files_dropped = Signal(list)  # of Path

    session: Session
    focus: Focus
    views: Views
    profile_table: ProfileTable

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("[*]Eventscope")
        self.setAcceptDrops(True)
        self.setAccessibleName("Eventscope")
        self.resize(USUAL_WIDTH, 900)
        self.start_page = StartPage()
        self.banner = Banner()
        self.alerts = Banner()
        """What triggers tell, which must not take the place of what else has to be said."""
        self._blank = QWidget()
        self.docks: list[QDockWidget] = []
        self._layout: bytes | None = None
        self._let_go = False
        self._place_centre()

    def furnish(self, session: Session, focus: Focus) -> None:
        """Bring the views of a session."""
        from app.profiles.profile_table import ProfileTable
        from widgets.window.views import Views

        self.session = session
        self.profile_table = ProfileTable(session)
        self.focus = focus
        self.views = Views(session, focus, self.start_page, self)
        self._pages.addWidget(self.views.work)
        self.statusBar().addPermanentWidget(self.views.status, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.docks = self._place_docks(self.views)
        self.views.dock_wanted.connect(self.open_dock)

    def command(self, commands: list[Command]) -> None:
        """Give the window its menus."""
        self.actions_ = add_actions(self, commands)

    def show_blank(self) -> None:
        """Something will be attached in a moment."""
        self._pages.setCurrentWidget(self._blank)

    def show_start(self) -> None:
        """Offer what can be attached; views that were open come back with `show_work`."""
        self._pages.setCurrentWidget(self.start_page)
        self.statusBar().hide()
        if self.docks and self._layout is None:
            self._layout = self.layout_state()
            for dock in self.docks:
                dock.hide()

    def show_work(self) -> None:
        """Leave the start page: something is attached."""
        self._pages.setCurrentWidget(self.views.work)
        self.statusBar().show()
        if self._layout is not None:
            self.restore_layout(self._layout)
            self._layout = None
        if not self.docks[0].isVisible():
            for dock in self.docks:
                dock.show()
            self.docks[2].raise_()
            self._widen_sides()
            self._share_height(BELOW)
        self.views.work.table.setFocus()

    def open_dock(self, view: QWidget) -> None:
        """Bring the panel of a view to the front."""
        for dock in self.docks:
            if dock.widget() is view:
                dock.show()
                dock.raise_()

    def spread(self) -> None:
        """Show trace, latency and subscriptions side by side over the whole width, instead of over each other."""
        self._give_corners(BOTTOM, BOTTOM)
        trace, latency, subscriptions, *others = self.docks[2:]
        for dock in self.docks[2:]:
            self.removeDockWidget(dock)  # Qt would keep docks that lie over each other together
        for dock in (trace, latency, subscriptions):
            self.addDockWidget(BOTTOM, dock, Qt.Orientation.Horizontal)
            dock.show()
        for dock in others:
            self.tabifyDockWidget(trace, dock)
            dock.show()
        trace.raise_()
        widths = [round(self.width() * share) for share in (0.36, 0.32, 0.32)]
        self.resizeDocks([trace, latency, subscriptions], widths, Qt.Orientation.Horizontal)
        self._share_height(SPREAD)
        self._widen_sides()

    def spread_or_stack(self) -> None:
        """Side by side, or over each other again."""
        trace, latency = self.docks[2:4]
        if latency in self.tabifiedDockWidgets(trace):
            self.spread()
        else:
            self.stack()

    def stack(self) -> None:
        """All that lies below over each other, as in the beginning."""
        self._give_corners(LEFT, RIGHT)
        first, *others = below = self.docks[2:]
        for dock in below:
            self.removeDockWidget(dock)
        self.addDockWidget(BOTTOM, first)
        for dock in others:
            # Not first beside and then over each other: side by side all of them would widen the window.
            self.tabifyDockWidget(first, dock)
        for dock in below:
            dock.show()
        first.raise_()
        self._share_height(BELOW)
        self._widen_sides()

    def layout_state(self) -> bytes:
        """Where the docks are, to be remembered."""
        return bytes(self.saveState(LAYOUT_VERSION).data())

    def restore_layout(self, state: bytes) -> bool:
        """Put the docks where they were; False when that state does not fit."""
        return self.restoreState(QByteArray(state), LAYOUT_VERSION)

    def close_dialogs(self) -> None:
        """Ask nothing any more: Qt leaves the dialogs of a window open, and enabled, when that is closed."""
        for dialog in self.findChildren(QDialog):
            dialog.close()

    def let_go(self) -> None:
        """Close for good: the program has cleaned up."""
        self._let_go = True
        self.views.stop()
        self.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().height() > 0:
            keep_share(self, self.docks, self.height() / event.oldSize().height())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through what is seen: Qt would go into panels behind others as well."""
        first = None
        while super().focusNextPrevChild(forward):
            reached = self.focusWidget()
            if reached is None or reached is first or not is_unseen(reached):
                show_ring(reached)
                return True
            first = first or reached
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._let_go:
            return event.accept()
        event.ignore()
        self.close_asked.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files_dropped.emit(dropped_files(event.mimeData()))

    def _place_centre(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self._blank)
        self._pages.addWidget(self.start_page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.alerts)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(centre)

    def _place_docks(self, views: Views) -> list[QDockWidget]:
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AnimatedDocks)
        self._give_corners(LEFT, RIGHT)
        sides = [
            add_dock(self, "sources", "Sources", views.sources, LEFT),
            add_dock(self, "detail", "Detail", views.detail, RIGHT),
        ]
        below = [
            add_dock(self, "trace", "Trace", views.traces, BOTTOM),
            add_dock(self, "latency", "Latency", views.latency, BOTTOM),
            add_dock(self, "subscriptions", "Subscriptions", views.map, BOTTOM),
            add_dock(self, "findings", "Findings", views.findings, BOTTOM),
            add_dock(self, "gauges", "Gauges", views.gauges, BOTTOM),
        ]
        tabbed(self, below)
        for dock in (*sides, *below):
            dock.hide()
        return [*sides, *below]

    def _give_corners(self, left: Qt.DockWidgetArea, right: Qt.DockWidgetArea) -> None:
        self.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.setCorner(Qt.Corner.BottomRightCorner, right)

    def _share_height(self, share: float) -> None:
        self.resizeDocks(self.docks[2:3], [round(self.height() * share)], Qt.Orientation.Vertical)

    def _widen_sides(self) -> None:
        """In a narrow window the sides yield to the table."""
        share = min(self.width() / USUAL_WIDTH, 1.0)
        self.resizeDocks(self.docks[:2], [round(220 * share), round(360 * share)], Qt.Orientation.Horizontal)


def dropped_files(data: QMimeData) -> list[Path]:
    """The files of this machine among what is dropped."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
