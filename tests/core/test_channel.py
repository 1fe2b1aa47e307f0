"""The name of a channel, without the place in it."""

from __future__ import annotations

import pytest

from app.channel import channel_name


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("orders[3]@1042", "orders"),
        ("orders[3]", "orders"),
        ("history@7", "history"),
        ("history@1690000000000-0", "history"),
        ("history@staging-0", "history@staging-0"),
        ("events → order.created", "events"),
        ("events → odd[1]@2", "events"),
        ("shop/shop", "shop/shop"),
        ("shop[2]/orders", "shop[2]/orders"),
        ("(default) → billing", "(default)"),
        ("a[1]@2[3]@4", "a[1]@2"),
        ("", ""),
    ],
)
def test_a_partition_an_offset_and_a_routing_key_are_no_part_of_the_name(channel: str, name: str) -> None:
    assert channel_name(channel) == name
