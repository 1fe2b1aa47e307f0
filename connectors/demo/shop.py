"""The shop's order book: who buys what, and where it goes. Data for the orders scenario."""

from __future__ import annotations

from random import Random
from typing import Any

CUSTOMERS = (
    ("cus-1041", "Amélie Durand", "amelie.durand@example.com"),
    ("cus-1077", "Jonas Lindqvist", "jonas@example.org"),
    ("cus-1102", "Мария Соколова", "m.sokolova@example.net"),
    ("cus-1138", "Grace O'Neill", "grace.oneill@example.com"),
    ("cus-1160", "陳大文", "chan.taiman@example.hk"),
    ("cus-1199", "Yusuf Demir", "yusuf.demir@example.org"),
    ("cus-1204", "Ana Sofia Pereira", "anasofia@example.pt"),
)
PRODUCTS = (
    ("prod-kettle", "Gooseneck kettle 1 l", 6490),
    ("prod-grinder", "Hand grinder, steel burrs", 11900),
    ("prod-filter", "Paper filters, 100", 590),
    ("prod-beans", "Ethiopia Guji, 1 kg", 2850),
    ("prod-scale", "Scale with timer", 4200),
    ("prod-carafe", "Glass carafe 600 ml", 2400),
    ("prod-machine", "Espresso machine, dual boiler", 89900),
)
ADDRESSES = (
    ("12 Rue des Martyrs", "Paris", "75009", "FR", 48.8781, 2.3394),
    ("Storgatan 4", "Göteborg", "411 24", "SE", 57.7089, 11.9746),
    ("ул. Рубинштейна, 15", "Санкт-Петербург", "191002", "RU", 59.9293, 30.3443),
    ("8 Merrion Row", "Dublin", "D02 KW74", "IE", 53.3386, -6.2530),
    ("Nathan Road 301", "Hong Kong", "", "HK", 22.3085, 114.1716),
    ("Largo do Carmo 9", "Lisboa", "1200-092", "PT", 38.7121, -9.1399),
)
CARRIERS = ("DHL", "PostNord", "GLS", "La Poste")
METHODS = ("credit_card", "credit_card", "paypal", "bank_transfer", "crypto")


def customer(chance: Random) -> dict[str, Any]:
    """Somebody who buys."""
    number, name, email = chance.choice(CUSTOMERS)
    return {"id": number, "name": name, "email": email}


def address(chance: Random) -> dict[str, Any]:
    """Where a parcel goes."""
    street, city, code, country, latitude, longitude = chance.choice(ADDRESSES)
    place = {"lat": latitude, "lon": longitude}
    return {"street": street, "city": city, "zip_code": code or None, "country": country, "location": place}


def basket(chance: Random) -> tuple[list[dict[str, Any]], int]:
    """One to four lines of an order, and their sum in cents."""
    chosen = chance.sample(PRODUCTS, chance.choices((1, 2, 3, 4), (5, 3, 2, 1))[0])
    items: list[dict[str, Any]] = [
        {"product_id": p, "product_name": name, "quantity": chance.choice((1, 1, 1, 2, 3)), "unit_price": cents / 100}
        for p, name, cents in chosen
    ]
    return items, round(sum(item["quantity"] * item["unit_price"] * 100 for item in items))


def money(cents: int, channel: str) -> str | float:
    """A sum as the channel writes it: the web shop as text, the app as a number."""
    return f"{cents / 100:.2f}" if channel == "web" else cents / 100
