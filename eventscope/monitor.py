"""Open the monitor's window inside a program that runs a Qt loop of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventscope.__main__ import use_monitor

if TYPE_CHECKING:
    from eventscope.bus import EventBus


def open_monitor(bus: EventBus) -> Any:
    """Show a window that watches `bus`, and return it; closing it leaves the program alone.

    Call it in the thread of the QApplication, under a running asyncio loop such as qasync's. Raises
    ModuleNotFoundError that names what to install when the desktop part is missing.
    """
    use_monitor()
    try:
        from app.launch import embed
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the monitor needs {error.name}; run: pip install 'eventscope[desktop]'", name=error.name
        ) from error
    return embed(bus)
