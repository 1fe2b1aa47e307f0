"""Lent cells: what rows of handling show, dimmed, of the event that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.columns.fields import HEADER, PAYLOAD
from app.columns.lender import Lender, Loan
from app.store.store import Store
from eventscope.step import Phase
from widgets.table.cells import Row
from widgets.table.columns import Column

__all__ = ["LentCells", "is_lent_in"]


class LentCells:
    """Fills in cells of headers and of places in payloads that a row has nothing of its own for."""

    def __init__(self, store: Store) -> None:
        self._lender = Lender(store)
        self._names: tuple[str, ...] = ()
        self.tick = self._lender.tick

    def show(self, columns: Sequence[Column]) -> None:
        """Lend in these columns, as far as anything can be lent there."""
        fields = [column.field for column in columns if is_lent_in(column)]
        names = tuple(field.name for field in fields)
        if names != self._names:
            self._names = names
            self._lender.show(fields)

    def filled(self, rows: dict[int, Row]) -> dict[int, Row]:
        """The rows, by their numbers, with what is known by now of the events that they are about."""
        if not self._names:
            return rows
        wanting = {seq: row for seq, row in rows.items() if self._is_wanting(row)}
        loans = self._lender.loans(list(wanting)) if wanting else {}
        return rows | {seq: with_loan(wanting[seq], loan) for seq, loan in loans.items() if loan}

    def _is_wanting(self, row: Row) -> bool:
        return row.phase != Phase.PUBLISHED and not row.gap and not all(row.texts[name] for name in self._names)


def is_lent_in(column: Column) -> bool:
    """Whether rows of handling may have nothing of their own to show in a column."""
    return column.key.startswith((HEADER, PAYLOAD))


def with_loan(row: Row, loan: Loan) -> Row:
    """A row with the texts that it has none of its own for."""
    lent = {name: text for name, text in loan.items() if not row.texts.get(name)}
    return replace(row, texts=row.texts | lent, lent=frozenset(lent))
