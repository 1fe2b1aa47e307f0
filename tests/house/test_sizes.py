"""A file is one idea, a function one thought. The limits are rarely needed: half of all stays far below them."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 300
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 40
USUAL_FILE = 150
USUAL_FUNCTION = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Each function with the lines of its body; signature and docstring are not counted."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node.name, (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def ours(sources: list[Path], root: Path) -> list[Path]:
    return [f for f in sources if f.relative_to(root).parts[0] not in ("tests", "bench")]


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def longer_than(limit: int, files: list[Path], root: Path) -> dict[str, int]:
    lengths = {str(f.relative_to(root)): lines_of(f) for f in files}
    return {name: lines for name, lines in lengths.items() if lines > limit}


def test_no_file_is_long(sources, root):
    assert longer_than(LONGEST_FILE, ours(sources, root), root) == {}
    assert longer_than(LONGEST_TEST_FILE, sources, root) == {}


def test_no_function_is_long(sources, root):
    long = {
        f"{file.relative_to(root)}:{name}": lines
        for file in ours(sources, root)
        for name, lines in functions(file)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


def test_most_files_and_functions_are_short(sources, root, record_property):
    files = [lines_of(f) for f in ours(sources, root) if f.name != "__init__.py"]
    lengths = [lines for f in ours(sources, root) for _, lines in functions(f)]
    record_property("median file", statistics.median(files))
    record_property("median function", statistics.median(lengths))
    assert statistics.median(files) <= USUAL_FILE
    assert statistics.median(lengths) <= USUAL_FUNCTION
