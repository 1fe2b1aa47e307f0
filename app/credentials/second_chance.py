"""The second chance of a source whose login was refused: once more, with another password."""

from __future__ import annotations

from app.credentials.credentials import Credentials
from app.session import Session
from app.sources.supervisor import Source
from connectors.login import LoginRefused

__all__ = ["give_second_chance", "login_refused"]


def login_refused(source: Source) -> bool:
    """Whether the source failed by its login, and nobody has dealt with that yet."""
    return isinstance(source.refusal, LoginRefused)


async def give_second_chance(source: Source, session: Session, credentials: Credentials) -> bool:
    """Ask for another password and start the source with it, where it was; False if there is none."""
    source.refusal = None
    made = await credentials.after_refusal(source.connector)
    if made is None or source not in session.sources:
        return False
    if (position := source.driver.position()) is not None:
        made.resume(position)
    source.connector = made
    session.supervisor.start(source)
    return True
