"""The whole story: payment, shipping and the shop, each a program of its own. Run by `python -m examples.story`."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Final

from examples.story.addresses import reader
from examples.story.brokers import missing, named

NOT_REACHED: Final = 3
"""The exit code where a broker is not there, as that of the monitor's commands."""


def program(name: str, *options: str) -> subprocess.Popen[bytes]:
    """Start one of the programs."""
    return subprocess.Popen([sys.executable, "-m", f"examples.story.{name}", *options])  # noqa: S603 - our own


def main(argv: list[str]) -> int:
    """Run all three until the shop closes; its exit code. What the services need not know goes to the shop alone."""
    if {"-h", "--help"} & {*argv}:
        return program("shop", "--help").wait()
    where, _ = reader(None).parse_known_args(argv)
    if away := missing(named(where.kafka, where.amqp), where.patience):
        told = " and ".join(f"{name} at {host}:{port}" for name, host, port, _ in away)
        print(f"story: {told} did not answer; start the brokers with: docker compose up -d", file=sys.stderr)
        return NOT_REACHED
    services = [program(name, "--kafka", where.kafka, "--amqp", where.amqp) for name in ("payment", "shipping")]
    shop = program("shop", *argv)
    try:
        return shop.wait()
    finally:
        for each in (shop, *services):
            each.terminate()
            each.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):  # the programs hear it as well
        sys.exit(main(sys.argv[1:]))
