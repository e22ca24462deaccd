"""Ranking profiles: inheritance, bounds, and a message that helps for each way to get the table wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import ConfigError
from indexer.ranking import PARAMETERS, Profile, find_profile, read_profiles

COMPLETE = "\n".join(f'{name} = {{ value = {p.low}, reason = "r" }}' for name, p in PARAMETERS.items())


def read(folder: Path, text: str) -> dict[str, Profile]:
    path = folder / "ranking.toml"
    path.write_text(text, encoding="utf-8")
    return read_profiles(path)


def test_the_shipped_profiles_are_complete_and_one_is_the_default(corpus_folder: Path) -> None:
    profiles = read_profiles(corpus_folder / "ranking.toml")
    assert {"default", "plain"} <= set(profiles)
    assert all(set(profile.weights) == set(PARAMETERS) for profile in profiles.values())


def test_a_profile_takes_what_it_leaves_out_from_the_one_it_inherits(tmp_path: Path) -> None:
    profiles = read(
        tmp_path,
        f"""
        [child]
        inherits = "parent"
        k1 = {{ value = 2, reason = "r" }}
        [parent]
        inherits = "base"
        title_weight = {{ value = 3.0, reason = "r" }}
        k1 = {{ value = 1.5, reason = "r" }}
        [base]
        {COMPLETE}
        """,
    )
    assert [profiles[name]["k1"] for name in ("child", "parent", "base")] == [2.0, 1.5, 0.0]
    assert [profiles[name]["title_weight"] for name in ("child", "parent", "base")] == [3.0, 3.0, 0.0]
    assert isinstance(profiles["child"]["k1"], float)


def test_bounds_are_inclusive(tmp_path: Path) -> None:
    low = read(tmp_path, f"[p]\n{COMPLETE}")["p"]
    assert dict(low.weights) == {name: p.low for name, p in PARAMETERS.items()}
    top = "\n".join(f'{name} = {{ value = {p.high}, reason = "r" }}' for name, p in PARAMETERS.items())
    assert dict(read(tmp_path, f"[p]\n{top}")["p"].weights) == {name: p.high for name, p in PARAMETERS.items()}


def test_the_digest_depends_on_the_weights_and_not_on_the_name() -> None:
    one, same, other = (
        Profile("a", {"k1": 1.0, "b": 2.0}),
        Profile("b", {"b": 2.0, "k1": 1.0}),
        Profile("a", {"k1": 2.0}),
    )
    assert one.digest == same.digest != other.digest
    assert len(one.digest) == 16 and int(one.digest, 16) >= 0


FAULTS = {
    "not TOML": ("[p", "cannot be read"),
    "not a table": ("p = 1", "'p' is not a profile"),
    "unknown weight": (COMPLETE + '\nk3 = { value = 1.0, reason = "r" }', "[p] k3: there is no such weight"),
    "a bare number": (COMPLETE.replace("k1 = { value = 0.0, reason = \"r\" }", "k1 = 1.0"), "[p] k1 must be written"),
    "no reason": (COMPLETE.replace(', reason = "r"', "", 1), "[p] k1 must be written"),
    "something else": (COMPLETE.replace('"r"', '"r", by = "me"', 1), "[p] k1 must be written"),
    "an empty reason": (COMPLETE.replace('"r"', '" "', 1), "[p] k1: say in `reason`"),
    "a reason that is a number": (COMPLETE.replace('"r"', "7", 1), "[p] k1: say in `reason`"),
    "too low": (COMPLETE.replace("0.0", "-0.1", 1), "[p] k1 is -0.1, but must be a number from 0 to 10"),
    "too high": (COMPLETE.replace("0.0", "10.1", 1), "[p] k1 is 10.1, but must be a number from 0 to 10"),
    "a text": (COMPLETE.replace("0.0", '"1"', 1), "[p] k1 is '1', but must be a number"),
    "true": (COMPLETE.replace("0.0", "true", 1), "[p] k1 is True, but must be a number"),
    "nan": (COMPLETE.replace("0.0", "nan", 1), "[p] k1 is nan, but must be a number"),
    "inf": (COMPLETE.replace("0.0", "inf", 1), "[p] k1 is inf, but must be a number"),
    "a missing weight": ("\n".join(COMPLETE.splitlines()[1:]), "[p] lacks k1"),
    "an unknown parent": ('inherits = "q"', "[p] inherits 'q', which is not there"),
    "itself as parent": ('inherits = "p"', "p, p inherit in a circle"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_the_file_the_profile_the_weight_and_what_is_allowed(tmp_path: Path, fault: str) -> None:
    text, expected = FAULTS[fault]
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text if fault in ("not TOML", "not a table") else f"[p]\n{text}\n")
    assert expected in str(error.value)
    assert str(tmp_path / "ranking.toml") in str(error.value)


def test_a_circle_of_profiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a, b, c, a inherit in a circle"):
        read(tmp_path, '[a]\ninherits = "b"\n[b]\ninherits = "c"\n[c]\ninherits = "a"\n')


@pytest.mark.parametrize("parent", ["1", "true", '["base"]'])
def test_a_parent_that_is_not_a_name_is_refused(tmp_path: Path, parent: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, f"[p]\ninherits = {parent}\n[base]\n{COMPLETE}\n")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read"):
        read_profiles(tmp_path / "nowhere.toml")


def test_a_profile_is_found_by_name_or_is_the_default_one() -> None:
    profiles = {"default": Profile("default", {}), "other": Profile("other", {})}
    assert find_profile(profiles, None).name == find_profile(profiles, "").name == "default"
    assert find_profile(profiles, "other").name == "other"
    with pytest.raises(ConfigError, match=r"no ranking profile 'best'. Known ones: default, other"):
        find_profile(profiles, "best")


def test_a_profile_keeps_the_reason_of_each_weight_with_those_it_inherits(tmp_path: Path) -> None:
    profiles = read(tmp_path, f'[child]\ninherits = "base"\nk1 = {{ value = 2, reason = "mine" }}\n[base]\n{COMPLETE}')
    assert profiles["child"].reasons == {name: "mine" if name == "k1" else "r" for name in PARAMETERS}
