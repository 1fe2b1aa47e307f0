"""The command line: `eventscope [SOURCE…]` opens the window, the other commands need none.

Each command is imported when it is asked for. An error is one sentence on stderr; a traceback only with `--debug`.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from typing import Final, NoReturn

from app.failure import DONE, WRONG_USAGE, Failure
from app.version import program_version

COMMANDS: Final = {
    "tail": "print events as they come, one line each",
    "record": "write events into a file",
    "export": "turn a captured file into JSON, JSON Lines, CSV or a trace format",
    "demo": "publish the traffic of a seed system",
    "check": "try a connection step by step",
    "recover": "copy what can be read of a damaged capture into a new one",
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: one sentence, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Report wrong usage."""
        raise Failure(f"{message}; see `{self.prog} --help`", WRONG_USAGE)


def window_parser() -> Parser:
    """The parser of the window, which is what no command means."""
    commands = "\n".join(f"  {name:8} {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="eventscope",
        description="See what an event-driven system is doing, live.",
        epilog=f"commands (each has --help):\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"eventscope {program_version()}")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="URL such as demo: tap: file:events.jsonl")
    add_profile(parser)
    parser.add_argument("--filter", default="", metavar="EXPR", help="show only events that match")
    parser.add_argument("--capture", metavar="FILE", help="record into this new file from the start")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window")
    parser.add_argument(
        "--tour", metavar="FOLDER", help="watch for ten seconds, leave a picture and a trace there, end"
    )
    add_debug(parser)
    return parser


def add_profile(parser: argparse.ArgumentParser) -> None:
    """What takes sources takes saved ones too."""
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="the sources saved under this name; repeatable"
    )


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Every command takes --debug."""
    parser.add_argument("--debug", action="store_true", help="log more, and show tracebacks")


def command_parser(name: str, arguments: str = "") -> Parser:
    """The parser of a command, before its own arguments are added."""
    parser = Parser(prog=f"eventscope {name}", description=COMMANDS[name].capitalize() + ".", epilog=arguments or None)
    add_debug(parser)
    return parser


def run(argv: list[str]) -> int:
    """Run one command line; returns the exit code."""
    debug = "--debug" in argv
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    if not debug:
        # The demo's handlers fail on purpose, and the rows say so.
        logging.getLogger("eventscope.bus").setLevel(logging.CRITICAL)
    try:
        return dispatch(argv)
    except Failure as failure:
        if debug and failure.__cause__:
            raise
        print(f"eventscope: error: {failure}", file=sys.stderr)
        return failure.code
    except KeyboardInterrupt:
        return DONE


def dispatch(argv: list[str]) -> int:
    """Import the command that is asked for and run it."""
    name = argv[0] if argv else ""
    if name in COMMANDS:
        command = importlib.import_module(f"app.commands.{name}")
        return int(command.main(argv[1:]))
    arguments = window_parser().parse_args(argv)
    try:
        from app.launch import open_window
    except ModuleNotFoundError as error:
        raise Failure(f"the window needs {error.name}; run: pip install 'eventscope[desktop]'", WRONG_USAGE) from error
    return open_window(arguments)
