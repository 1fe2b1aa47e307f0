"""The wheel: one public package, the monitor in a private folder of it, and a client without dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PRIVATE = ("app", "connectors", "examples", "widgets", "resources")
TUTORIALS = {"connector_example", "story"}
"""Examples that are run from a checkout; the others are what the embedded demo runs."""
BUILD_NEEDS = ("eventscope", *PRIVATE, "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy so that nothing old in build/ gets in."""
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    for name in BUILD_NEEDS:
        origin = root / name
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(origin, copy / name, ignore=skip) if origin.is_dir() else shutil.copy(origin, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed, and nothing with it."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    done = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """A user's project whose own `app` and `widgets` must not be mistaken for ours."""
    for name in PRIVATE:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('this is the user\\'s own package')\n")
    return tmp_path


def test_it_adds_one_name_to_site_packages(names):
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"eventscope"}


def test_every_source_file_is_in_it_and_no_test_is(names, root):
    folders = {"eventscope": "eventscope"} | {p: f"eventscope/_desktop/{p}" for p in PRIVATE}
    wanted = {
        f"{place}/{file.relative_to(root / folder)}"
        for folder, place in folders.items()
        for file in (root / folder).rglob("*")
        if file.is_file() and not {"__pycache__", *TUTORIALS} & set(file.parts)
        if folder != "examples" or file.suffix != ".md"
    }
    assert wanted - names == set()
    assert {n for n in names if "dist-info" not in n} - wanted == set()


def test_it_says_that_it_is_typed_and_carries_its_licences(names):
    assert "eventscope/py.typed" in names
    licences = {name.partition("licenses/")[2] for name in names if "licenses/" in name}
    assert licences == {"LICENSE", "resources/icons/LICENSE"}


def test_the_client_alone_depends_on_nothing(wheel):
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [n for n in archive.namelist() if n.endswith("dist-info/METADATA")]
    needs = [line for line in archive.read(metadata).decode().splitlines() if line.startswith("Requires-Dist")]
    assert needs
    assert [line for line in needs if "extra ==" not in line] == []


def test_the_installed_client_imports_without_any_other_package(python, installed):
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); import eventscope; print(eventscope.__file__)"
    done = python(["-c", code], isolated=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))


def test_the_command_says_what_to_install_where_only_the_client_is(python, installed, user):
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from eventscope.__main__ import main; sys.exit(main([]))"
    )
    done = python(["-c", code], isolated=True, cwd=user)
    assert done.returncode == 2
    assert "pip install 'eventscope[desktop]'" in done.stderr


def test_the_installed_command_runs_beside_a_users_own_app_folder(python, installed, user):
    done = python(["-m", "eventscope", "--version"], env={"PYTHONPATH": str(installed)}, cwd=user)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "eventscope 0.1.0\n"


@pytest.mark.parametrize("url", ["demo:?rate=500", "demo:?rate=500&run=process"])
def test_the_installed_monitor_watches_the_demo_beside_a_users_own_app_folder(python, installed, user, url):
    watch = ["-m", "eventscope", "tail", url, "--limit", "5"]
    done = python(watch, env={"PYTHONPATH": str(installed)}, cwd=user)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5


def test_the_entry_points_name_classes_that_exist(python, installed):
    code = (
        "from importlib.metadata import distribution, entry_points\n"
        "from eventscope.__main__ import use_monitor\n"
        "use_monitor()\n"
        "found = entry_points(group='eventscope.connectors')\n"
        "print(*sorted(point.load().__name__ for point in found))\n"
    )
    done = python(["-c", code], env={"PYTHONPATH": str(installed)}, cwd=installed)
    assert done.returncode == 0, done.stderr
    assert "DemoConnector" in done.stdout
