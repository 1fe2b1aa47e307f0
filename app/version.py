"""The version of the program that runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """The installed version, or `unknown` in a checkout that was not installed."""
    try:
        return version("eventscope")
    except PackageNotFoundError:
        return "unknown"
