"""Options of a bus, in code and in files; a wrong one is told in one clear sentence."""

import sys

import pytest

from eventscope import ConfigError, EventBus, Overflow

WRONG = [
    ("max_queue_size", 0, "a whole number, 1 or more"),
    ("max_queue_size", "many", "a whole number"),
    ("max_queue_size", True, "a whole number"),
    ("enable_metrics", 1, "true or false"),
    ("log_events", "yes", "true or false"),
    ("name", "", "a text"),
    ("overflow", "explode", "one of block, drop-lowest, reject"),
    ("concurrency", 1.5, "a whole number"),
    ("ageing", -1, "a number of seconds"),
    ("ageing", float("nan"), "a number of seconds"),
]


@pytest.mark.parametrize(("key", "value", "allowed"), WRONG)
def test_a_wrong_option_names_itself_and_what_is_allowed(key, value, allowed):
    with pytest.raises(ValueError, match=f"^{key} takes {allowed}.*, not "):
        EventBus(**{key: value})


YAML = """
core: {threads: 4}
event_bus:
  max_queue_size: 500
  enable_metrics: false
  log_events: true
  overflow: drop-lowest
"""
TOML = """
[event_bus]
max_queue_size = 500
enable_metrics = false
log_events = true
overflow = "drop-lowest"
"""


@pytest.mark.parametrize(("ending", "text"), [("yaml", YAML), ("yml", YAML), ("toml", TOML)])
def test_a_bus_from_a_file_has_the_options_of_its_section(tmp_path, ending, text):
    file = tmp_path / f"event_bus.{ending}"
    file.write_text(text)
    options = EventBus.from_config(file)._options
    assert options["max_queue_size"] == 500
    assert options["overflow"] is Overflow.DROP_LOWEST
    assert (options["enable_metrics"], options["log_events"]) == (False, True)
    assert options["concurrency"] == 64


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("b.toml", "[event_bus]\nmax_queue = 3\n", "event_bus.max_queue is no option of the bus; use max_queue_size,"),
        ("b.toml", "[event_bus]\noverflow = 3\n", "event_bus.overflow takes one of block, drop-lowest, reject, not 3"),
        ("b.yaml", "event_bus: {log_events: 'on'}\n", "event_bus.log_events takes true or false, not 'on'"),
        ("b.yaml", "event_bus: [1, 2]\n", "has no section 'event_bus'"),
        ("b.yaml", "", "has no section 'event_bus'"),
        ("b.toml", "[other]\n", "has no section 'event_bus'"),
        ("b.toml", "[event_bus\n", "is no valid TOML"),
        ("b.yaml", "event_bus: {a: [}\n", "is no valid YAML"),
        ("b.yaml", "event_bus: !!python/object:os.system {}\n", "is no valid YAML"),
        ("b.yaml", "[" * 10_000, "is no valid YAML"),
        ("b.ini", "[event_bus]\n", "ends in .yaml, .yml, .toml"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(tmp_path, name, text, says):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        EventBus.from_config(file)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"{file}: ")
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        EventBus.from_config(tmp_path / "none.toml")
    binary = tmp_path / "b.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        EventBus.from_config(binary)


def test_yaml_without_pyyaml_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    file = tmp_path / "b.yaml"
    file.write_text(YAML)
    with pytest.raises(ConfigError, match=r"pip install 'eventscope\[yaml\]'"):
        EventBus.from_config(file)
