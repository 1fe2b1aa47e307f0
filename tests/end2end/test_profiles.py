"""Profiles: what is saved in the window works from the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.session import Session
from app.settings import Settings
from widgets.sources.connection_dialog import ConnectionDialog
from widgets.window.main_window import MainWindow
from widgets.window.program import furnish

Start = Callable[..., "subprocess.Popen[str]"]

ROW = {"type": "order.created", "payload": {"total": 12}}


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.fixture
def saved(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a profile that was made in the dialog of a window."""
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "eventscope.toml"))
    file = tmp_path / "events, today.jsonl"
    file.write_text(json.dumps(ROW) + "\n")
    window = MainWindow()
    desk = furnish(qapp, window, Session(Settings()))
    desk.connections.ask_source(f"file:{str(file).replace(' ', '%20')}?follow=0")
    (dialog,) = window.findChildren(ConnectionDialog)
    dialog.parts.name.setText("today's orders")
    dialog.parts.save.click()
    dialog.close()
    window.let_go()
    window.deleteLater()
    return "today's orders"


def test_a_profile_made_in_the_dialog_is_tailed_by_name(eventscope: Start, saved: str) -> None:
    code, out, err = ended(eventscope("tail", "--profile", saved, "--limit", "1"))
    assert (code, err) == (0, "")
    row = json.loads(out)
    assert (row["type"], row["payload"], row["source"]) == ("order.created", {"total": 12}, saved)


def test_a_profile_is_recorded_and_checked_by_name(eventscope: Start, saved: str, tmp_path: Path) -> None:
    code, _, err = ended(eventscope("record", "--profile", saved, "-o", tmp_path / "out.jsonl"))
    assert (code, err.strip()) == (0, f"recorded 1 events in {tmp_path / 'out.jsonl'}")
    code, out, _ = ended(eventscope("check", "--profile", saved))
    assert code == 0
    assert "✓ file" in out


def test_profiles_and_sources_go_together(eventscope: Start, saved: str, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text(json.dumps(ROW) + "\n")
    code, out, _ = ended(eventscope("tail", f"file:{tmp_path}/more.jsonl?follow=0", "--profile", saved))
    assert code == 0
    assert {json.loads(line)["source"] for line in out.splitlines()} == {"more.jsonl", saved}


def test_an_unknown_profile_is_wrong_usage_and_says_which_there_are(eventscope: Start, saved: str) -> None:
    code, _, err = ended(eventscope("tail", "--profile", "todays orders"))
    assert code == 2
    assert saved in err
    assert len(err.strip().splitlines()) == 1


def test_without_any_source_it_says_what_to_name(eventscope: Start) -> None:
    code, _, err = ended(eventscope("tail"))
    assert code == 2
    assert "SOURCE" in err
    assert "--profile" in err
