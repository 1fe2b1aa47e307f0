"""Options of a source, read from its URL into the connector's own dataclass.

A connector declares them once, as a frozen dataclass: the fields named in `source_url.PARTS` are filled from the
URL's own parts, the others are its query parameters. Types: str, int, float, bool, Path, an Enum, tuple[str, ...],
each also `| None`. A field `from_` is the option `from`. A `__post_init__` may raise ValueError with a sentence.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, TypeVar

from connectors.source_url import PARTS, SourceUrl, SourceUrlError, host_and_port, split_url

__all__ = ["Option", "describe", "option", "read_options", "read_value"]

SECRET_WORDS: Final = ("password", "passwd", "secret", "token")
YES: Final = ("1", "true", "yes", "on")
NO: Final = ("0", "false", "no", "off")

OptionsT = TypeVar("OptionsT")


@dataclass(frozen=True, slots=True)
class Option:
    """One option as dialogs and help texts show it.

    `field` is its name in the dataclass, `takes` says in words what its value may be, `choices` are all
    values if they can be listed, `group` is the heading that it stands under.
    """

    name: str
    field: str
    kind: Any
    takes: str
    choices: tuple[str, ...]
    default: Any
    required: bool
    secret: bool
    group: str
    example: str
    help: str

    @property
    def part(self) -> bool:
        """Whether it is a part of the URL and no query parameter."""
        return self.name in PARTS


def option(
    text: str, default: Any = dataclasses.MISSING, *, group: str = "", example: str = "", secret: bool = False
) -> Any:
    """A dataclass field that is an option, with its help text. What is secret is left out of the `repr`."""
    metadata = {"help": text, "group": group, "example": example, "secret": secret}
    return dataclasses.field(default=default, repr=not secret, metadata=metadata)


def describe(options: type[Any]) -> tuple[Option, ...]:
    """The options that a connector's dataclass declares, in their order."""
    hints = typing.get_type_hints(options)
    return tuple(_option(field, _bare(hints[field.name])) for field in dataclasses.fields(options))


def read_options(url: str, options: type[OptionsT]) -> OptionsT:
    """The options that `url` states; raises SourceUrlError with one sentence that repeats no secret."""
    split = split_url(url)
    declared = {option.name: option for option in describe(options)}
    texts = {**_parts(split, declared), **_parameters(split, declared)}
    for option in declared.values():
        if option.required and option.name not in texts:
            raise SourceUrlError(f"{split.scheme}: the {option.name} is missing in the URL")
    values = {declared[name].field: read_value(split.scheme, declared[name], text) for name, text in texts.items()}
    try:
        return options(**values)
    except ValueError as error:
        raise SourceUrlError(f"{split.scheme}: {error}") from error


def _option(field: dataclasses.Field[Any], kind: Any) -> Option:
    name = field.name.removesuffix("_")
    told = field.metadata
    return Option(
        name=name,
        field=field.name,
        kind=kind,
        takes=_takes(kind),
        choices=_choices(kind),
        default=None if field.default is dataclasses.MISSING else field.default,
        required=field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        secret=bool(told.get("secret")) or any(word in name for word in SECRET_WORDS),
        group=str(told.get("group", "")),
        example=str(told.get("example", "")),
        help=str(told.get("help", "")),
    )


def _bare(kind: Any) -> Any:
    """The type itself of `type | None`."""
    if typing.get_origin(kind) in (UnionType, typing.Union):
        return next(part for part in typing.get_args(kind) if part is not NoneType)
    return kind


def _parts(split: SourceUrl, declared: Mapping[str, Option]) -> dict[str, str]:
    parts = dict(split.parts)
    if "hosts" in parts and "hosts" not in declared:
        host, port = host_and_port(split.scheme, parts.pop("hosts"))
        parts |= {"host": host} | ({"port": port} if port else {})
    for name in parts:
        if name not in declared:
            raise SourceUrlError(f"{split.scheme}: takes no {name}; write {_form(split.scheme, declared)}")
    return parts


def _form(scheme: str, declared: Mapping[str, Option]) -> str:
    """How a URL of this scheme is written."""
    if "host" not in declared and "hosts" not in declared:
        return f"{scheme}:PATH" if "path" in declared else f"{scheme}:"
    user = "USER@" if "user" in declared else ""
    return f"{scheme}://{user}HOST:PORT" + ("/PATH" if "path" in declared else "")


def _parameters(split: SourceUrl, declared: Mapping[str, Option]) -> dict[str, str]:
    names = [option.name for option in declared.values() if not option.part]
    for name in split.parameters:
        if name not in names:
            raise SourceUrlError(f"{split.scheme}: {_unknown(name, names)}")
    return split.parameters


def _unknown(name: str, names: list[str]) -> str:
    if not names:
        return f"has no option {name!r}; it takes none"
    if close := get_close_matches(name, names, 1):
        return f"has no option {name!r}; did you mean {close[0]!r}?"
    return f"has no option {name!r}; it takes {', '.join(names)}"


def read_value(scheme: str, option: Option, text: str) -> Any:
    """The value that a text gives an option; raises SourceUrlError with one sentence that repeats no secret."""
    try:
        return _convert(option.kind, text)
    except (ValueError, KeyError):
        given = "" if option.secret else f", not {text[:80]!r}"
        raise SourceUrlError(f"{scheme}: {option.name} takes {option.takes}{given}") from None


def _convert(kind: Any, text: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member(kind, text)
    return _CONVERTERS[kind](text)


def _member(kind: type[Enum], text: str) -> Enum:
    for member in kind:
        if text.lower() in (str(member.value).lower(), member.name.lower()):
            return member
    raise ValueError(text)


def _flag(text: str) -> bool:
    if text.lower() in YES + NO:
        return text.lower() in YES
    raise ValueError(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


_CONVERTERS: Final[dict[Any, Callable[[str], Any]]] = {
    str: str,
    int: int,
    float: _number,
    bool: _flag,
    Path: lambda text: Path(text).expanduser(),
    tuple[str, ...]: _words,
}

_TAKES: Final[dict[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "1 or 0",
    Path: "a path",
    tuple[str, ...]: "values joined by commas",
}


def _takes(kind: Any) -> str:
    return "one of " + ", ".join(choices) if (choices := _choices(kind)) else _TAKES[kind]


def _choices(kind: Any) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return ()
