"""The vault: passwords in the operating system's keyring, under the service `eventscope`.

Where there is no keyring nothing is kept beyond the session, and never in a file of ours. A keyring may ask the user to
unlock it, so it is called in a thread that the program does not wait for when it ends.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

__all__ = ["SERVICE", "Vault"]

log = logging.getLogger(__name__)

SERVICE: Final = "eventscope"
UNLOCK_S: Final = 60.0
"""How long the user may take to unlock it."""

T = TypeVar("T")


class Vault:
    """Reads, keeps and removes. What goes wrong is logged, and means that there is no such password."""

    async def read(self, account: str) -> str | None:
        """The password of an account, if it is kept."""
        return await _called(lambda ring: ring.get_password(SERVICE, account), None)

    async def keep(self, account: str, secret: str) -> bool:
        """Keep a password; whether that was possible."""
        return await _called(lambda ring: ring.set_password(SERVICE, account, secret) is None, False)

    async def remove(self, account: str) -> bool:
        """Forget a password; whether it was there."""
        return await _called(lambda ring: ring.delete_password(SERVICE, account) is None, False)

    async def is_there(self) -> bool:
        """Whether this machine has a keyring."""
        return await _called(lambda ring: ring.get_keyring().priority > 0, False)


async def _called(call: Callable[[Any], T], otherwise: T) -> T:
    """The result of a call with the keyring library, or `otherwise` if that is not possible."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T) -> None:
        if not done.done():
            done.set_result(result)

    def work() -> None:
        result = _attempt(call, otherwise)
        try:
            loop.call_soon_threadsafe(settle, result)
        except RuntimeError:  # the loop is closed: the program has ended
            log.debug("the keyring answered too late")

    threading.Thread(target=work, name="eventscope-keyring", daemon=True).start()
    try:
        return await asyncio.wait_for(done, UNLOCK_S)
    except TimeoutError:
        log.warning("the keyring did not answer within %s s", UNLOCK_S)
        return otherwise


def _attempt(call: Callable[[Any], T], otherwise: T) -> T:
    try:
        import keyring  # takes long, and is needed only for sources with a login
    except ImportError:
        return otherwise
    try:
        return call(keyring)
    except keyring.errors.NoKeyringError:
        return otherwise
    except Exception as error:  # back ends raise what they like; the text of theirs may say anything
        log.warning("the keyring cannot be used: %s", type(error).__name__)
        return otherwise
