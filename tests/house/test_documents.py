"""The documents say what the code does: commands, options, sources, filters, exit codes, targets, links."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from app import failure
from app.cli import COMMANDS
from app.filter.query import parse
from connectors.demo.connector import SCENARIOS
from connectors.registry import open_source

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md", "CHANGELOG.md")
HIDDEN_SOURCES = {"inprocess"}
"""Reached from code, not by a URL that somebody types."""


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next of the same level."""
    return re.split(r"^## ", text.partition(f"\n## {title}\n")[2], maxsplit=1, flags=re.M)[0]


def rows(text: str) -> list[list[str]]:
    """The body of each table: cells, with escaped bars kept in them."""
    lines = [line.strip() for line in text.splitlines()]
    body = [now for before, now in pairwise(lines) if now.startswith("|") and before.startswith("|")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line.strip("|"))] for line in body]
    return [row for row in cells if not set(row[0]) <= set("-: ")]


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text.replace(r"\|", "|"))


def test_the_readme_has_each_command_and_no_other(readme):
    documented = [codes(row[0])[0] for row in rows(section(readme, "Commands")) if "`" in row[0]]
    commands = {text.split()[0] for text in documented if not text.startswith("[")}
    assert commands == set(COMMANDS)


def test_each_option_in_the_readme_exists(readme, python):
    for row in rows(section(readme, "Commands")):
        if "`" not in row[0]:
            continue
        usage = codes(row[0])[0]
        command = [] if usage.startswith("[") else [usage.split()[0]]
        shown = python(["main.py", *command, "--help"])
        assert shown.returncode == 0, shown.stderr
        options = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*|-o)\b", usage))
        assert options <= set(re.findall(r"--[a-z][a-z-]*|-o", shown.stdout)), usage


def test_the_exit_codes_of_the_readme_are_those_of_the_code(readme):
    documented = {int(row[0]) for row in rows(section(readme, "Commands")) if row[0].isdigit()}
    assert documented == {value for value in vars(failure).values() if isinstance(value, int)}


def test_the_scenarios_of_the_readme_are_those_of_the_demo(readme):
    (demo,) = [row for row in rows(section(readme, "Commands")) if row[0].startswith("`demo")]
    assert set(codes(demo[1])) == set(SCENARIOS)


def test_each_source_in_the_readme_opens_and_none_is_left_out(readme, root):
    urls = [url for row in rows(section(readme, "Sources")) for url in codes(row[0])]
    for url in urls:
        assert open_source(url).label
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    schemes = set(project["entry-points"]["eventscope.connectors"]) - HIDDEN_SOURCES
    assert {url.partition(":")[0] for url in urls} == schemes


def test_each_filter_in_the_readme_parses(readme):
    table = [text for row in rows(section(readme, "Filters")) for text in codes(row[0])]
    spoken = [*re.findall(r"--filter '([^']+)'", readme), "category:order priority>=high"]
    assert len(table) > 10
    for text in table + spoken:
        assert parse(text).text == text


def test_each_target_in_the_documents_is_in_the_makefile(root):
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), flags=re.M))
    for name in DOCUMENTS:
        mentioned = set(re.findall(r"(?:`|^)make ([a-z]+)", (root / name).read_text(), flags=re.M))
        assert mentioned <= targets, name
    assert {"setup", "run", "test", "check", "bench"} <= targets


def test_each_link_leads_to_a_file(root):
    broken = [
        f"{name}: {target}"
        for name in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (root / name).read_text())
        if not (root / target).exists()
    ]
    assert broken == []


def test_the_program_in_the_readme_runs_and_its_events_arrive(readme, python, tmp_path):
    (program,) = [code for code in re.findall(r"```python\n(.*?)```", readme, flags=re.S) if "asyncio.run" in code]
    script = tmp_path / "shop.py"
    script.write_text(program.replace("range(100)", "range(3)"))
    done = python(
        [str(script)], env={"EVENTSCOPE_TAP": str(tmp_path / "tap" / "tap.sock"), "PYTHONPATH": str(Path.cwd())}
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_three_lines_of_the_readme_run(readme, python, tmp_path, root):
    (lines,) = [code for code in re.findall(r"```python\n(.*?)```", readme, flags=re.S) if "asyncio" not in code]
    assert len([line for line in lines.splitlines() if line.strip()]) == 3
    done = python(["-c", lines], env={"EVENTSCOPE_TAP": str(tmp_path / "tap.sock"), "PYTHONPATH": str(root)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
