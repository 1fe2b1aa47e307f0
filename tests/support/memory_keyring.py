"""A keyring in memory, and in a file that processes share: what a desktop's own would be."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

FILE = "MEMORY_KEYRING_FILE"


class MemoryKeyring(KeyringBackend):
    """Passwords by service and user. Begins with those in the file that the environment names."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        file = os.environ.get(FILE)
        self.kept: dict[str, str] = json.loads(Path(file).read_text()) if file else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[f"{service} {username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError
