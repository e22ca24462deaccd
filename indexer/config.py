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
VARIABLE_PREFIX = "PPRSEARCH_"
DEBUG_VARIABLE = f"{VARIABLE_PREFIX}DEBUG"  # no setting: prints the details of an unexpected error


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
    workers: int = _setting(1, "processes", "that answer; more than one per core does not help", 1, 64)
    max_page_mb: int = _setting(16, "MB", "a page larger than this is refused unread", 1, 1024)
    # at least 2: while a server opens the new one, it still answers from the one before
    keep_generations: int = _setting(
        5, "generations", "how many stay in the index folder, the live one included", 2, 1000
    )
    blog: str = _setting("", "address", "where `fetch` begins when it is not told: the blog's list of digests")
    contact: str = _setting("", "text", "your e-mail or web address, which `fetch` tells the blog's server")


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
    values: dict[str, Any] = {item.name: item.default for item in dataclasses.fields(Config)}
    origins: Origins = dict.fromkeys(values, "default")

    def put(name: str, raw: object, where: str) -> None:
        values[name], origins[name] = convert_setting(name, raw, where), where

    toml_path = (folder or Path()) / CONFIG_FILE
    for name, raw in _read_toml(toml_path).items():
        if name not in values:
            raise ConfigError(f"{toml_path}: unknown setting '{name}'. Known ones: {', '.join(values)}.")
        put(name, raw, str(toml_path))
    for name in values:
        raw = (os.environ if environ is None else environ).get(variable_of(name))
        if raw is not None:
            put(name, raw, variable_of(name))
    for name, raw in (flags or {}).items():
        if raw is not None:
            put(name, raw, flag_of(name))
    if origins["corpus"] != "default" and not values["corpus"].is_dir():
        # else a mistyped folder would quietly be served with the shipped tables and the sample
        raise ConfigError(
            f"{origins['corpus']}: there is no corpus folder '{values['corpus']}'. Make it or name another one."
        )
    return Config(**values), origins


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{VARIABLE_PREFIX}{name.upper()}"


def flag_of(name: str) -> str:
    """Return the flag of a setting, for the commands that take it."""
    return f"--{name.replace('_', '-')}"


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend the file or move it away.") from error


def convert_setting(name: str, raw: object, where: str) -> object:
    """Return a value as the type of the setting's default; ConfigError says where it stands and what would be right."""
    item = next(item for item in dataclasses.fields(Config) if item.name == name)
    if isinstance(item.default, Path):
        if isinstance(raw, str | Path) and str(raw) and "\0" not in str(raw):
            return _home_folder(Path(raw), where)
        raise ConfigError(f"{where}: '{name}' is {raw!r}, but must be the path of a folder.")
    if isinstance(item.default, int):
        low, high = item.metadata["minimum"], item.metadata["maximum"]
        try:
            number = int(str(raw))
        except ValueError:
            number = None
        if number is None or isinstance(raw, bool) or not low <= number <= high:
            raise ConfigError(f"{where}: '{name}' is {raw!r}, but must be a whole number from {low} to {high}.")
        return number
    if not isinstance(raw, str) or not raw:
        raise ConfigError(f"{where}: '{name}' is {raw!r}, but must be a text.")
    return raw


def _home_folder(path: Path, where: str) -> Path:
    """Return a path with a leading `~` replaced: no shell does it in a file or in a variable."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{where}: '{path}' cannot be used: {error} Write the path in full.") from error


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
