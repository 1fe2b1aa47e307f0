"""Where programs and the monitor meet: a Unix socket that only its owner can use.

The default address is per user; `EVENTSCOPE_TAP` names another one. Its folder belongs to the user and is closed to
others, the socket is made with mode 600, and each side asks the kernel who the other one is.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["AddressError", "AddressInUse", "Listener", "connect", "default_address", "demand_private", "is_ours"]

VARIABLE: Final = "EVENTSCOPE_TAP"
BACKLOG: Final = 32
LOCK_S: Final = 1.0
SUPPORTED: Final = hasattr(socket, "AF_UNIX")


class AddressError(OSError):
    """An address that cannot be used; the sentence says why and what to do."""


class AddressInUse(AddressError):
    """Another monitor listens there."""


def default_address() -> Path:
    """The address that the environment names, else the user's own. Touches nothing."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    _demand_support()
    return _default_folder() / "tap.sock"


def _default_folder() -> Path:
    user = os.geteuid()
    for runtime in (os.environ.get("XDG_RUNTIME_DIR"), f"/run/user/{user}"):
        # After `su` the variable still names the folder of another user.
        if runtime and _owner(Path(runtime)) == user:
            return Path(runtime) / "eventscope"
    return Path(f"/tmp/eventscope-{user}")  # noqa: S108 - its owner and mode are checked


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None


def connect(address: Path, timeout_s: float) -> socket.socket:
    """A connection to the monitor at `address`.

    Raises AddressError if it is not the user's own, and plain OSError if nobody listens.
    """
    _demand_support()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(os.fspath(address))
        if not is_ours(connection):
            raise AddressError(f"{address} belongs to a monitor of another user; nothing is sent to it")
    except BaseException:
        connection.close()
        raise
    return connection


def is_ours(connection: socket.socket) -> bool:
    """Whether the process at the other end runs as this user; systems that cannot tell rely on the folder."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    size = struct.calcsize("3i")
    _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return bool(user == os.geteuid())


class Listener:
    """The listening socket at an address; `close` gives the address up.

    A socket that a dead monitor left behind is replaced, a live one is never taken over. Raises AddressInUse
    or AddressError.
    """

    def __init__(self, address: Path) -> None:
        _demand_support()
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _prepare_folder(address)
            with _locked(address.parent):
                _remove_stale(address)
                self._bind()
            self.socket.listen(BACKLOG)
        except AddressError:
            self.socket.close()
            raise
        except (OSError, ValueError) as error:
            self.socket.close()
            raise AddressError(f"cannot listen at {str(address)!r}: {error}") from error

    def _bind(self) -> None:
        before = os.umask(0o177)
        try:
            self.socket.bind(os.fspath(self.address))
        finally:
            os.umask(before)
        self._identity = _identity(self.address)

    def close(self) -> None:
        """Stop listening, and remove the socket unless another one has taken its place."""
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            if _identity(self.address) == self._identity:
                self.address.unlink()


def _identity(path: Path) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_dev, found.st_ino


def _demand_support() -> None:
    if not SUPPORTED:
        raise AddressError("a tap needs Unix sockets, which this system does not have; use inprocess: or file:")


def _prepare_folder(address: Path) -> None:
    folder = address.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = not os.environ.get(VARIABLE) and address == default_address()
    if own or not hasattr(socket, "SO_PEERCRED"):
        demand_private(folder)
    else:
        _demand_stable(folder)


def demand_private(folder: Path) -> None:
    """Raises AddressError unless a folder is the user's own and closed to all others."""
    found = os.lstat(folder)
    if stat.S_ISLNK(found.st_mode) or found.st_uid != os.geteuid():
        raise AddressError(f"{folder} is not a folder of yours; remove it, or set {VARIABLE} to another address")
    if found.st_mode & 0o077:
        raise AddressError(f"{folder} is open to other users; run: chmod 700 {folder}")


def _demand_stable(folder: Path) -> None:
    """Nobody else may put another socket in the place of ours."""
    found = folder.stat()
    others_write = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
    if others_write or found.st_uid not in (0, os.geteuid()):
        raise AddressError(f"{folder} can be changed by other users; use an address in a folder of your own")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One monitor at a time looks at the address and takes it."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        deadline = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise AddressInUse(f"another program holds {folder}; try again") from None
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _remove_stale(address: Path) -> None:
    try:
        found = os.lstat(address)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise AddressError(f"{address} exists and is no socket; choose another address")
    if _somebody_listens(address):
        raise AddressInUse(
            f"another monitor already listens at {address}; close it, or give another address as tap:PATH"
        )
    address.unlink()


def _somebody_listens(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(address))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # its backlog is full
            pass
        return True
