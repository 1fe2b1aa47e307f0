"""Focus: what the developer looks at. All views share it, so what is selected in one is selected in all."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.filter.clause import How
from app.store.away import Away, at_hand
from app.store.lookup import Lookup, text_of
from app.store.store import Store
from widgets.visits import Visits


class Focus(QObject):
    """The selected event and trace, and the instant at which the window is held.

    Views call the methods and follow the signals; none knows another view. `Signal(object)` because
    Qt's int wraps at 31 bits.
    """

    event_changed = Signal(object)  # seq: int | None
    trace_changed = Signal(object)  # correlation id: str | None
    horizon_changed = Signal(object)  # seq before which the window is held: int | None when live
    filter_proposed = Signal(object)  # filter text: str, to be put into the filter bar and applied
    filter_prepared = Signal(object)  # filter text: str, to be put into the filter bar, and no more
    filter_joined = Signal(object, object, object)  # clause: str, "and", "or" or "not", whether to apply it: bool
    column_wanted = Signal(object)  # field: str, to be shown in a column of the table
    window_wanted = Signal(object)  # seq: int, of an event to be shown in a window of its own

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seq: int | None = None
        self.correlation_id: str | None = None
        self.horizon: int | None = None
        self.visits = Visits()
        self._lookup = Lookup("look up the trace of an event")

    def select_event(self, seq: int | None, correlation_id: str | None = None) -> None:
        """Select an event everywhere, and the trace it belongs to when that is known."""
        if correlation_id is not None:
            self.select_trace(correlation_id)
        if seq != self.seq:
            self.seq = seq
            self.visits.add(seq)
            self.event_changed.emit(seq)

    def choose(self, store: Store, seq: int) -> None:
        """Select an event that is kept, with its trace: at once, or if that is in a file when a thread has read it."""
        self._lookup.give_up()
        work = partial(text_of, store, seq, "correlation_id")
        try:
            self.select_event(seq, at_hand(work))
        except Away:
            self.select_event(seq)
            self._lookup.read(work, partial(self._follow, seq))

    def _follow(self, seq: int, correlation_id: str | None) -> None:
        """What trace an event belongs to is known now; that matters as long as it is the one that is selected."""
        if seq == self.seq:
            self.select_event(seq, correlation_id)

    def select_trace(self, correlation_id: str | None) -> None:
        """Show a trace in the views of traces."""
        if correlation_id != self.correlation_id:
            self.correlation_id = correlation_id
            self.trace_changed.emit(correlation_id)

    def hold(self, horizon: int | None) -> None:
        """Pause the whole window just before sequence number `horizon`, or go on with None."""
        if horizon != self.horizon:
            self.horizon = horizon
            self.horizon_changed.emit(horizon)

    def propose_filter(self, text: str) -> None:
        """Ask the filter bar to apply `text`."""
        self.filter_proposed.emit(text)

    def prepare_filter(self, text: str) -> None:
        """Put `text` into the filter bar, to be changed before it is applied."""
        self.filter_prepared.emit(text)

    def join_filter(self, clause: str, how: How = "and", *, apply: bool = True) -> None:
        """Add a clause to what the filter bar says, and apply it or only prepare it."""
        self.filter_joined.emit(clause, how, apply)

    def want_column(self, field: str) -> None:
        """Ask the table for a column of this field."""
        self.column_wanted.emit(field)

    def want_window(self, seq: int) -> None:
        """Ask for a window of its own for an event."""
        self.window_wanted.emit(seq)
