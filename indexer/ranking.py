"""Ranking profiles: all numbers that decide the order of hits, read from `corpus/ranking.toml`.

Input: the TOML file. Output: frozen `Profile`s. A weight needs a value within the bounds declared here and a reason.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError
from indexer.schema import SCORED

RANKING_TABLE = "ranking.toml"
DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A weight that profiles may set: its bounds, both inclusive, and what it does."""

    low: float
    high: float
    help: str


PARAMETERS: dict[str, Parameter] = {
    "k1": Parameter(0.0, 10.0, "how slowly repeats of a word saturate; 0: one occurrence is as good as many"),
    **{f"{name}_weight": Parameter(0.0, 20.0, f"what an occurrence in the {name} counts") for name in SCORED},
    "synonym_weight": Parameter(0.0, 1.0, "factor on the weight of every synonym; 0: only typed words are searched"),
    "spelling_weight": Parameter(0.0, 1.0, "factor on words that are close to one that no digest has; 0: not searched"),
    "pair_weight": Parameter(0.0, 2.0, "factor on two words that stand side by side in the question and in the text"),
    "title_phrase_weight": Parameter(0.0, 10.0, "factor on a question that stands whole, word by word, in a title"),
    **{f"{name}_b": Parameter(0.0, 1.0, f"how far a long {name} lowers an occurrence in it") for name in SCORED},
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of weights, complete and within bounds, and the reason that its file gives for each."""

    name: str
    weights: Mapping[str, float]
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, parameter: str) -> float:
        return self.weights[parameter]

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change when a weight does; the name does not count."""
        return hashlib.sha256(json.dumps(dict(sorted(self.weights.items()))).encode()).hexdigest()[:16]


def read_profiles(path: Path) -> dict[str, Profile]:
    """Return all profiles of a file by name, or ConfigError with file, profile, weight and what is allowed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend the file.") from error
    return {name: _read_profile(path, tables, name) for name in tables}


def find_profile(profiles: Mapping[str, Profile], name: str | None) -> Profile:
    """Return a profile by name (None: the default one), or ConfigError with the known names."""
    wanted = name or DEFAULT_PROFILE
    if wanted not in profiles:
        raise ConfigError(f"There is no ranking profile '{wanted}'. Known ones: {', '.join(sorted(profiles))}.")
    return profiles[wanted]


def without_expansion(profile: Profile) -> Profile:
    """Return a profile that searches nothing but the words as typed."""
    weights = {**profile.weights, "synonym_weight": 0.0, "spelling_weight": 0.0}
    return Profile(f"{profile.name}, typed words only", weights)


def _read_profile(path: Path, tables: Mapping[str, Any], name: str) -> Profile:
    entries = _entries(path, tables, name, ())
    weights = {key: weight for key, (weight, _) in entries.items()}
    return Profile(name, weights, {key: reason for key, (_, reason) in entries.items()})


def _entries(path: Path, tables: Mapping[str, Any], name: str, heirs: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    """Return weight and reason of each parameter of a profile, with what it inherits."""
    table = tables.get(name)
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: '{name}' is not a profile, a table [{name}] with weights. Mend the file.")
    if name in heirs:
        raise ConfigError(f"{path}: the profiles {', '.join([*heirs, name])} inherit in a circle. Break it.")
    parent = table.get("inherits")
    if parent is not None and (not isinstance(parent, str) or parent not in tables):
        raise ConfigError(f"{path}: [{name}] inherits '{parent}', which is not there. Known ones: {', '.join(tables)}.")
    entries = _entries(path, tables, parent, (*heirs, name)) if parent is not None else {}
    for key, entry in table.items():
        if key != "inherits":
            entries[key] = _entry(f"{path}: [{name}] {key}", key, entry)
    missing = [key for key in PARAMETERS if key not in entries]
    if missing:
        raise ConfigError(f"{path}: [{name}] lacks {', '.join(missing)}. Set them, or inherit a profile that does.")
    return entries


def _entry(where: str, key: str, entry: object) -> tuple[float, str]:
    if key not in PARAMETERS:
        raise ConfigError(f"{where}: there is no such weight. Known ones: {', '.join(PARAMETERS)}.")
    if not isinstance(entry, dict) or set(entry) != {"value", "reason"}:
        raise ConfigError(f'{where} must be written {{ value = 1.0, reason = "why" }}.')
    value, reason = entry["value"], entry["reason"]
    if not isinstance(reason, str) or not reason.strip():
        raise ConfigError(f"{where}: say in `reason` where the number comes from.")
    allowed = PARAMETERS[key]
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not allowed.low <= number <= allowed.high:
        raise ConfigError(f"{where} is {value!r}, but must be a number from {allowed.low:g} to {allowed.high:g}.")
    return float(number), reason
