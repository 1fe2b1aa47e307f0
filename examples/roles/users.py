"""The table of users and their roles, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from examples.database import Database

__all__ = ["ADMIN", "USER", "User", "UsersRepo"]

ADMIN: Final = "admin"
USER: Final = "user"

TABLE: Final = """
CREATE TABLE IF NOT EXISTS users (
    user_id  INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    role     TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    version  INTEGER NOT NULL DEFAULT 1
)
"""
UPSERT: Final = """
INSERT INTO users (user_id, username, role) VALUES (:user_id, :username, coalesce(:role, 'user'))
ON CONFLICT (user_id) DO UPDATE
SET username = excluded.username, role = coalesce(:role, role), version = version + 1
RETURNING user_id, username, role, version
"""
SET_ROLE: Final = """
UPDATE users SET role = :role, version = version + 1 WHERE user_id = :user_id
RETURNING user_id, username, role, version
"""
GET: Final = "SELECT user_id, username, role, version FROM users WHERE user_id = :user_id"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class User:
    """A row of the table; `version` grows with each change of it."""

    user_id: int
    username: str
    role: str
    version: int


class UsersRepo:
    """Reads and writes users, in the order in which it is asked to. `queries` counts both.

    Every method raises sqlite3.Error when the database cannot do it, and then nothing is changed.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.queries = 0
        self._database = Database(path, TABLE)

    async def close(self) -> None:
        """Finish what is asked for, and close the file."""
        await self._database.close()

    async def upsert(self, user_id: int, username: str, role: str | None = None) -> User:
        """Add a user, or rename one; the role of a known user stays unless one is given."""
        return await self._run(lambda db: _one(db, UPSERT, user_id=user_id, username=username, role=role))

    async def set_role(self, user_id: int, role: str) -> User:
        """Give a user a role. Raises KeyError when there is no such user."""
        return await self._run(lambda db: _one(db, SET_ROLE, user_id=user_id, role=role))

    async def transfer_admin(self, from_user_id: int, to_user_id: int) -> tuple[User, User]:
        """Make the one a user and the other an administrator, both or neither. Raises KeyError for no such user."""

        def both(db: sqlite3.Connection) -> tuple[User, User]:
            return (
                _one(db, SET_ROLE, user_id=from_user_id, role=USER),
                _one(db, SET_ROLE, user_id=to_user_id, role=ADMIN),
            )

        return await self._run(both)

    async def get(self, user_id: int) -> User | None:
        """The user of that id, if there is one."""
        return await self._run(lambda db: _first(db, GET, user_id=user_id))

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.queries += 1
        return await self._database.run(work)


def _first(db: sqlite3.Connection, statement: str, **values: Any) -> User | None:
    rows = db.execute(statement, values).fetchall()
    return User(*rows[0]) if rows else None


def _one(db: sqlite3.Connection, statement: str, **values: Any) -> User:
    found = _first(db, statement, **values)
    if found is None:
        raise KeyError(f"there is no user {values['user_id']}")
    return found
