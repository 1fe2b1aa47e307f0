"""Profiles: sources under a name, kept in order, in a file that people edit too, and never with a secret."""

from __future__ import annotations

import contextlib
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.profiles.exchange import export_profiles, import_profiles
from app.profiles.file import load_profiles, save_profiles
from app.profiles.profile import Profile, SavedSource, clean_url, profile_name
from app.profiles.profiles import MOST_PROFILES, Profiles


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "eventscope" / "profiles.toml"


def write(file: Path, text: str | bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def profile(name: str, *urls: str) -> Profile:
    return Profile.of(name, *(SavedSource(url) for url in urls or ("demo:",)))


def three() -> Profiles:
    return Profiles((profile("one"), profile("two", "file:a.jsonl", "tap:"), profile("three")))


def names(profiles: Profiles) -> list[str]:
    return [each.name for each in profiles]


def test_what_is_saved_is_loaded(file):
    profiles = three().with_profile(Profile.of("named", SavedSource("demo:orders", "shop")))
    assert save_profiles(profiles, file) is None
    loaded, complaint = load_profiles(file)
    assert (list(loaded), complaint) == (list(profiles), None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_file_there_are_none(file):
    profiles, complaint = load_profiles(file)
    assert (len(profiles), complaint) == (0, None)


def test_no_secret_is_kept(file):
    made = profile("p", "amqp://me:canary@h/?exchange=e", "kafka://me:canary@h/t?sasl_oauth_token=canary&ssl_verify=0")
    save_profiles(Profiles((made,)), file)
    assert "canary" not in file.read_text()
    assert [source.url for source in made.sources] == ["amqp://me@h/?exchange=e", "kafka://me@h/t?ssl_verify=0"]


def test_a_secret_written_by_hand_is_not_taken_over(file):
    loaded, _ = load_profiles(write(file, '[[profile]]\nname="p"\nsources=[{url="amqp://me:canary@h/?exchange=e"}]\n'))
    assert "canary" not in repr(list(loaded))


def test_a_url_that_no_connector_knows_is_cleaned_by_the_names_of_its_options():
    assert clean_url("strange://h/?apiKey=canary&x=1") == "strange://h/?x=1"


def test_they_can_be_moved_renamed_and_deleted(file):
    assert names(three().moved("three", -2)) == ["three", "one", "two"]
    assert names(three().moved("one", 9)) == ["two", "three", "one"]
    assert names(three().renamed("two", " a  b ")) == ["one", "a b", "three"]
    assert names(three().without("two")) == ["one", "three"]
    with pytest.raises(ValueError, match="already"):
        three().renamed("two", "one")


def test_an_unknown_name_is_answered_with_those_that_there_are():
    with pytest.raises(ValueError, match="did you mean 'three'"):
        three().named("thre")
    with pytest.raises(ValueError, match="there are 'one', 'two', 'three'"):
        three().named("zzz")
    with pytest.raises(ValueError, match="none is saved yet"):
        Profiles().named("x")


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[2Jb", "x" * 81, "\u202e"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        profile_name(name)


def test_comments_and_unknown_keys_stay_where_the_profile_goes(file):
    write(
        file,
        '# mine\n[[profile]]\nname = "one"  # at work\nfuture = 1\n[[profile.sources]]\nurl = "demo:"\ndecode = "x"\n\n'
        '[[profile]]\nname = "two"\n[[profile.sources]]\nurl = "tap:"\n',
    )
    profiles, complaint = load_profiles(file)
    assert complaint is None
    assert save_profiles(profiles.moved("one", 1).with_profile(profile("new")), file) is None
    text = file.read_text()
    for kept in ("# mine", '"one"  # at work', "future = 1", 'decode = "x"'):
        assert kept in text
    assert names(load_profiles(file)[0]) == ["two", "one", "new"]
    changed = Profile.of("one", SavedSource("demo:", "shown"), SavedSource("tap:"))
    assert save_profiles(load_profiles(file)[0].with_profile(changed), file) is None
    assert load_profiles(file)[0].named("one") == changed
    assert 'decode = "x"' in file.read_text()


def test_a_renamed_profile_keeps_what_else_was_written_in_it(file):
    write(file, '[[profile]]\nname = "old"\nfuture = 1\nsources = [{url = "demo:", decode = "x"}]  # inline\n')
    profiles, _ = load_profiles(file)
    assert save_profiles(profiles.renamed("old", "new"), file) is None
    assert "future = 1" in file.read_text()
    assert "# inline" in file.read_text()
    changed = Profile.of("new", SavedSource("demo:", "shown"), SavedSource("tap:"))
    assert save_profiles(load_profiles(file)[0].with_profile(changed), file) is None
    assert list(load_profiles(file)[0]) == [changed]
    assert 'decode = "x"' in file.read_text()


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["move", "rename", "delete", "put"]), max_size=6), st.data())
def test_after_any_changes_the_file_says_what_was_meant(tmp_path_factory, changes, data):
    file, profiles = tmp_path_factory.mktemp("p") / "profiles.toml", three()
    for number, change in enumerate(changes):
        name = data.draw(st.sampled_from(names(profiles))) if len(profiles) else None
        if change == "put" or name is None:
            profiles = profiles.with_profile(profile(f"new {number}", "tap:", "demo:"))
        elif change == "move":
            profiles = profiles.moved(name, data.draw(st.integers(-3, 3)))
        elif change == "rename":
            profiles = profiles.renamed(name, f"other {number}")
        else:
            profiles = profiles.without(name)
        assert save_profiles(profiles, file) is None
        assert list(load_profiles(file)[0]) == list(profiles)


