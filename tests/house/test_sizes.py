"""A file is one idea, a function one thought: 300 and 35 lines are the limits, far more is usual below them."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 300
LONGEST_FUNCTION = 35
USUAL_FILE = 150
USUAL_FUNCTION = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function with its lines, its docstring not counted."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            first = node.body[0]
            is_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            doc = (first.end_lineno or 0) - first.lineno + 1 if is_doc and isinstance(first.value.value, str) else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - doc


def ours(sources: list[Path], root: Path) -> list[Path]:
    return [f for f in sources if f.relative_to(root).parts[0] not in ("tests", "bench")]


def test_no_file_is_long(sources, root):
    long = {str(f.relative_to(root)): n for f in sources if (n := len(f.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_no_function_is_long(sources, root):
    long = {
        f"{file.relative_to(root)}:{name}": lines
        for file in ours(sources, root)
        for name, lines in functions(file)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


def test_most_files_and_functions_are_short(sources, root, record_property):
    files = [len(f.read_text().splitlines()) for f in ours(sources, root) if f.name != "__init__.py"]
    lengths = [lines for f in ours(sources, root) for _, lines in functions(f)]
    record_property("median file", statistics.median(files))
    record_property("median function", statistics.median(lengths))
    assert statistics.median(files) <= USUAL_FILE
    assert statistics.median(lengths) <= USUAL_FUNCTION
