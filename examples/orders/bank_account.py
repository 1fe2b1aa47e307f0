"""A bank account, the smallest aggregate: its balance is the sum of its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from examples.orders.aggregate import Aggregate, demand

__all__ = ["AccountState", "BankAccount"]


@dataclass(frozen=True)
class AccountCreated:
    """Somebody opened it."""

    owner: str
    initial_balance: Decimal


@dataclass(frozen=True)
class MoneyDeposited:
    """Money came in."""

    amount: Decimal
    description: str


@dataclass(frozen=True)
class MoneyWithdrawn:
    """Money went out."""

    amount: Decimal
    description: str


@dataclass(frozen=True)
class AccountClosed:
    """It is over."""

    reason: str


@dataclass(frozen=True)
class AccountState:
    """What follows from the history of an account."""

    owner: str = ""
    balance: Decimal = Decimal("0.00")
    is_open: bool = False


class BankAccount(Aggregate[AccountState]):
    """One account. Each method raises RuleBroken with a sentence."""

    id_name = "account_id"
    FACTS: ClassVar[Mapping[str, type[Any]]] = {
        "account.created": AccountCreated,
        "account.money_deposited": MoneyDeposited,
        "account.money_withdrawn": MoneyWithdrawn,
        "account.closed": AccountClosed,
    }
    State: ClassVar = AccountState

    def create(self, owner: str, initial_balance: Decimal = Decimal("0.00")) -> None:
        """Open it."""
        demand(self.version == 0, f"account {self.id} is already there")
        demand(owner.strip(), "an account needs an owner")
        demand(initial_balance >= 0, "an account begins with 0 or more")
        self.record(AccountCreated(owner, initial_balance))

    def deposit(self, amount: Decimal, description: str = "") -> None:
        """Put money in."""
        self._demand_open()
        demand(amount > 0, "a deposit is more than 0")
        self.record(MoneyDeposited(amount, description))

    def withdraw(self, amount: Decimal, description: str = "") -> None:
        """Take money out, as far as there is some."""
        self._demand_open()
        demand(amount > 0, "a withdrawal is more than 0")
        demand(amount <= self.state.balance, f"insufficient funds: the balance is {self.state.balance}")
        self.record(MoneyWithdrawn(amount, description))

    def close(self, reason: str) -> None:
        """End it, once it is empty."""
        self._demand_open()
        demand(self.state.balance == 0, f"an account is closed when it is empty; the balance is {self.state.balance}")
        self.record(AccountClosed(reason))

    def evolve(self, state: AccountState, fact: Any) -> AccountState:
        """The state after a fact."""
        match fact:
            case AccountCreated(owner, balance):
                return AccountState(owner, balance, True)
            case MoneyDeposited(amount):
                return replace(state, balance=state.balance + amount)
            case MoneyWithdrawn(amount):
                return replace(state, balance=state.balance - amount)
            case _:
                return replace(state, is_open=False)

    def _demand_open(self) -> None:
        demand(self.state.is_open, f"account {self.id} is not open")