def test_saving_what_is_there_already_does_not_touch_the_file(file):
    save_profiles(three(), file)
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert save_profiles(three(), file) is None
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_a_wrong_profile_is_named_and_stays_in_the_file_while_the_others_count(file):
    write(file, '[[profile]]\nname = "bad"\n[[profile]]\nname = "good"\n[[profile.sources]]\nurl = "demo:"\n')
    profiles, complaint = load_profiles(file)
    assert names(profiles) == ["good"]
    assert "number 1" in complaint
    assert "sources" in complaint
    save_profiles(profiles.with_profile(profile("new")), file)
    assert 'name = "bad"' in file.read_text()


@pytest.mark.parametrize("text", [b"profile = ", b"\xff\xfe", b"\0", b"[" * 5_000])
def test_a_broken_file_gives_a_sentence_and_is_kept_beside_the_new_one(file, text):
    profiles, complaint = load_profiles(write(file, text))
    assert len(profiles) == 0
    assert str(file) in complaint
    assert len(complaint.splitlines()) == 1
    assert save_profiles(three(), file) is None
    assert file.with_name("profiles.toml.broken").read_bytes() == text


@pytest.mark.parametrize("text", ["profile = 1", "profile = [1]", "[profile]\nx = 1"])
def test_profiles_that_are_no_tables_are_said(file, text):
    profiles, complaint = load_profiles(write(file, text))
    assert len(profiles) == 0
    assert complaint


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    assert "were not saved" in save_profiles(three(), tmp_path / "file" / "profiles.toml")


@pytest.mark.parametrize("name", ["team.toml", "team.json"])
def test_a_colleague_gets_all_of_it_but_the_secrets(tmp_path, name):
    given = Profiles((Profile("p", (SavedSource("amqp://me:canary@h/?exchange=e", "events"),)),))
    export_profiles(given, tmp_path / name)
    assert "canary" not in (tmp_path / name).read_text()
    taken, new = import_profiles(three(), tmp_path / name)
    assert new == ["p"]
    assert taken.named("p").sources == (SavedSource("amqp://me@h/?exchange=e", "events"),)


def test_an_imported_profile_whose_name_is_taken_gets_a_number(tmp_path):
    export_profiles(three(), tmp_path / "team.toml")
    taken, new = import_profiles(three(), tmp_path / "team.toml")
    assert new == ["one 2", "two 2", "three 2"]
    assert len(taken) == 6


LONG = json.dumps({"profile": [{"name": "x" * 5_000, "sources": [{"url": "demo:"}]}]})
MANY = json.dumps({"profile": [{"name": str(n), "sources": [{"url": "demo:"}]} for n in range(MOST_PROFILES + 1)]})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no profiles"),
        ("{", "neither TOML nor JSON"),
        ("[" * 100_000, "neither TOML nor JSON"),
        ('{"a":' * 50_000, "neither TOML nor JSON"),
        ("\0\0", "neither TOML nor JSON"),
        (b"\xff\xfe\x00", "neither TOML nor JSON"),
        ("x" * 2_000_000, "larger than"),
        ('{"profile": 1}', "no list"),
        ('{"profile": [{"name": "a", "sources": []}]}', "sources"),
        ('{"profile": [{"name": "a", "sources": [{"url": 5}]}]}', "url"),
        ('{"profile": [{"name": "a\\u001b", "sources": [{"url": "demo:"}]}]}', "name"),
        ('{"profile": [{"name": "a", "sources": [{"url": "demo:\\u202e"}]}]}', "control characters"),
        (LONG, "name"),
        (MANY, "delete some"),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path, text, told):
    file = write(tmp_path / "evil.toml", text)
    with pytest.raises(ValueError, match=told) as refused:
        import_profiles(three(), file)
    assert len(str(refused.value)) < 500
    assert "evil.toml" in str(refused.value)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_a_file_is_taken_or_refused(tmp_path_factory, data):
    file = write(tmp_path_factory.mktemp("p") / "any", data)
    with contextlib.suppress(ValueError):
        profiles, names_ = import_profiles(Profiles(), file)
        assert names(profiles) == names_ != []
