"""`eventscope check`: try a connection step by step and say what works and what does not."""

from __future__ import annotations

import asyncio

from app.cli import command_parser
from app.commands.headless import open_sources
from app.failure import CHECK_FAILED, DONE
from eventscope.connector import Connector


def main(argv: list[str]) -> int:
    """Run the command; exit code 1 when a step fails."""
    parser = command_parser("check")
    parser.add_argument("source", metavar="SOURCE", help="URL such as tap: or file:events.jsonl")
    arguments = parser.parse_args(argv)
    (connector,) = open_sources([arguments.source])
    return DONE if asyncio.run(check(connector)) else CHECK_FAILED


async def check(connector: Connector) -> bool:
    """Print each step as it is known; False when one failed."""
    print(f"{connector.label}: {connector.safety}")
    passed = True
    async for result in connector.check():
        print(f"  {'✓' if result.ok else '✗'} {result.step}{': ' + result.detail if result.detail else ''}")
        passed = passed and result.ok
    return passed
