"""An example in a process of its own: its README's commands, its end, its API, and what it refuses."""

from __future__ import annotations

import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from processes import finish, wait_until

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("neurograph", "roles", "life", "orders", "defects")
COMMANDS = [
    line
    for name in NAMES
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "examples" / name / "README.md").read_text(), flags=re.S)
    for line in block.splitlines()
    if "--serve" not in line
]


def start(*arguments, **more):
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        **more,
    )


@pytest.fixture
def example(tmp_path):
    started = []

    def run(name, *arguments):
        process = start("-m", f"examples.{name}", "--tap", tmp_path / "tap.sock", *arguments)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_readmes_runs_as_written(command):
    words = shlex.split(command)
    assert words[0] == ".venv/bin/python"
    code, out, err = finish(start(*words[1:]), timeout=50)
    assert code == 0, err
    assert out or "stopped: " in err


@pytest.mark.parametrize("name", NAMES)
def test_each_readme_names_its_ways_to_be_run(name):
    text = (ROOT / "examples" / name / "README.md").read_text()
    assert f"python -m examples.{name} " in text
    assert f"demo:{name}" in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_gracefully(example, number):
    process = example("life", "--rate", 200, "--seed", 1)
    assert "runs with seed 1" in process.stderr.readline()
    process.send_signal(number)
    code, _, err = finish(process, timeout=20)
    assert code == 0
    assert re.fullmatch(r"life stopped: [\d,]+ published, [\d,]+ handled, 0 failed, [\d,]+ dropped\n", err)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("name", "path"), [("neurograph", "metrics/events"), ("roles", "cache_stats"), ("life", "state")]
)
def test_the_api_is_served_beside_the_traffic_until_a_signal(example, name, path):
    port = free_port()
    process = example(name, "--rate", 100, "--serve", port)

    def answers():
        try:
            return httpx.get(f"http://127.0.0.1:{port}/{path}").status_code == 200
        except httpx.TransportError:
            return False

    wait_until(answers, 30)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process, timeout=20)
    assert code == 0, err
    assert f"{name} stopped: " in err
    assert "Traceback" not in err


def test_wrong_options_are_refused(example):
    code, _, err = finish(example("roles", "--rate", "0"))
    assert code == 2
    assert "--rate" in err
    assert "Traceback" not in err


def test_without_the_web_framework_it_says_what_to_install(tmp_path):
    hide = "import sys; sys.modules['uvicorn'] = None; from examples.alone import main; "
    code = (
        hide + "from examples.life.scenario import LIFE; sys.exit(main(LIFE, argv=['--serve', '1', '--seconds', '1']))"
    )
    code, _, err = finish(start("-c", code))
    assert code == 2
    assert err.splitlines()[-1].endswith("run: pip install 'eventscope[examples]'")
    assert "Traceback" not in err


@pytest.mark.parametrize("name", NAMES)
def test_the_embedded_demo_needs_no_package_but_the_client(name):
    probe = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        f"import examples.{name}.scenario\n"
        "print(*{m.partition('.')[0] for m in sys.modules})\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"app", "connectors", "widgets", "fastapi", "yaml"} & set(done.stdout.split()) == set()
