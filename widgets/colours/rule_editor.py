"""The editor of a colour rule: its filter, which says by its edge whether it is right, its tone and its glyph."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QWidget

from app.store.store import Store
from app.table_setup import ColourRule
from widgets.filter.verdict import Edge
from widgets.look.choice import ChoiceBox
from widgets.look.theme import current_palette
from widgets.look.tones import TONES, tone
from widgets.rules.filter_field import FilterField

__all__ = ["RuleEditor"]

SWATCH = 14


class RuleEditor(QWidget):
    """Emits `edited` with the rule as it is now, as often as it is a right one; a wrong filter stays unsaid."""

    edited = Signal(object)  # ColourRule

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule: ColourRule | None = None
        self.filter = FilterField(store)
        self.tone = ChoiceBox()
        self.tone.setAccessibleName("tone of the rule")
        for name in TONES:
            self.tone.addItem(swatch(name), name.capitalize(), name)
        self.glyph = QLineEdit(maxLength=2, placeholderText="sign")
        self.glyph.setAccessibleName("sign of the rule")
        self.glyph.setFixedWidth(64)
        self.message = self.filter.message
        self._lay_out()
        self.filter.textEdited.connect(self._edit)
        self.glyph.textEdited.connect(self._edit)
        self.tone.activated.connect(self._edit)

    def show_rule(self, rule: ColourRule | None) -> None:
        """Edit a rule; without one there is nothing to edit."""
        self._rule = rule
        self.setEnabled(rule is not None)
        self.filter.show_filter(rule.filter if rule else "")
        self.glyph.setText(rule.glyph if rule else "")
        self.tone.setCurrentIndex(TONES.index(rule.tone) if rule else 0)

    def _edit(self) -> None:
        if self.filter.judge().edge is not Edge.WRONG and self._rule is not None:
            self._rule = replace(
                self._rule, filter=self.filter.text().strip(), tone=self.tone.currentData(), glyph=self.glyph.text()
            )
            self.edited.emit(self._rule)

    def _lay_out(self) -> None:
        look = QHBoxLayout()
        look.addWidget(self.tone)
        look.addWidget(self.glyph)
        look.addStretch(1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Filter", self.filter)
        form.addRow("", self.message)
        form.addRow("Tone and sign", look)


def swatch(name: str) -> QIcon:
    """A tone as a small picture: its ground in an edge of its ink."""
    given = tone(name, current_palette().dark)
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(given.ink))
    with QPainter(picture) as painter:
        painter.fillRect(2, 2, SWATCH - 4, SWATCH - 4, QColor(given.ground))
    return QIcon(picture)
