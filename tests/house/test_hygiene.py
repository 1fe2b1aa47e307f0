"""What must not stand in any file: calls that freeze or overflow Qt, rich text, names of machines and registries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REGISTRY_OR_MACHINE = re.compile(
    r"py"
    r"pi\.org|python"
    r"hosted|--(extra-)?index"
    r"-url\s+\S*:|--find"
    r"-links|simple/"
    r"?\s*$|/ro"
    r"ot/|/ho"
    r"me/\w|/wo"
    r"rk/"
)


def calls(file: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call in a file, under the last name of what is called."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


@pytest.fixture(scope="module")
def window(root) -> list[Path]:
    return [*sorted((root / "widgets").rglob("*.py")), root / "app" / "launch.py"]


def test_no_document_names_a_registry_or_a_place_on_a_machine(documents, root):
    found = [
        f"{file.relative_to(root)}:{number}: {line.strip()[:80]}"
        for file in documents
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if REGISTRY_OR_MACHINE.search(line)
    ]
    assert found == []


def test_the_lock_names_every_package_with_its_version_and_hashes(root):
    text = (root / "requirements" / "dev.txt").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry.partition("\n")[0]


def test_no_dialog_blocks_the_loop(window):
    """`exec` inside a task stops the other tasks, and can kill them: dialogs are opened and awaited."""
    guilty = [f"{f.name}:{call.lineno}" for f in window for name, call in calls(f) if name in ("exec", "exec_")]
    assert guilty == []


def test_a_painter_ends_even_if_painting_fails(window):
    """Qt crashes when a painter outlives its paint event, as it does in the traceback of an error: use `with`."""
    made = {(f, call.lineno) for f in window for name, call in calls(f) if name == "QPainter"}
    ended = {
        (f, item.context_expr.lineno)
        for f in window
        for node in ast.walk(ast.parse(f.read_text(encoding="utf-8")))
        if isinstance(node, ast.With)
        for item in node.items
    }
    assert sorted(f"{f.name}:{line}" for f, line in made - ended) == []


def test_no_signal_carries_an_int_of_c(window):
    """A Signal(int) wraps at 2**31; sequence numbers and nanoseconds are larger."""
    guilty = [
        f"{f.name}:{call.lineno}"
        for f in window
        for name, call in calls(f)
        if name == "Signal" and any(isinstance(a, ast.Name) and a.id == "int" for a in call.args)
    ]
    assert guilty == []


def test_labels_come_from_the_one_place_that_makes_them_plain(window):
    """Qt guesses rich text in a QLabel; `widgets/look/text.py` makes labels that never interpret theirs."""
    guilty = [
        f"{f.name}:{call.lineno}"
        for f in window
        for name, call in calls(f)
        if name == "QLabel" and call.args and f.name != "text.py"
    ]
    assert guilty == []


def test_every_box_and_text_area_is_told_that_its_text_is_plain(window):
    rules = {"QMessageBox": "PlainText", "QTextEdit": "setPlainText", "QTextBrowser": None}
    guilty = [
        f"{f.name}: {widget}"
        for f in window
        for widget, cure in rules.items()
        if any(name == widget for name, _ in calls(f)) and (cure is None or cure not in f.read_text())
    ]
    assert guilty == []


def test_nothing_sets_html(window):
    forbidden = {"setHtml", "insertHtml", "appendHtml", "setMarkdown"}
    assert [f"{f.name}:{call.lineno}" for f in window for name, call in calls(f) if name in forbidden] == []
