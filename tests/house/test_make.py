"""The Makefile and what the build machine runs."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from bench.__main__ import names, table
from bench.figure import Figure


@pytest.mark.parametrize("script", ["run", "setup"])
def test_the_scripts_are_strict_and_can_be_run(root, script):
    file = root / ".ci" / script
    text = file.read_text()
    assert os.access(file, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    checked = subprocess.run(["bash", "-n", str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_build_machine_runs_the_whole_suite(root):
    assert "exec make test" in (root / ".ci" / "run").read_text()


@pytest.mark.parametrize("target", ["setup", "run", "test", "check", "bench"])
def test_each_target_is_one_that_make_can_plan(root, target):
    planned = subprocess.run(["make", "-n", target], cwd=root, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr
    assert ".ci/setup" in planned.stdout


def test_each_hook_runs_a_tool_of_make_check(root):
    hooks = re.findall(r"entry: (.+)", (root / ".pre-commit-config.yaml").read_text())
    makefile = (root / "Makefile").read_text().replace("$(PY)", ".venv/bin/python")
    assert len(hooks) == 4
    for hook in hooks:
        assert hook.replace(" --force-exclude", "") in makefile


def test_a_figure_that_misses_its_goal_stands_out_in_the_table():
    missed = Figure("bus", 12345.6, 12000, 13000, "events/s", "asyncio.Queue", 0.4, "at least 0.5", False)
    heading, line = table([missed]).splitlines()
    assert heading.startswith("figure")
    assert line.endswith("NO")
    assert "12,346 [12,000 … 13,000] events/s" in line


def test_an_unknown_benchmark_is_named_with_those_there_are():
    with pytest.raises(SystemExit, match="no benchmark nothing; there are"):
        names(["nothing"])
