"""Servers from Debian's packages, installed when they are missing, and never started as services."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Place = TypeVar("Place")


def installed(package: str, find: Callable[[], Place | None]) -> Place:
    """What `find` finds, once the package is there. Without it the test is skipped, in CI it fails."""
    if not (found := find()) and (os.geteuid() == 0 or in_ci()):
        install(package)
        found = find()
    if not found:
        message = f"a server is missing; install it with: apt-get install --no-install-recommends {package}"
        raise (pytest.fail if in_ci() else pytest.skip).Exception(message)
    return found


def in_ci() -> bool:
    """Whether a missing server is a failure."""
    return os.environ.get("CI", "").lower() in ("1", "true")


@functools.cache
def install(package: str) -> None:
    """Install a package once, without ever starting its service."""
    policy = Path("/usr/sbin/policy-rc.d")  # what Debian asks before it starts a service
    ours = not policy.exists() and os.geteuid() == 0
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    command = [*sudo, "apt-get", "install", "-y", "--no-install-recommends", package]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run([*sudo, "apt-get", "update"], capture_output=True, timeout=120, check=False, env=quiet)
        subprocess.run(command, capture_output=True, timeout=300, check=False, env=quiet)
    except (OSError, subprocess.TimeoutExpired):
        pass  # that it is missing is said by the caller
    finally:
        if ours:
            policy.unlink()
