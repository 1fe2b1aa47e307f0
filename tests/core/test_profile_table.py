"""The table of a profile: used when the profile is, kept with it, and given to others without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.profiles.exchange import export_profiles, import_profiles
from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile, SavedSource
from app.profiles.profile_table import ProfileTable
from app.profiles.profiles import Profiles
from app.session import Session
from app.settings import Settings
from app.table_setup import ColourRule, ColumnChoice, SavedFilter, TableSetup

SOURCE = SavedSource("demo:")
COLUMNS = (ColumnChoice("payload.total", title="Sum", width=90, align="right"), ColumnChoice("type", hidden=True))
TABLE = TableSetup(
    columns=COLUMNS, sort="-payload.total", time="trace", filters=(SavedFilter("big", "payload.total>100", on=True),),
    colours=(ColourRule("error:*", "red", "!"),), muted=("heartbeat",), history=("type:a",),
)  # fmt: skip
SECRET = "password=hunter2canary"


@pytest.fixture(autouse=True)
def own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


def kept(name: str, table: TableSetup | None) -> Profile:
    profile = Profile.of(name, SOURCE, table=table)
    assert save_profiles(load_profiles()[0].with_profile(profile)) is None
    return profile


def test_it_is_saved_and_loaded() -> None:
    kept("shop", TABLE)
    kept("plain", None)
    profiles, complaint = load_profiles()
    assert complaint is None
    assert (profiles.named("shop").table, profiles.named("plain").table) == (TABLE, None)


def test_it_is_changed_and_taken_away_in_the_file() -> None:
    kept("shop", TABLE)
    kept("shop", TableSetup(time="delta"))
    assert load_profiles()[0].named("shop").table == TableSetup(time="delta")
    kept("shop", None)
    assert load_profiles()[0].named("shop").table is None


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_it_goes_to_others_without_secrets_and_without_what_was_only_tried(tmp_path: Path, suffix: str) -> None:
    table = TABLE.with_(filters=(SavedFilter("mine", f'"{SECRET}"'),), history=(SECRET,))
    path = tmp_path / f"exported{suffix}"
    export_profiles([Profile.of("shop", SOURCE, table=table)], path)
    assert "hunter2canary" not in path.read_text()
    profiles, names = import_profiles(Profiles(), path)
    taken = profiles.named(names[0]).table
    assert taken is not None
    assert (taken.columns, taken.history, taken.filters[0].name) == (COLUMNS, (), "mine")


def test_secrets_in_filters_are_not_kept_in_the_file(tmp_path: Path) -> None:
    kept("shop", TABLE.with_(colours=(ColourRule(SECRET, "red"),), history=(SECRET,)))
    assert "hunter2canary" not in (tmp_path / "profiles.toml").read_text()


def test_a_profile_with_a_wrong_table_is_left_out(tmp_path: Path) -> None:
    text = '[[profile]]\nname = "p"\nsources = [{url = "demo:"}]\ntable = {time = "never"}\n'
    (tmp_path / "profiles.toml").write_text(text)
    profiles, complaint = load_profiles()
    assert len(profiles) == 0
    assert "table.time" in (complaint or "")


def test_the_table_of_a_profile_is_used_and_saved_back_to_it_alone() -> None:
    general = TableSetup(time="relative")
    session = Session(Settings(table=general))
    owner = ProfileTable(session)
    owner.use(kept("shop", TABLE))
    assert session.settings.table == TABLE
    session.settings = session.settings.with_table(time="delta")
    assert owner.settings().table == general
    assert owner.save() is None
    assert load_profiles()[0].named("shop").table == TABLE.with_(time="delta")


def test_a_profile_without_one_leaves_the_table_as_it_is() -> None:
    session = Session(Settings(table=TABLE))
    owner = ProfileTable(session)
    owner.use(kept("plain", None))
    assert owner.settings().table == TABLE
    assert owner.save() is None
    assert load_profiles()[0].named("plain").table is None


def test_a_profile_that_was_deleted_meanwhile_is_not_brought_back() -> None:
    session = Session(Settings())
    owner = ProfileTable(session)
    owner.use(kept("shop", TABLE))
    save_profiles(Profiles())
    assert owner.save() is None
    assert len(load_profiles()[0]) == 0
