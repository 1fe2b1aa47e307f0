"""Where to begin: latest, earliest, the last few, a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from kafka_world import Cluster, connector, numbered, tailing, values

from connectors.source_url import SourceUrlError
from tests.connectors.conformance import eventually


@pytest.fixture
async def topic(cluster: Cluster, name: str) -> str:
    """A topic with ten records, at 0 to 9 seconds of the epoch's second thousand."""
    await cluster.create(name)
    for number in range(10):
        await cluster.send(name, [b"%d" % number], timestamp_ms=1_700_000_000_000 + number * 1_000)
    return name


def at(second: int) -> str:
    return f"{datetime.fromtimestamp(1_700_000_000 + second, UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("start", "first"),
    [("latest", 10), ("earliest", 0), ("-3", 7), ("-0", 10), ("-100", 0), (at(4), 4), (at(-60), 0), (at(60), 10)],
)
async def test_it_begins_where_it_was_told(cluster: Cluster, topic: str, start: str, first: int) -> None:
    async with tailing(cluster.url(topic, f"from={start}")) as sink:
        await cluster.send(topic, [b"10"])
        await eventually(lambda: b"10" in values(sink))
    assert values(sink) == numbered(first, 11)


async def test_a_second_run_goes_on_where_the_first_ended(cluster: Cluster, topic: str) -> None:
    made = connector(cluster.url(topic, "from=-1"))
    async with tailing(made) as sink:
        await eventually(lambda: values(sink) == [b"9"])
    await cluster.send(topic, numbered(10, 20))
    async with tailing(made) as sink:
        await eventually(lambda: sink.rows >= 10)
    assert values(sink) == numbered(10, 20)


@pytest.mark.parametrize("start", ["yesterday", "-x", "5", "12:00"])
def test_a_start_that_is_none_is_refused_in_a_sentence(start: str) -> None:
    with pytest.raises(SourceUrlError, match="from takes latest, earliest, -N"):
        connector(f"kafka://localhost/orders?from={start}")
