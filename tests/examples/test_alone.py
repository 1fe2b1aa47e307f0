"""An example in a process of its own: its README's commands, its end, its API, and what it refuses."""

from __future__ import annotations

import os
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


def start(*arguments, cwd=ROOT, **more):
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        **more,
    )


def commands_of(name):
    """The commands of a README, in their order."""
    text = (ROOT / "examples" / name / "README.md").read_text()
    return [line for block in re.findall(r"```sh\n(.*?)```", text, flags=re.S) for line in block.splitlines() if line]


def started(command, folder):
    """A command of a README in another folder, where it may leave files; what it serves is at another port."""
    words = shlex.split(command)
    given = dict(word.split("=", 1) for word in words[: words.index(".venv/bin/python")])
    arguments = words[len(given) + 1 :]
    port = free_port() if "--serve" in arguments else None
    if port:
        arguments[arguments.index("--serve") + 1] = port
    if arguments[0] == "main.py":
        arguments[0] = ROOT / "main.py"
    environment = {**os.environ, **given, "PYTHONPATH": str(ROOT)}
    return start(*arguments, cwd=folder, env=environment), port


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def paths_served(port):
    """The paths of the HTTP interface there; None while it does not answer."""
    try:
        return set(httpx.get(f"http://127.0.0.1:{port}/openapi.json").json()["paths"])
    except httpx.TransportError:
        return None


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


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_a_readme_run_as_written_one_after_the_other(name, tmp_path):
    commands = commands_of(name)
    assert sum("--serve" in command for command in commands) == 1
    for command in commands:
        process, port = started(command, tmp_path)
        try:
            if port:
                wait_until(lambda: paths_served(port) is not None, 40)  # noqa: B023
                check_paths(name, paths_served(port))
                process.send_signal(signal.SIGINT)
            code, out, err = finish(process, timeout=50)
        finally:
            process.kill()
        assert code == 0, f"{command}\n{err}"
        assert "Traceback" not in err
        assert out or "stopped: " in err, command


def check_paths(name, served):
    """Every path that a README names is there: `/orders/ID/history` is `/orders/{order_id}/history`."""
    text = (ROOT / "examples" / name / "README.md").read_text()
    named = re.findall(r"`(?:POST |PUT |GET )?(/[a-z0-9_/A-Z]+)`", text)
    assert named
    patterns = [re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in served]
    for path in named:
        assert any(pattern.fullmatch(path) for pattern in patterns), path


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


def test_wrong_options_are_refused(example):
    code, _, err = finish(example("roles", "--rate", "0"))
    assert code == 2
    assert "--rate" in err
    assert "Traceback" not in err


def bound():
    """A port on which somebody listens already."""
    taken = socket.create_server(("127.0.0.1", 0))
    return taken, taken.getsockname()[1]


def test_a_port_that_is_taken_is_said_in_one_sentence(example):
    taken, port = bound()
    with taken:
        code, _, err = finish(example("roles", "--serve", port, "--seconds", 1))
    assert code == 2
    sentence = f"port {port} cannot be served: Address already in use; take another for --serve"
    assert err.splitlines()[-1] == f"roles: error: {sentence}"
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("ORDERS_DATABASE", "/nowhere/shop.db", "/nowhere/shop.db cannot be used as a database"),
        ("ORDERS_DATABASE", "README.md", "README.md cannot be used as a database: file is not a database"),
        ("ORDERS_DATABASE", "postgresql://shop@127.0.0.1:1/shop", "PostgreSQL cannot be used: "),
        ("ORDERS_KAFKA", "127.0.0.1:1", "Kafka at 127.0.0.1:1 does not answer; check the address and that it runs"),
    ],
)
def test_what_a_shop_cannot_be_built_on_is_said_in_one_sentence(example, monkeypatch, variable, value, says):
    monkeypatch.setenv(variable, value)
    code, _, err = finish(example("orders", "--seconds", 1))
    assert code == 2
    begun, stopped, error = err.splitlines()
    assert begun.startswith("orders runs with seed ")
    assert stopped.startswith("orders stopped: 0 published")
    assert error.startswith(f"orders: error: {says}")


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
