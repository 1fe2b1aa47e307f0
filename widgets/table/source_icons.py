"""Source icons: which kind of source each row came from, as a picture before its name."""

from __future__ import annotations

from functools import lru_cache

from app.columns.wording import cell
from app.session import Session
from connectors.registry import scheme_of
from widgets.sources.kinds import scheme_icon

__all__ = ["source_icons"]

icon_of = lru_cache(64)(scheme_icon)


def source_icons(session: Session) -> dict[str, str]:
    """The icons of the sources that are attached, by their names as cells write them."""
    return {cell(source.label): icon_of(scheme_of(source.connector)) for source in session.sources}
