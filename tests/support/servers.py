"""Makes the servers ready that tests start, before several processes want them at once; `make test` runs it.

What cannot be had is said here and skipped, or failed in CI, by the tests that need it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import kafka_broker
import kcat
import postgresql_server
import pytest
import rabbitmq_broker
import redis_server
import tansu_broker

SERVERS: Final[dict[str, Callable[[], object]]] = {
    "Apache Kafka": kafka_broker.jars,
    "kcat": kcat.kcat_program,
    "Tansu": tansu_broker.tansu_program,
    "RabbitMQ": rabbitmq_broker.server_folder,
    "Redis": redis_server.server_program,
    "PostgreSQL": postgresql_server.server_folder,
}


def main() -> None:
    """Make each ready, and say which is not."""
    for name, ready in SERVERS.items():
        try:
            ready()
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            print(f"{name}: {missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
