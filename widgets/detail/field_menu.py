"""The menu of a field in the tree: filters and columns made of it, and copies."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.columns.fields import field_of
from app.detail.fields import clause_of, field_name
from app.store.stored import StoredEvent
from widgets.clause_menu import add_filters, shown
from widgets.detail.branch import Branch
from widgets.detail.tree import whole_text
from widgets.focus import Focus

__all__ = ["field_menu", "path_of"]


def field_menu(parent: QWidget, focus: Focus, event: StoredEvent, branch: Branch) -> QMenu:
    """What can be done with a field of an event."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    field = field_name(branch.group.name, branch.keys)
    clause = clause_of(event, field, branch.value) if field else None
    add_filters(menu, focus, clause)
    if field and (anywhere := any_element(field)) and (wide := clause_of(event, anywhere, branch.value)):
        menu.addAction(f"Filter on any element: {shown(wide)}", partial(focus.propose_filter, wide))
    add_column(menu, focus, field)
    menu.addSeparator()
    menu.addAction("Copy value", partial(copy, whole_text(branch.value)))
    if branch.path:
        menu.addAction("Copy path", partial(copy, field or branch.path))
    if clause:
        menu.addAction("Copy as filter", partial(copy, clause))
    return menu


def add_column(menu: QMenu, focus: Focus, field: str | None) -> None:
    """Show the field of every event in a column of the table."""
    entry = menu.addAction("Apply as column", partial(focus.want_column, field or ""))
    if field is None or not is_column(field):
        entry.setEnabled(False)
        entry.setToolTip("No column can name this field.")


def is_column(field: str) -> bool:
    """Whether the table can show the field."""
    try:
        field_of(field)
    except ValueError:
        return False
    return True


def any_element(field: str) -> str | None:
    """The field with every number of an element made any; None when there is no number in it."""
    head, *rest = field.split("[")
    if not rest or not field.startswith("payload."):
        return None
    return head + "".join(f"[*{part[part.index(']') :]}" for part in rest)


def path_of(branch: Branch) -> str | None:
    """The path by which the rules of envelopes know a value of the payload or a header; None for anything else."""
    group = branch.group
    if group is branch or branch.has_children or branch.key is None:
        return None
    if group.name == "Headers":
        return f"header:{branch.name}"
    return branch.path if group.name.startswith("Payload") else None


def copy(text: str) -> None:
    """A text to the clipboard."""
    QGuiApplication.clipboard().setText(text)
