"""Credentials: finds the password of a source, in the order URL, environment, this session, keyring, question.

A question is asked only when it is needed: a user without a password, or a login that the source refused, and then
once more. The password goes into the options of the connector, and from there nowhere.
"""

from __future__ import annotations

import asyncio
from typing import Final
from weakref import WeakSet

from app.credentials.environment import from_environment, variable
from app.credentials.question import Ask, Question
from app.credentials.vault import SERVICE, Vault
from connectors.login import Login, login_of, with_secrets
from connectors.registry import scheme_of
from eventscope.connector import Connector, Refused

__all__ = ["Credentials"]

WAYS: Final = "set {variable}, keep it in the keyring (service {service}, user {account}), or answer when you are asked"


class Credentials:
    """The passwords of one session. `ask` asks the user."""

    def __init__(self, ask: Ask, vault: Vault | None = None) -> None:
        self._ask = ask
        self._vault = vault or Vault()
        self._told: dict[str, str] = {}
        self._kept: set[str] = set()
        self._last_tries: WeakSet[Connector] = WeakSet()
        self._asking = asyncio.Lock()

    def ready(self, connector: Connector) -> Connector | None:
        """The connector with all that its login needs, if that is known without a keyring and without a question."""
        made = from_environment(connector)
        login = login_of(made)
        if login is None or login.given or login.usual:
            return made
        told = self._told.get(_account(made, login))
        return with_secrets(made, **{login.option: told}) if told else None

    async def complete(self, connector: Connector) -> Connector:
        """The connector with all that its login needs; raises Refused if nobody knows the password."""
        if ready := self.ready(connector):
            return ready
        made = from_environment(connector)
        login = login_of(made)
        assert login is not None
        account = _account(made, login)
        secret = await self._vault.read(account) or await self._answer(account, login.what)
        if not secret:
            name = variable(scheme_of(made), "password" if login.what == "password" else login.option)
            ways = WAYS.format(variable=name, service=SERVICE, account=account)
            raise Refused(f"there is no {login.what} for {account}; {ways}")
        return with_secrets(made, **{login.option: secret})

    async def has_keyring(self) -> bool:
        """Whether this machine can keep passwords."""
        return await self._vault.is_there()

    async def keep(self, connector: Connector) -> bool:
        """Keep the password that a connector was given in the keyring; whether that was possible."""
        login = login_of(connector)
        if login is None or not login.given:
            return False
        return await self._vault.keep(_account(connector, login), login.given)

    async def after_refusal(self, connector: Connector) -> Connector | None:
        """The connector with another password, after its source refused the login; None to leave it at that."""
        login = login_of(connector)
        if login is None or connector in self._last_tries:
            self._last_tries.discard(connector)
            return None
        account = _account(connector, login)
        kept = await self._vault.read(account)
        if login.usual and kept and login.given is None:
            return with_secrets(connector, **{login.option: kept})
        if secret := await self._another(account, login):
            made = with_secrets(connector, **{login.option: secret})
            self._last_tries.add(made)
            return made
        return None

    async def _another(self, account: str, login: Login) -> str | None:
        if login.given and self._told.get(account) == login.given:
            del self._told[account]
        if account in self._kept:
            self._kept.discard(account)
            await self._vault.remove(account)
        return await self._answer(account, login.what, refused=True)

    async def _answer(self, account: str, what: str, *, refused: bool = False) -> str | None:
        """What the user answers, who is asked one question at a time, and never twice the same."""
        async with self._asking:
            if account in self._told:
                return self._told[account]
            answer = await self._ask(Question(account, what, refused, await self._vault.is_there()))
            if answer is None:
                return None
            self._told[account] = answer.secret
            if answer.keep and await self._vault.keep(account, answer.secret):
                self._kept.add(account)
            return answer.secret


def _account(connector: Connector, login: Login) -> str:
    return f"{scheme_of(connector)}://{login.who}"
