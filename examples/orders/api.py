"""The shop over HTTP: commands change orders, queries ask the read model."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from examples.orders import commands
from examples.orders.aggregate import RuleBroken
from examples.orders.event_store import VersionConflict
from examples.orders.order_events import Address, OrderItem, OrderStatus, Payment, PaymentMethod
from examples.orders.plain import to_plain
from examples.orders.queries import ListOrders
from examples.orders.system import Shop

__all__ = ["create_app"]

END_OF_TIME: Final = 2**63 - 1


class AddressRequest(BaseModel):
    """Where a parcel goes."""

    street: str
    city: str
    state: str = ""
    zip_code: str = ""
    country: str

    def value(self) -> Address:
        """As the domain knows it."""
        return Address(**self.model_dump())


class ItemRequest(BaseModel):
    """A line."""

    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal

    def value(self) -> OrderItem:
        """As the domain knows it."""
        return OrderItem(**self.model_dump())


class AccountRequest(BaseModel):
    """What is paid with."""

    method: PaymentMethod
    account: str = ""


class OrderRequest(BaseModel):
    """What somebody orders."""

    customer_id: str
    items: list[ItemRequest]
    shipping_address: AddressRequest
    payment: AccountRequest


class PaymentRequest(BaseModel):
    """What was paid."""

    payment_id: str
    payment_method: PaymentMethod
    amount: Decimal


class ShipmentRequest(BaseModel):
    """Who has the parcel."""

    tracking_number: str
    carrier: str


def create_app(system: Shop) -> FastAPI:
    """An application on a running shop."""
    app = FastAPI(title="Orders")
    app.add_exception_handler(RuleBroken, refused)
    app.add_exception_handler(VersionConflict, refused)
    add_commands(app, system)
    add_queries(app, system)
    return app


async def refused(request: Request, error: Exception) -> JSONResponse:
    """A command that the order does not allow now."""
    return JSONResponse({"detail": str(error)}, 409)


def add_commands(app: FastAPI, shop: Shop) -> None:
    """The write side."""

    async def done(command: commands.Command) -> dict[str, Any]:
        order = await shop.orders.handle(command)
        return {"status": order.state.status, "version": order.version}

    @app.post("/orders", status_code=201)
    async def create_order(asked: OrderRequest) -> dict[str, Any]:
        order_id, items = f"ord-{uuid4().hex[:12]}", tuple(item.value() for item in asked.items)
        payment, address = Payment(asked.payment.method, asked.payment.account), asked.shipping_address.value()
        command = commands.CreateOrder(order_id, asked.customer_id, items, address, payment)
        return {"order_id": order_id, **await done(command)}

    @app.post("/orders/{order_id}/items")
    async def add_item(order_id: str, item: ItemRequest) -> dict[str, Any]:
        return await done(commands.AddOrderItem(order_id, item.value()))

    @app.delete("/orders/{order_id}/items/{product_id}")
    async def remove_item(order_id: str, product_id: str, quantity: int = 1) -> dict[str, Any]:
        return await done(commands.RemoveOrderItem(order_id, product_id, quantity))

    @app.put("/orders/{order_id}/address")
    async def change_address(order_id: str, address: AddressRequest) -> dict[str, Any]:
        return await done(commands.ChangeOrderAddress(order_id, address.value()))

    @app.post("/orders/{order_id}/payment")
    async def pay(order_id: str, paid: PaymentRequest) -> dict[str, Any]:
        return await done(commands.PayOrder(order_id, paid.payment_id, paid.payment_method, paid.amount))

    @app.post("/orders/{order_id}/shipment")
    async def ship(order_id: str, parcel: ShipmentRequest) -> dict[str, Any]:
        return await done(commands.ShipOrder(order_id, parcel.tracking_number, parcel.carrier))

    @app.post("/orders/{order_id}/delivery")
    async def deliver(order_id: str) -> dict[str, Any]:
        return await done(commands.DeliverOrder(order_id))

    @app.post("/orders/{order_id}/cancellation")
    async def cancel(order_id: str, reason: str) -> dict[str, Any]:
        return await done(commands.CancelOrder(order_id, reason))


def add_queries(app: FastAPI, shop: Shop) -> None:
    """The read side; it may be a moment behind, so what is stored by now is taken in first."""

    @app.get("/orders/{order_id}")
    async def order(order_id: str) -> dict[str, Any]:
        await shop.read_model.catch_up()
        found = await shop.queries.order(order_id)
        if found is None:
            raise HTTPException(404, f"there is no order {order_id}")
        return found

    @app.get("/orders/{order_id}/history")
    async def history(order_id: str) -> list[dict[str, Any]]:
        stored = await shop.store.of(order_id)
        return [
            {"version": each.version, "type": each.event.type, "at": each.event.timestamp, "data": each.event.payload}
            for each in stored
        ]

    @app.get("/orders")
    async def orders(
        customer_id: str | None = None,
        status: OrderStatus | None = None,
        page: int = Query(1, ge=1),
        page_size: int = Query(20, ge=1, le=200),
    ) -> dict[str, Any]:
        await shop.read_model.catch_up()
        asked = ListOrders(customer_id, to_plain(status), page, page_size)
        return {"orders": await shop.queries.orders(asked), "page": page, "page_size": page_size}

    @app.get("/analytics")
    async def analytics(date_from: int = 0, date_to: int = END_OF_TIME) -> dict[str, Any]:
        await shop.read_model.catch_up()
        return await shop.queries.analytics(date_from, date_to)

    @app.post("/projections/rebuild")
    async def rebuild() -> dict[str, str]:
        await shop.read_model.rebuild()
        return {"status": "rebuilt"}
