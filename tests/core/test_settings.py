"""What the user chose is kept; a broken file never stops the program, and nobody's words are lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.latency.budgets import DEFAULT_BUDGETS_MS
from app.settings import MIB, MOST_RECENT, Settings, load_settings, save_settings, settings_path
from eventscope.event import EventPriority


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "settings.toml"


def write(file: Path, text: str | bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_without_a_file_there_are_defaults_and_no_complaint(file):
    assert load_settings(file) == (Settings(), None)
    assert Settings().memory_budget == 512 * MIB
    assert Settings().budgets_ms == DEFAULT_BUDGETS_MS


def test_what_is_saved_is_loaded(file):
    settings = Settings(
        theme="dark", memory_mib=64, budgets={"high": 25.5}, hidden_phases=("delivered",),
        recent=("demo:",), layout=bytes(range(256)),
    )  # fmt: skip
    assert save_settings(settings, file) is None
    assert load_settings(file) == (settings, None)
    assert settings.budgets_ms[EventPriority.HIGH] == 25.5


@given(layout=st.binary())
def test_any_bytes_are_kept(tmp_path_factory, layout):
    file = tmp_path_factory.mktemp("settings") / "s.toml"
    settings = Settings(layout=layout)
    assert save_settings(settings, file) is None
    assert load_settings(file) == (settings, None)


def test_only_the_owner_may_read_the_file(file):
    save_settings(Settings(theme="dark"), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in file.parent.iterdir()] == [file.name]


def test_comments_and_unknown_keys_stay(file):
    write(file, '# mine\ntheme = "dark"  # at night\n[future]\nx = 1\n')
    settings, _ = load_settings(file)
    assert save_settings(settings.with_recent("demo:"), file) is None
    text = file.read_text()
    for kept in ("# mine", 'theme = "dark"  # at night', "[future]\nx = 1", 'recent = ["demo:"]'):
        assert kept in text
    assert load_settings(file)[0].recent == ("demo:",)


def test_saving_what_is_there_already_does_not_touch_the_file(file):
    write(file, 'theme="dark"\n')
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert save_settings(load_settings(file)[0], file) is None
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


@pytest.mark.parametrize(
    "line",
    [
        'theme = "drak"', "theme = 1", 'memory_mib = "lots"', "memory_mib = 0", "memory_mib = -5", "recent = 5",
        "budgets_ms = 5", "recent = [1]", 'layout = "%"', "theme = 2020-01-01",
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_the_others_count(file, line):
    settings, complaint = load_settings(write(file, f'{line}\nhidden_phases = ["failed"]\n'))
    assert settings == Settings(hidden_phases=("failed",))
    assert str(file) in complaint
    assert line.partition(" =")[0] in complaint
    assert len(complaint.splitlines()) == 1


@pytest.mark.parametrize("value", ["high = 0", "high = -1", "high = nan", "high = inf", 'high = "x"', "urgent = 1"])
def test_a_wrong_budget_is_named(file, value):
    settings, complaint = load_settings(write(file, f"[budgets_ms]\n{value}\n"))
    assert settings.budgets_ms == DEFAULT_BUDGETS_MS
    assert "budgets_ms" in complaint


def test_a_wrong_value_is_not_overwritten_by_saving_something_else(file):
    write(file, 'theme = "drak"\n')
    settings, _ = load_settings(file)
    save_settings(settings.with_recent("demo:"), file)
    assert 'theme = "drak"' in file.read_text()


@pytest.mark.parametrize("text", [b"theme = ", b"\xff\xfe", b"\0", b"a = 1\na = 2", b"[" * 5_000])
def test_a_broken_file_gives_defaults_and_one_sentence(file, text):
    settings, complaint = load_settings(write(file, text))
    assert settings == Settings()
    assert str(file) in complaint
    assert len(complaint.splitlines()) == 1


def test_a_broken_file_is_kept_beside_the_new_one(file):
    write(file, "theme = ")
    assert save_settings(Settings(theme="dark"), file) is None
    assert load_settings(file) == (Settings(theme="dark"), None)
    assert file.with_name("settings.toml.broken").read_text() == "theme = "


def test_a_folder_in_place_of_the_file_is_said(file):
    file.mkdir(parents=True)
    assert "cannot be read" in load_settings(file)[1]
    assert "were not saved" in save_settings(Settings(theme="dark"), file)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    assert "were not saved" in save_settings(Settings(theme="dark"), tmp_path / "file" / "settings.toml")


def test_a_linked_file_is_written_where_it_lies(tmp_path):
    real, link = write(tmp_path / "dotfiles" / "s.toml", ""), tmp_path / "s.toml"
    link.symlink_to(real)
    assert save_settings(Settings(theme="dark"), link) is None
    assert link.is_symlink()
    assert 'theme = "dark"' in real.read_text()


def test_recent_sources_hold_no_password_and_are_few(file):
    settings = Settings()
    for number in range(20):
        settings = settings.with_recent(f"amqp://u:canary@h/{number}?sasl_password=canary")
    settings = settings.with_recent("amqp://u:other@h/15")
    assert len(settings.recent) == MOST_RECENT
    assert settings.recent[:3] == ("amqp://u@h/15", "amqp://u@h/19", "amqp://u@h/18")
    assert "canary" not in repr(settings)


def test_a_password_never_reaches_the_file(file):
    save_settings(Settings(recent=("kafka://u:canary@h/t?sasl_plain_password=canary",)), file)
    assert "canary" not in file.read_text()


def test_the_environment_says_where_the_settings_are(monkeypatch, tmp_path):
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "mine.toml"))
    assert settings_path() == tmp_path / "mine.toml"
    save_settings(Settings(theme="light"))
    assert load_settings()[0].theme == "light"


def test_by_default_they_are_in_the_configuration_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("EVENTSCOPE_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path().name == "settings.toml"
    assert "eventscope" in settings_path().parts
