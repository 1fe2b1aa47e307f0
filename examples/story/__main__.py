"""The whole story: payment, shipping and the shop, each a program of its own. Run by `python -m examples.story`."""

from __future__ import annotations

import contextlib
import subprocess
import sys

from examples.story.addresses import reader


def program(name: str, *options: str) -> subprocess.Popen[bytes]:
    """Start one of the programs."""
    return subprocess.Popen([sys.executable, "-m", f"examples.story.{name}", *options])  # noqa: S603 - our own


def main(argv: list[str]) -> int:
    """Run all three until the shop closes; its exit code. What the services need not know goes to the shop alone."""
    where, _ = reader(None).parse_known_args([each for each in argv if each not in ("-h", "--help")])
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
