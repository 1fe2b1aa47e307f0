"""`eventscope check`: try a connection step by step and say what works and what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.cli import add_profile, command_parser
from app.commands.headless import complete, named_sources, open_sources
from app.credentials.credentials import Credentials
from app.credentials.terminal import ask_in_terminal
from app.failure import CHECK_FAILED, DONE
from eventscope.connector import Connector


def main(argv: list[str]) -> int:
    """Run the command; exit code 1 when a step fails."""
    parser = command_parser("check")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="URL such as tap: or file:events.jsonl")
    add_profile(parser)
    arguments = parser.parse_args(argv)
    sources = named_sources(arguments.sources, arguments.profile)
    connectors = open_sources([source.url for source in sources])
    return DONE if asyncio.run(check_all(connectors)) else CHECK_FAILED


async def check_all(connectors: Sequence[Connector]) -> bool:
    """Check one after the other; False when a step of any failed."""
    complete_ones = await complete(connectors, Credentials(ask_in_terminal))
    return all([await check(connector) for connector in complete_ones])


async def check(connector: Connector) -> bool:
    """Print each step as it is known; False when one failed."""
    print(f"{connector.label}: {connector.safety}")
    passed = True
    async for result in connector.check():
        print(f"  {'✓' if result.ok else '✗'} {result.step}{': ' + result.detail if result.detail else ''}")
        passed = passed and result.ok
    return passed
