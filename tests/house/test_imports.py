"""One arrow: main → launch → widgets → app → eventscope, and connectors → eventscope. Seen by fresh interpreters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

QT = {"PySide6", "shiboken6", "qasync", "pyqtgraph"}

PROBE = """
import importlib, json, sys
sys.path.insert(0, {root!r})
dragged = {{}}
for name in {names!r}:
    before = {{m.partition(".")[0] for m in sys.modules}}
    importlib.import_module(name)
    new = {{m.partition(".")[0] for m in sys.modules}} - before
    dragged[name] = sorted(new)
print(json.dumps(dragged))
"""


def modules(root: Path, package: str) -> list[str]:
    files = sorted((root / package).rglob("*.py"))
    names = [".".join(f.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for f in files]
    return [n for n in names if n != "app.launch"]


def dragged_in(python, root: Path, names: list[str], *, isolated: bool = False) -> dict[str, set[str]]:
    done = python(["-c", PROBE.format(root=str(root), names=names)], isolated=isolated)
    assert done.returncode == 0, done.stderr
    return {name: set(new) for name, new in json.loads(done.stdout).items()}


def test_the_client_imports_with_the_standard_library_alone(python, root):
    names = modules(root, "eventscope")
    dragged = dragged_in(python, root, names, isolated=True)
    assert set().union(*dragged.values()) & {"app", "connectors", "widgets", "resources"} == set()


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("connectors", QT | {"app", "widgets"}),
        ("app", QT | {"widgets"}),
    ],
)
def test_no_module_drags_in_what_lies_against_the_arrow(python, root, package, forbidden):
    names = modules(root, package)
    assert names, f"{package} has no modules"
    guilty = {name: new & forbidden for name, new in dragged_in(python, root, names).items() if new & forbidden}
    assert guilty == {}


def test_each_core_module_imports_on_its_own(python, root):
    """No module relies on another having been imported first."""
    names = modules(root, "app")
    probe = (
        "import importlib, sys\n"
        f"sys.path.insert(0, {str(root)!r})\n"
        "import numpy, msgspec, lark\n"
        "kept = set(sys.modules)\n"
        f"for name in {names!r}:\n"
        "    for other in set(sys.modules) - kept:\n"
        "        if other.partition('.')[0] in ('app', 'connectors', 'eventscope'):\n"
        "            del sys.modules[other]\n"
        "    importlib.import_module(name)\n"
    )
    done = python(["-c", probe])
    assert done.returncode == 0, done.stderr
