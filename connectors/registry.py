"""Which connectors there are, by the scheme of their URLs; only the one that is asked for is imported.

Connectors of other packages are found through the entry-point group `eventscope.connectors`.
"""

from __future__ import annotations

import logging
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from connectors.options import read_options
from connectors.source_url import SourceUrlError
from eventscope.connector import Connector, Runner

__all__ = ["connector_class", "open_source", "scheme_of", "schemes"]

log = logging.getLogger(__name__)

GROUP: Final = "eventscope.connectors"

# A checkout that is not installed has no entry points; these are also in pyproject.toml.
OURS: Final = {
    "amqp": "connectors.rabbitmq.connector:RabbitConnector",
    "amqps": "connectors.rabbitmq.connector:RabbitTlsConnector",
    "demo": "connectors.demo.connector:DemoConnector",
    "file": "connectors.file.connector:FileConnector",
    "inprocess": "connectors.inprocess:InProcessConnector",
    "kafka": "connectors.kafka.connector:KafkaConnector",
    "redis": "connectors.redis.connector:RedisConnector",
    "rediss": "connectors.redis.connector:RedisTlsConnector",
    "sqlite": "connectors.sqlite.connector:SqliteConnector",
    "tap": "connectors.tap.connector:TapConnector",
}

EXTRAS: Final = {"kafka": "kafka", "amqp": "rabbitmq", "amqps": "rabbitmq", "redis": "redis", "rediss": "redis"}
"""The extra of this project that brings what a scheme needs."""


def schemes() -> tuple[str, ...]:
    """All known schemes, ours and those of installed packages. Imports no connector."""
    return tuple(sorted(_found()))


def open_source(url: str) -> Connector:
    """The connector that `url` asks for, not yet connected; raises SourceUrlError with one sentence.

    `run=` is a parameter of every source: the runner, by default the one that suits the connector.
    """
    scheme = _scheme(url)
    kind = connector_class(scheme)
    url, runner = _without_runner(url, scheme)
    connector = kind(read_options(url, kind.Options))
    if runner is not Runner.AUTO:
        connector.runner = runner
    if runner is Runner.PROCESS and not connector.portable:
        raise SourceUrlError(f"{scheme}: can only be read in the process of the monitor; leave run=process out")
    return connector


def _without_runner(url: str, scheme: str) -> tuple[str, Runner]:
    """The URL without its parameter `run`, and what that says."""
    location, question, query = url.partition("?")
    pairs = query.split("&")
    given = [pair.partition("=")[2].lower() for pair in pairs if pair.partition("=")[0] == "run"]
    rest = "&".join(pair for pair in pairs if pair.partition("=")[0] != "run")
    if not given:
        return url, Runner.AUTO
    if len(given) > 1 or given[0] not in list(Runner):
        raise SourceUrlError(f"{scheme}: run takes one of {', '.join(Runner)}")
    return location + (question + rest if rest else ""), Runner(given[0])


def scheme_of(connector: Connector) -> str:
    """The scheme that a connector was found by; that of a package which hides its class is the package's name."""
    kind = type(connector)
    place = f"{kind.__module__}:{kind.__qualname__}"
    return next((name for name, point in _found().items() if point.value == place), kind.__module__.partition(".")[0])


def connector_class(scheme: str) -> type[Connector]:
    """Import the connector of a scheme; raises SourceUrlError if there is none or something is not installed."""
    try:
        kind = _found()[scheme].load()
    except ModuleNotFoundError as error:
        raise SourceUrlError(f"{scheme}: needs {error.name}; run: pip install {_package(scheme, error)}") from error
    except (ImportError, AttributeError) as error:
        log.warning("the connector of %s: cannot be imported", scheme, exc_info=True)
        raise SourceUrlError(f"{scheme}: its connector is broken ({error}); install its package again") from error
    if not (isinstance(kind, type) and issubclass(kind, Connector)):
        raise SourceUrlError(f"{scheme}: {_found()[scheme].value} is no Connector; its package is broken")
    return kind


@cache
def _found() -> dict[str, EntryPoint]:
    others = {point.name: point for point in entry_points(group=GROUP)}
    return others | {name: EntryPoint(name, value, GROUP) for name, value in OURS.items()}


def _scheme(url: str) -> str:
    scheme, colon, _ = url.partition(":")
    scheme = scheme.lower()
    if scheme in _found() and colon:
        return scheme
    # What stands before the colon of something else may be anything, so only a plain word is repeated.
    if not scheme.isalnum():
        raise SourceUrlError(f"a source is a URL that begins with {_listed()}; a file is file:PATH")
    if scheme in _found():
        raise SourceUrlError(f"a source is a URL; write {scheme}:")
    raise SourceUrlError(f"{scheme!r} is no kind of source; {_advice(scheme)}")


def _advice(scheme: str) -> str:
    if close := get_close_matches(scheme, _found(), 1):
        return f"did you mean {close[0]}:?"
    return f"known are {_listed()}"


def _listed() -> str:
    return ", ".join(f"{scheme}:" for scheme in schemes())


def _package(scheme: str, error: ModuleNotFoundError) -> str:
    return f"'eventscope[{EXTRAS[scheme]}]'" if scheme in EXTRAS else str(error.name)
