"""Small buttons for the bars above the views: each with a name, a tooltip, and an icon that follows the theme."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from widgets.look.icons import icon

__all__ = ["keep_place", "plain_tip", "tool"]


def tool(text: str, tip: str, icon_name: str = "", *, checkable: bool = False, checked: bool = False) -> QToolButton:
    """A tool button with `text`, beside an icon when one is named (a space keeps them apart)."""
    button = QToolButton()
    button.setText(f" {text}" if icon_name and text else text)
    button.setToolTip(tip)
    button.setAccessibleName(text or tip)
    button.setAccessibleDescription(tip)
    button.setCheckable(checkable)
    button.setChecked(checked)
    if icon_name:
        button.setIcon(icon(icon_name))
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)
    return button


def keep_place(widget: QWidget) -> None:
    """Leave the place of a widget free while it is hidden: what comes and goes must not move its neighbours."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` as it is: Qt takes any tooltip that looks like markup for markup."""
    return f"<span style='white-space:pre-wrap'>{escape(text)}</span>" if text else ""
