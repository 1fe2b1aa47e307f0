"""Bytes and text in rows: of any size only what is in view is made; every byte can be pointed at, chosen and copied."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from app.detail.json_text import JsonText
from app.detail.lines import json_lines, text_lines
from widgets.detail.hex_view import HexView, hex_row
from widgets.detail.rows_area import MARGIN, RowsArea
from widgets.detail.text_view import TextView, tones

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ORDER = {"id": 1, "name": "Naïve", "items": [{"sku": "A7"}, {"sku": "B1"}]}


@pytest.fixture
def digits(qtbot: Any) -> HexView:
    made = HexView()
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    made.show_bytes(bytes(range(256)) * 40)
    return made


@pytest.fixture
def text(qtbot: Any) -> TextView:
    made = TextView()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    made.show_lines(json_lines(JsonText(json.dumps(ORDER, ensure_ascii=False).encode())))
    return made


def place(area: RowsArea, byte: int) -> QPoint:
    """The middle of a byte on the screen."""
    row = area.row_of(byte)
    x, width = area.spans(row, byte, byte + 1)[0]
    return QPoint(round(x + width / 2 + MARGIN - area.horizontalScrollBar().value()), area.row_rect(row).center().y())


def test_a_row_has_digits_in_groups_and_characters() -> None:
    assert hex_row(b"order 42\xff") == ("6f 72 64 65 72 20 34 32  ff", "order 42·")


@pytest.mark.parametrize(("width", "count"), [(1_200, 32), (700, 16), (420, 8), (200, 4), (90, 4)])
def test_as_many_bytes_stand_in_a_row_as_there_is_room_for(digits: HexView, width: int, count: int) -> None:
    digits.resize(width, 200)
    assert digits.per_row == count
    assert digits.rows == 256 * 40 // count


@pytest.mark.parametrize("width", [200, 420, 700])
def test_each_byte_is_found_where_it_is_shown(digits: HexView, width: int, qtbot: Any) -> None:
    digits.resize(width, 200)
    pointed: list[int] = []
    digits.pointed.connect(pointed.append)
    for byte in (0, 3, 7, 8, 15, 31):
        digits.reveal(byte)
        qtbot.mouseClick(digits.viewport(), Qt.MouseButton.LeftButton, pos=place(digits, byte))
        assert pointed[-1] == byte
        _, (x, width_) = digits.spans(digits.row_of(byte), byte, byte + 1)
        assert digits.byte_at(digits.row_of(byte), x + width_ / 2) == byte


def test_what_is_far_away_is_scrolled_to_and_what_is_in_view_is_left_alone(digits: HexView) -> None:
    digits.mark((9_000, 9_004))
    top = digits.verticalScrollBar().value()
    assert 0 < top <= digits.row_of(9_000)
    digits.mark((9_016, 9_020))
    assert digits.verticalScrollBar().value() == top


def test_bytes_are_selected_by_dragging_and_by_keys_and_copied(digits: HexView, qtbot: Any) -> None:
    qtbot.mousePress(digits.viewport(), Qt.MouseButton.LeftButton, pos=place(digits, 2))
    digits.mouseMoveEvent(moved(digits, 5))
    assert digits.selection == (2, 6)
    qtbot.keyClick(digits, Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "02 03 04 05"
    qtbot.keyClick(digits, Key.Key_Home, CONTROL)
    qtbot.keyClick(digits, Key.Key_Right, SHIFT)
    qtbot.keyClick(digits, Key.Key_Down, SHIFT)
    assert digits.selection == (0, 1 + digits.per_row)
    qtbot.keyClick(digits, Key.Key_A, CONTROL)
    assert digits.selection == (0, digits.size_in_bytes)


def moved(area: RowsArea, byte: int) -> Any:
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    at = QPointF(place(area, byte))
    button = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, at, at, button, button, Qt.KeyboardModifier.NoModifier)


def test_keys_go_through_all_bytes(digits: HexView, qtbot: Any) -> None:
    pointed: list[int] = []
    digits.pointed.connect(pointed.append)
    for key, modifier in (
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier), (Key.Key_Down, Qt.KeyboardModifier.NoModifier),
        (Key.Key_End, Qt.KeyboardModifier.NoModifier), (Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Key.Key_End, CONTROL), (Key.Key_Right, Qt.KeyboardModifier.NoModifier), (Key.Key_Home, CONTROL),
        (Key.Key_Up, Qt.KeyboardModifier.NoModifier), (Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
    ):  # fmt: skip
        qtbot.keyClick(digits, key, modifier)
    last, page = digits.size_in_bytes - 1, digits.verticalScrollBar().pageStep()
    assert pointed == [1, 17, 31, 16, last, last, 0, 0, page * 16]


def test_fifty_megabytes_are_rows_like_any_other(qtbot: Any) -> None:
    area = HexView()
    qtbot.addWidget(area)
    area.resize(700, 300)
    area.show()
    area.show_bytes(b"\0" * 50_000_000)
    area.reveal(49_999_999)
    area.grab()
    assert area.rows == 3_125_000
    assert area.verticalScrollBar().value() == area.verticalScrollBar().maximum()


def test_each_character_of_the_text_is_found_where_it_is_shown(text: TextView) -> None:
    data = json.dumps(ORDER, ensure_ascii=False).encode()
    for sought in (b"1", "ï".encode(), b"ve", b"A7", b"B1"):
        byte = data.index(sought)
        row = text.row_of(byte)
        ((x, width),) = text.spans(row, byte, byte + 1)
        assert text.byte_at(row, x + width / 2) == byte


def test_a_selection_of_the_text_is_copied_as_it_is_shown(text: TextView, qtbot: Any) -> None:
    text.setFocus()
    qtbot.keyClick(text, Key.Key_A, CONTROL)
    qtbot.keyClick(text, Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == json.dumps(ORDER, ensure_ascii=False, indent=2)


def test_names_texts_and_numbers_have_colours_of_their_own(text: TextView) -> None:
    found = {}
    for row in range(text.rows):
        line = text.line(row)
        found |= {line.text[start:stop].strip(): tone for start, stop, tone in tones(line)}
    assert found['"id"'] == "normal"
    assert found["1"] == "high"
    assert found['"Naïve"'] == "ok"
    assert found["{"] == "muted"


def test_hits_and_the_current_one_are_painted(text: TextView) -> None:
    before = text.grab().toImage()
    data = json.dumps(ORDER, ensure_ascii=False).encode()
    first, second = data.index(b"sku"), data.rindex(b"sku")
    text.show_hits([(first, first + 3), (second, second + 3)], None)
    found = text.grab().toImage()
    text.show_hits([(first, first + 3), (second, second + 3)], (second, second + 3))
    assert before != found != text.grab().toImage()


def test_nothing_to_show_is_no_obstacle(text: TextView, digits: HexView, qtbot: Any) -> None:
    text.show_lines(None)
    digits.show_bytes(b"")
    for area in (text, digits):
        for key in (Key.Key_Down, Key.Key_End, Key.Key_Right):
            qtbot.keyClick(area, key)
        area.copy()
        area.mark((0, 5))
        qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton)
        area.grab()
    text.show_lines(text_lines(b""))
    text.grab()
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton)
