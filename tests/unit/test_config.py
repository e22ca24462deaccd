"""Settings: who wins, what is refused, and where a table of the corpus is found."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from indexer.config import Config, find_corpus_file, flag_of, load_config, variable_of
from indexer.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]


def _load(folder: Path, toml: str = "", flags: dict[str, object] | None = None, **environ: str) -> Config:
    if toml:
        (folder / "pprsearch.toml").write_text(toml, encoding="utf-8")
    return load_config(flags, environ, folder)[0]


def _error(folder: Path, toml: str = "", flags: dict[str, object] | None = None, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _load(folder, toml, flags, **environ)
    return str(caught.value)


def test_without_any_setting_the_defaults_are_in_force(tmp_path: Path) -> None:
    config, origins = load_config({}, {}, tmp_path)
    assert config == Config()
    assert set(origins.values()) == {"default"}


def test_a_flag_beats_the_environment_that_beats_the_file_that_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "pprsearch.toml").write_text("port = 1\nthreads = 2\nmax_page_mb = 3\n", encoding="utf-8")
    environ = {"PPRSEARCH_PORT": "11", "PPRSEARCH_THREADS": "12"}
    config, origins = load_config({"port": "21", "host": None}, environ, tmp_path)
    assert (config.port, config.threads, config.max_page_mb, config.host) == (21, 12, 3, "127.0.0.1")
    toml = str(tmp_path / "pprsearch.toml")
    assert [origins[name] for name in ("port", "threads", "max_page_mb", "host")] == [
        "--port",
        "PPRSEARCH_THREADS",
        toml,
        "default",
    ]


def test_every_setting_has_a_unit_a_help_text_a_variable_and_a_flag() -> None:
    for field in dataclasses.fields(Config):
        assert field.metadata["unit"]
        assert field.metadata["help"]
        assert variable_of(field.name) == f"PPRSEARCH_{field.name.upper()}"
        assert flag_of(field.name).startswith("--")
        assert "_" not in flag_of(field.name)
        if isinstance(field.default, int):
            assert field.metadata["minimum"] <= field.default <= field.metadata["maximum"]


@pytest.mark.parametrize("value", ["", "abc", "-1", "65536", "1.5", "9" * 5000])
def test_a_port_that_is_none_is_refused_with_its_variable_and_the_bounds(value: str, tmp_path: Path) -> None:
    message = _error(tmp_path, PPRSEARCH_PORT=value)
    assert message.startswith("PPRSEARCH_PORT: 'port' is")
    assert "a whole number from 0 to 65535" in message


@pytest.mark.parametrize("line", ["port = true", 'port = "x"', "port = 1.0", "port = [1]", "port = 1979-05-27"])
def test_a_number_of_the_wrong_kind_in_the_file_is_refused_with_the_name_of_the_file(line: str, tmp_path: Path) -> None:
    assert "pprsearch.toml: 'port' is" in _error(tmp_path, line)


@pytest.mark.parametrize("line", ['index = ""', "index = 1", 'index = "a\\u0000b"'])
def test_a_folder_must_be_a_path(line: str, tmp_path: Path) -> None:
    assert "must be the path of a folder" in _error(tmp_path, line)


@pytest.mark.parametrize("line", ['host = ""', "host = 1"])
def test_a_host_must_be_a_text(line: str, tmp_path: Path) -> None:
    assert "must be a text" in _error(tmp_path, line)


def test_an_unknown_setting_in_the_file_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    message = _error(tmp_path, "prot = 1")
    assert "unknown setting 'prot'" in message
    assert "port" in message


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", b"port = 1\nport = 2", b"x = " + b"[" * 20_000])
def test_a_file_that_is_no_toml_is_refused_with_what_to_do(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "pprsearch.toml").write_bytes(content)
    assert "Mend the file or move it away" in _error(tmp_path)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pprsearch.toml").mkdir()
    assert "cannot be read" in _error(tmp_path)


def test_a_tilde_means_the_home_folder_where_no_shell_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert _load(tmp_path, 'index = "~/index"').index == Path("/home/someone/index")
    assert "Write the path in full" in _error(tmp_path, 'index = "~no-such-user-here/index"')


def test_a_corpus_folder_that_was_named_must_be_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "typo")
    assert _error(tmp_path, PPRSEARCH_CORPUS=missing).startswith("PPRSEARCH_CORPUS: there is no corpus folder")
    assert _error(tmp_path, flags={"corpus": missing}).startswith("--corpus: there is no corpus folder")
    assert _load(tmp_path, flags={"corpus": str(tmp_path)}).corpus == tmp_path


def test_at_least_two_generations_are_kept_so_that_a_server_can_finish_with_the_old_one(tmp_path: Path) -> None:
    assert "from 2 to" in _error(tmp_path, PPRSEARCH_KEEP_GENERATIONS="1")


def test_a_table_of_the_configured_corpus_comes_first_and_the_shipped_one_stands_in(tmp_path: Path) -> None:
    assert find_corpus_file(tmp_path, "topics.toml") == ROOT / "corpus" / "topics.toml"
    (tmp_path / "topics.toml").write_text("")
    assert find_corpus_file(tmp_path, "topics.toml") == tmp_path / "topics.toml"
    with pytest.raises(ConfigError, match=r"no 'nothing\.toml' was installed"):
        find_corpus_file(tmp_path, "nothing.toml")
