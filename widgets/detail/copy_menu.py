"""The menu "Copy this event as": JSON, text, a filter, a command that sends it again, code for a test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.detail.detail import Detail
from app.session import Session
from app.snippets.snippets import Snippet, snippets

__all__ = ["copy_menu"]


def copy_menu(parent: QWidget, session: Session, detail: Detail, tell: Callable[[str], object]) -> QMenu:
    """One entry for each form; `tell` is told what was copied, and how many secrets were left out."""
    menu = QMenu(parent)
    for snippet in snippets(detail, session.sources):
        menu.addAction(snippet.name, partial(copy, snippet, tell))
    return menu


def copy(snippet: Snippet, tell: Callable[[str], object]) -> None:
    """Put a snippet onto the clipboard."""
    text, replaced = snippet.write()
    QGuiApplication.clipboard().setText(text)
    secrets = f" {replaced:,} secret{'s' if replaced != 1 else ''} replaced by placeholders." if replaced else ""
    tell(f"Copied as {snippet.name}.{secrets}")
