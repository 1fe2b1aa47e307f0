"""A product, whose reads and writes want different things: commands go to its history, questions to a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from examples.orders.aggregate import Aggregate, demand
from examples.orders.event_store import EventStore
from examples.orders.plain import from_plain

__all__ = ["ListProducts", "Product", "ProductCatalogue", "ProductState"]


@dataclass(frozen=True)
class ProductCreated:
    """It is sold from now on."""

    name: str
    description: str
    price: Decimal
    category: str


@dataclass(frozen=True)
class ProductUpdated:
    """Some of it is different; None is what stayed."""

    name: str | None
    description: str | None
    price: Decimal | None


@dataclass(frozen=True)
class ProductState:
    """What follows from the history of a product."""

    name: str = ""
    description: str = ""
    price: Decimal = Decimal("0.00")
    category: str = ""


class Product(Aggregate[ProductState]):
    """One product. Each method raises RuleBroken with a sentence."""

    id_name = "product_id"
    FACTS: ClassVar[Mapping[str, type[Any]]] = {"product.created": ProductCreated, "product.updated": ProductUpdated}
    State: ClassVar = ProductState

    def create(self, name: str, description: str, price: Decimal, category: str) -> None:
        """Begin to sell it."""
        demand(self.version == 0, f"product {self.id} is already there")
        demand(price > 0, "a price is more than 0")
        self.record(ProductCreated(name, description, price, category))

    def update(self, name: str | None = None, description: str | None = None, price: Decimal | None = None) -> None:
        """Change what is given."""
        demand(self.version, f"there is no product {self.id}")
        demand(price is None or price > 0, "a price is more than 0")
        self.record(ProductUpdated(name, description, price))

    def evolve(self, state: ProductState, fact: Any) -> ProductState:
        """The state after a fact."""
        match fact:
            case ProductCreated(name, description, price, category):
                return ProductState(name, description, price, category)
            case _:
                given = {name: value for name, value in vars(fact).items() if value is not None}
                return replace(state, **given)


@dataclass(frozen=True)
class ListProducts:
    """Which products, by name; `page` counts from 1."""

    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    search_text: str = ""
    page: int = 1
    page_size: int = 20

    def wants(self, product: ProductState) -> bool:
        """Whether a product is one of them."""
        return (
            self.category in (None, product.category)
            and (self.min_price is None or product.price >= self.min_price)
            and (self.max_price is None or product.price <= self.max_price)
            and self.search_text.lower() in product.name.lower()
        )


class ProductCatalogue:
    """A read model in memory: it follows the store from where it was."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._far = 0
        self.products: dict[str, ProductState] = {}

    async def catch_up(self) -> None:
        """Take in what is in the store by now."""
        while stored := await self._store.after(self._far):
            for each in stored:
                if kind := Product.FACTS.get(each.event.type):
                    product = Product(each.aggregate_id, self.products.get(each.aggregate_id))
                    fact = from_plain(kind, each.event.payload)
                    self.products[each.aggregate_id] = product.evolve(product.state, fact)
            self._far = stored[-1].sequence

    def list(self, query: ListProducts) -> list[tuple[str, ProductState]]:
        """A page of products, each with its id."""
        found = sorted(
            ((id_, each) for id_, each in self.products.items() if query.wants(each)), key=lambda pair: pair[1].name
        )
        first = (query.page - 1) * query.page_size
        return found[first : first + query.page_size]
