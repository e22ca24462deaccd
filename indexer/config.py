"""Settings: one frozen Config; a flag beats the environment, that beats `./pprsearch.toml`, that beats the default.

Input: flags given to a command, `PPRSEARCH_*` variables, the TOML file. Output: a `Config`, and where values come from.
To add a setting, add one field: its default, unit and help text feed `--help`, `pprsearch config` and the README table.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import ConfigError

CONFIG_FILE = "pprsearch.toml"


def _setting(default: object, unit: str, help: str, minimum: int | None = None, maximum: int | None = None) -> Any:
    metadata = {"unit": unit, "help": help, "minimum": minimum, "maximum": maximum}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of the program. Paths may be relative: they are taken from the working directory."""

    corpus: Path = _setting(
        Path("corpus"), "folder", "inputs: pages/ with the captures, and your own versions of tables"
    )
    index: Path = _setting(Path("index"), "folder", "outputs: generations and the pointer to the live one")
    host: str = _setting("127.0.0.1", "address", "where `serve` listens; keep loopback unless a proxy stands in front")
    port: int = _setting(8000, "port", "where `serve` listens; 0 takes any free one", 0, 65535)
    threads: int = _setting(4, "threads", "readers served at the same time", 1, 64)
    max_page_mb: int = _setting(16, "MB", "a page larger than this is refused unread", 1, 1024)
    keep_generations: int = _setting(5, "generations", "how many generations stay in the index folder", 1, 1000)


Origins = dict[str, str]


def load_config(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Config, Origins]:
    """Return the settings in force and, for each, where its value came from.

    flags    values given on the command line; None means "not given".
    environ  default: this process's environment.
    folder   where `pprsearch.toml` is looked for; default: the working directory.
    ConfigError names the file or variable, the value and what is allowed.
    """
    fields = {item.name: item for item in dataclasses.fields(Config)}
    values: dict[str, Any] = {name: item.default for name, item in fields.items()}
    origins: Origins = dict.fromkeys(fields, "default")

    toml_path = (folder or Path()) / CONFIG_FILE
    for name, raw in _read_toml(toml_path).items():
        if name not in fields:
            raise ConfigError(f"{toml_path}: unknown setting '{name}'. Known ones: {', '.join(fields)}.")
        values[name], origins[name] = _convert(fields[name], raw, str(toml_path)), str(toml_path)
    for name in fields:
        variable = f"PPRSEARCH_{name.upper()}"
        raw = (os.environ if environ is None else environ).get(variable)
        if raw is not None:
            values[name], origins[name] = _convert(fields[name], raw, variable), variable
    for name, raw in (flags or {}).items():
        if raw is not None:
            flag = f"--{name.replace('_', '-')}"
            values[name], origins[name] = _convert(fields[name], raw, flag), flag
    return Config(**values), origins


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend the file or move it away.") from error


def _convert(item: dataclasses.Field[Any], raw: object, where: str) -> object:
    """Turn a raw value into the type of the field's default, or say what would be right."""
    if isinstance(item.default, Path):
        if isinstance(raw, str | Path) and str(raw):
            return Path(raw)
        raise ConfigError(f"{where}: '{item.name}' is {raw!r}, but must be the path of a folder.")
    if isinstance(item.default, int):
        low, high = item.metadata["minimum"], item.metadata["maximum"]
        try:
            number = int(str(raw))
        except ValueError:
            number = None
        if number is None or isinstance(raw, bool) or not low <= number <= high:
            raise ConfigError(f"{where}: '{item.name}' is {raw!r}, but must be a whole number from {low} to {high}.")
        return number
    if not isinstance(raw, str) or not raw:
        raise ConfigError(f"{where}: '{item.name}' is {raw!r}, but must be a text.")
    return raw


def find_corpus_file(corpus: Path, name: str) -> Path:
    """Return where a table (`topics.toml`) or folder (`sample`) of the corpus is: the configured folder's, else ours.

    Ours is `corpus/` beside the packages in a checkout, and `indexer/corpus/` in an installed wheel.
    """
    own = corpus / name
    if own.exists():
        return own
    package = Path(__file__).parent
    for folder in (package / "corpus", package.parent / "corpus"):
        if (folder / name).exists():
            return folder / name
    raise ConfigError(f"{own} does not exist and no '{name}' was installed. Reinstall pprnet-search.")
