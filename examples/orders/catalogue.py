"""Who buys what, and where it goes: the data of the scenario."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

from examples.orders.order_events import Address, OrderItem, Payment, PaymentMethod
from examples.orders.payment import REFUSED

__all__ = ["PRODUCTS", "STOCK", "address", "basket", "customer", "payment"]

CUSTOMERS: Final = ("cus-1041", "cus-1077", "cus-1102", "cus-1138", "cus-1160", "cus-1199", "cus-1204")
PRODUCTS: Final = (
    ("prod-kettle", "Gooseneck kettle 1 l", "64.90"),
    ("prod-grinder", "Hand grinder, steel burrs", "119.00"),
    ("prod-filter", "Paper filters, 100", "5.90"),
    ("prod-beans", "Ethiopia Guji, 1 kg", "28.50"),
    ("prod-scale", "Scale with timer", "42.00"),
    ("prod-carafe", "Glass carafe 600 ml", "24.00"),
    ("prod-machine", "Espresso machine, dual boiler", "899.00"),
)
SOLD_OUT: Final = ("prod-poster", "Coffee belt, signed print", "180.00")
STOCK: Final = {product: 100_000 for product, *_ in PRODUCTS}
"""What lies on the shelves when the shop opens."""

ADDRESSES: Final = (
    Address("12 Rue des Martyrs", "Paris", "", "75009", "FR"),
    Address("Storgatan 4", "Göteborg", "", "411 24", "SE"),
    Address("ул. Рубинштейна, 15", "Санкт-Петербург", "", "191002", "RU"),
    Address("8 Merrion Row", "Dublin", "", "D02 KW74", "IE"),
    Address("彌敦道 301", "香港", "Kowloon", "", "HK"),
    Address("Largo do Carmo 9", "Lisboa", "", "1200-092", "PT"),
)
UNREACHABLE: Final = Address("Amundsen–Scott Station", "South Pole", "", "", "AQ")
METHODS: Final = (*[PaymentMethod.CREDIT_CARD] * 2, *list(PaymentMethod)[1:])


def customer(chance: Random) -> str:
    """Somebody who buys."""
    return chance.choice(CUSTOMERS)


def address(chance: Random, unreachable: float) -> Address:
    """Where a parcel goes; so many of them where no carrier does."""
    return UNREACHABLE if chance.random() < unreachable else chance.choice(ADDRESSES)


def basket(chance: Random, sold_out: float) -> tuple[OrderItem, ...]:
    """One to four lines; so many baskets have something that is not in stock."""
    chosen = chance.sample(PRODUCTS, chance.choices((1, 2, 3, 4), (5, 3, 2, 1))[0])
    if chance.random() < sold_out:
        chosen[-1] = SOLD_OUT
    return tuple(OrderItem(id_, name, chance.choice((1, 1, 1, 2, 3)), Decimal(price)) for id_, name, price in chosen)


def payment(chance: Random, refused: float) -> Payment:
    """How it is paid; so many payments will be refused."""
    if chance.random() < refused:
        return Payment(PaymentMethod.CREDIT_CARD, chance.choice(list(REFUSED)))
    return Payment(chance.choice(METHODS), f"acct-{chance.getrandbits(32):08x}")
