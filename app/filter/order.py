"""The operators that need an order."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
"""They take one value."""
