"""The tables of both services, and the questions that both ask of them."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from examples.defects.outbox import OUTBOX

__all__ = ["SCHEMA", "NotFound", "Refused", "row"]

SCHEMA: Final = f"""
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS projects (
    project_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_id    INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS defects (
    defect_id   INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    status      TEXT NOT NULL,
    priority    TEXT NOT NULL,
    project_id  INTEGER NOT NULL REFERENCES projects,
    reporter_id INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS defects_by_project ON defects (project_id);
{OUTBOX}
"""


class NotFound(LookupError):
    """There is no such project or defect."""


class Refused(ValueError):
    """A rule of the services does not allow it."""


def row(db: sqlite3.Connection, what: str, id: int, statement: str, *values: Any) -> tuple[Any, ...]:  # noqa: A002
    """The one row that a statement answers with. Raises NotFound, which names `what` by its id."""
    rows: list[tuple[Any, ...]] = db.execute(statement, values).fetchall()
    if not rows:
        raise NotFound(f"there is no {what} {id}")
    return rows[0]
