"""What people do in the bot: write to it, join, and make each other administrators or not."""

from __future__ import annotations

from dataclasses import asdict

from eventscope import EventBus, EventPriority
from examples.component import Component
from examples.roles.cache import EventDrivenRoleCache
from examples.roles.users import ADMIN, USER, User, UsersRepo

__all__ = ["RoleActions"]


class RoleActions(Component):
    """The only places where roles change; each tells the cache around the write, and the bus after it.

    Emits `message.received`, `user.upserted`, `role.set`, `role.admin_added`, `role.admin_removed` and
    `role.admin_transferred`, the role events HIGH. Their payload has under `users` each changed row.
    """

    def __init__(self, users: UsersRepo, cache: EventDrivenRoleCache, event_bus: EventBus) -> None:
        super().__init__(event_bus, "telegram_bot")
        self.users = users
        self.cache = cache

    async def receive(self, user_id: int, text: str) -> None:
        """Somebody writes to the bot."""
        await self.emit("message.received", {"user_id": user_id, "text": text})

    async def join(self, user_id: int, username: str, role: str | None = None) -> User:
        """Somebody joins, or has another name now."""
        with self.cache.changing(user_id) as written:
            user = await self.users.upsert(user_id, username, role)
            written([user])
        await self._tell("user.upserted", user, priority=EventPriority.NORMAL)
        return user

    async def set_role(self, user_id: int, role: str) -> User:
        """Give a role. Raises KeyError when there is no such user."""
        return await self._set(user_id, role, "role.set")

    async def add_admin(self, user_id: int) -> User:
        """Make a user an administrator. Raises KeyError when there is no such user."""
        return await self._set(user_id, ADMIN, "role.admin_added")

    async def remove_admin(self, user_id: int) -> User:
        """Make an administrator a user. Raises KeyError when there is no such user."""
        return await self._set(user_id, USER, "role.admin_removed")

    async def transfer_admin(self, from_user_id: int, to_user_id: int) -> None:
        """Hand the rights of one to another, both or neither. Raises KeyError when there is no such user."""
        with self.cache.changing(from_user_id, to_user_id) as written:
            changed = await self.users.transfer_admin(from_user_id, to_user_id)
            written(changed)
        await self._tell("role.admin_transferred", *changed)

    async def _set(self, user_id: int, role: str, type_: str) -> User:
        with self.cache.changing(user_id) as written:
            user = await self.users.set_role(user_id, role)
            written([user])
        await self._tell(type_, user)
        return user

    async def _tell(self, type_: str, *users: User, priority: EventPriority = EventPriority.HIGH) -> None:
        await self.emit(type_, {"users": [asdict(user) for user in users]}, priority=priority)
