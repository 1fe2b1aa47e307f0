"""The `eventscope` command: finds the monitor, which an installed client may lack, and hands over to it."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ADVICE = "eventscope: error: the monitor is not installed here; run: pip install 'eventscope[desktop]'"


def monitor_home() -> Path:
    """The folder that holds `app`, `connectors`, `widgets` and `resources`.

    In a wheel they lie in one private folder of this package, in a checkout beside it.
    """
    private = PACKAGE / "_desktop"
    return private if private.is_dir() else PACKAGE.parent


def use_monitor() -> None:
    """Make the monitor's modules importable, ahead of a user's own folders of the same names."""
    home = str(monitor_home())
    if home in sys.path:
        sys.path.remove(home)
    sys.path.insert(0, home)


def main(argv: list[str] | None = None) -> int:
    """Run a command; the exit code is that of contract: 0 done, 2 wrong usage, 3 no source, 4 no capture."""
    use_monitor()
    try:
        from app.cli import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in (
            "app",
            "msgspec",
            "numpy",
            "lark",
            "platformdirs",
            "tomlkit",
        ):
            print(ADVICE, file=sys.stderr)
            return 2
        raise
    return run(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    raise SystemExit(main())
