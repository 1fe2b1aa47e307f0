"""Settings: what the user chose, kept in a TOML file that may be edited by hand.

The file is `settings.toml` in the user's configuration folder, or what EVENTSCOPE_CONFIG names. A wrong value never
stops the program: its default is used, and a sentence says which one it was. Comments, and keys that we do not
know, stay in the file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import msgspec
import tomlkit
from msgspec import Meta

from app.latency.budgets import DEFAULT_BUDGETS_MS
from app.redaction.urls import without_secrets
from app.settings_file import Theme, settings_path
from app.table_setup import TableSetup
from app.toml_file import change_toml, read_toml, reason
from eventscope.event import EventPriority

log = logging.getLogger(__name__)

MIB: Final = 1024 * 1024
MOST_RECENT: Final = 10

PhaseName = Literal["published", "delivered", "handled", "failed", "retried", "dead-lettered", "dropped"]
PriorityName = Literal["critical", "high", "normal", "low"]
KeyText = Annotated[str, Meta(max_length=100)]
WindowSide = Annotated[int, Meta(ge=100, le=20_000)]
Budget = Annotated[float, Meta(gt=0, le=3_600_000)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the user chose.

    `memory_mib` bounds the events that are kept. `budgets` holds the latency budgets in ms that differ from
    the defaults. `recent` are URLs of sources, newest first, without passwords. `capture_folder` is where the last
    capture went.
    `layout` is the window's own, `detail_window` the width and height of windows of single events, `table` how the
    event table is arranged. `keys` holds the keys of commands that differ from the defaults, by the names of the
    commands; "" is no key.
    """

    theme: Theme = "system"
    memory_mib: Annotated[int, Meta(ge=16, le=1_048_576)] = 512
    budgets: dict[PriorityName, Budget] = msgspec.field(name="budgets_ms", default_factory=dict)
    hidden_phases: tuple[PhaseName, ...] = ()
    recent: tuple[str, ...] = ()
    capture_folder: str = ""
    layout: bytes = b""
    table: TableSetup = TableSetup()
    detail_window: tuple[WindowSide, WindowSide] = (560, 720)
    keys: Annotated[dict[KeyText, KeyText], Meta(max_length=500)] = msgspec.field(default_factory=dict)

    @property
    def memory_budget(self) -> int:
        """Bytes that the kept events may take."""
        return self.memory_mib * MIB

    @property
    def budgets_ms(self) -> Mapping[int, float]:
        """The latency budget of each priority, in ms."""
        chosen = {int(EventPriority.parse(name)): ms for name, ms in self.budgets.items()}
        return {**DEFAULT_BUDGETS_MS, **chosen}

    def with_recent(self, url: str) -> Self:
        """With a source as the most recent one; its password is not kept."""
        clean = without_secrets(url)
        others = (other for other in self.recent if other != clean)
        return msgspec.structs.replace(self, recent=(clean, *others)[:MOST_RECENT])

    def with_capture_folder(self, folder: str) -> Self:
        """With another folder for captures."""
        return msgspec.structs.replace(self, capture_folder=folder)

    def with_theme(self, theme: Theme) -> Self:
        """With another theme."""
        return msgspec.structs.replace(self, theme=theme)

    def with_layout(self, layout: bytes) -> Self:
        """With another layout of the window."""
        return msgspec.structs.replace(self, layout=layout)

    def with_keys(self, keys: Mapping[str, str]) -> Self:
        """With other keys of commands."""
        return msgspec.structs.replace(self, keys=dict(keys))

    def with_detail_window(self, size: tuple[int, int]) -> Self:
        """With another size for windows of single events."""
        return msgspec.structs.replace(self, detail_window=size)

    def with_table(self, **changes: object) -> Self:
        """With parts of the table's setup changed."""
        return msgspec.structs.replace(self, table=self.table.with_(**changes))


FIELDS: Final = {field.encode_name: field for field in msgspec.structs.fields(Settings)}
"""By their names in the file."""


def load_settings(path: Path | None = None) -> tuple[Settings, str | None]:
    """The settings, and a sentence about what is wrong in the file, if anything is."""
    path = path or settings_path()
    try:
        document = read_toml(path)
    except (OSError, ValueError) as error:
        log.warning("settings: %s", error)
        return Settings(), f"The settings in {path} cannot be read ({reason(error)}); the defaults are used."
    values, wrong = checked(document)
    complaint = None
    if wrong:
        complaint = f"In {path} these are wrong, and their defaults are used: {'; '.join(wrong)}."
        log.warning("settings: %s", complaint)
    return msgspec.convert(values, Settings), complaint


def save_settings(settings: Settings, path: Path | None = None) -> str | None:
    """Save what differs from the file; returns a sentence when that was not possible, after logging why.

    A file that is not TOML is kept beside the new one, with `.broken` at the end of its name.
    """
    path = (path or settings_path()).resolve()
    try:
        change_toml(path, lambda document: update(document, settings))
    except OSError as error:
        log.warning("settings: %s", error)
        return f"The settings were not saved in {path} ({reason(error)})."
    return None


def checked(document: tomlkit.TOMLDocument) -> tuple[dict[str, Any], list[str]]:
    """The values that are right, and the keys of those that are not, each with the reason."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for key, value in document.unwrap().items():
        if key not in FIELDS:
            continue
        try:
            msgspec.convert(value, FIELDS[key].type)
        except (msgspec.ValidationError, ValueError) as error:
            wrong.append(f"{key} ({error})")
        else:
            values[key] = value
    return values, wrong


def update(document: tomlkit.TOMLDocument, settings: Settings) -> bool:
    """Put into the document what differs from what it says; whether anything did."""
    clean = msgspec.structs.replace(settings, recent=tuple(map(without_secrets, settings.recent)))
    said = msgspec.to_builtins(msgspec.convert(checked(document)[0], Settings))
    wanted = msgspec.to_builtins(clean)
    changed = {key: value for key, value in wanted.items() if value != said[key]}
    document.update(changed)
    return bool(changed)
