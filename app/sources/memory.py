"""Memory of a process, as far as the system tells."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def resident() -> int:
    """Bytes that this process takes now, at its highest where nothing better is told; 0 if unknown."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize()
    except (OSError, AttributeError):
        pass
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def forbid_growth(by: int) -> None:
    """Have the system refuse this process more than `by` bytes on top of what it has, where it can (Linux).

    Asking for more raises MemoryError, before anything is taken.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return
    taken = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmData:")) * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = taken + by
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
