"""A damaged index is refused with the command that mends it; it never answers, and it never ends in a traceback."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from damage import cut, flip

from indexer import SearchRequest, open_index
from indexer.engines import COMPILED_FILE
from indexer.errors import IndexDamagedError, IndexMissingError, IndexOutdatedError
from indexer.generations import open_current
from indexer.writing import recompile

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _fill_with_garbage(path: Path) -> None:
    path.write_bytes(b"\x80\xff garbage \0" * 9)


DAMAGES = (flip, cut, _lengthen, _fill_with_garbage, Path.unlink)


@pytest.fixture
def copy(intact: Path, tmp_path: Path) -> Path:
    shutil.copytree(intact, tmp_path / "an index")
    return tmp_path / "an index"


def _refusal(index: Path) -> str:
    with pytest.raises(IndexDamagedError) as caught:
        open_index(index, ROOT / "corpus")
    return str(caught.value)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_damage_to_any_file_of_the_live_generation_is_noticed_when_it_is_opened(
    damage: Callable[[Path], None], copy: Path
) -> None:
    folder = open_current(copy).folder
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    files.remove(folder / COMPILED_FILE)  # without it the Whoosh index answers: see below
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        damage(path)
        message = _refusal(copy)
        assert path.name in message
        assert f"pprsearch build --index '{copy}'" in message
        path.write_bytes(content)
    open_index(copy, ROOT / "corpus").close()  # every file was put back


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_damaged_compiled_arrays_leave_the_answers_as_they_are_and_one_command_mends_them(
    damage: Callable[[Path], None], copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    request = SearchRequest(text="alliance ruptures")
    with closing(open_index(copy, ROOT / "corpus")) as searcher:
        intact = searcher.search(request)
    assert not caplog.messages
    damage(open_current(copy).folder / COMPILED_FILE)
    with closing(open_index(copy, ROOT / "corpus")) as searcher:
        assert searcher.search(request) == intact
    assert f"pprsearch compile --index '{copy}'" in caplog.text
    recompile(copy)
    caplog.clear()
    with closing(open_index(copy, ROOT / "corpus", engine="compiled")) as searcher:
        assert searcher.search(request) == intact
    assert not caplog.messages


@pytest.mark.parametrize(
    "pointer",
    ["", "garbage\n", "000001\n", "../../etc\n", "000002 " + 64 * "0" + "\n", "000001 " + 64 * "0" + "\n", "\0\xff"],
)
def test_a_damaged_pointer_is_refused_and_never_followed(pointer: str, copy: Path) -> None:
    (copy / "current").write_text(pointer, encoding="latin-1")
    assert "pprsearch build --index" in _refusal(copy)


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", "null", '{"version": 1, "schema": 2, "files": 3}', "[" * 100_000, "\0"]
)
def test_a_manifest_of_garbage_is_refused(manifest: str, copy: Path) -> None:
    (open_current(copy).folder / "manifest.json").write_text(manifest, encoding="utf-8")
    assert "manifest.json is missing or damaged" in _refusal(copy)


def test_a_pointer_that_is_a_folder_is_refused(copy: Path) -> None:
    (copy / "current").unlink()
    (copy / "current").mkdir()
    assert "pprsearch build --index" in _refusal(copy)


def test_an_index_without_pointer_or_folder_is_missing(copy: Path, tmp_path: Path) -> None:
    (copy / "current").unlink()
    for folder in (copy, tmp_path / "nowhere", copy / "lock"):
        with pytest.raises(IndexMissingError, match="pprsearch build --index"):
            open_index(folder, ROOT / "corpus")


def test_an_index_with_another_schema_is_refused_with_the_command_that_rebuilds_it(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.schema.INDEX_VERSION", 99_999)
    with pytest.raises(IndexOutdatedError, match=r"another version of the program.*pprsearch build --index"):
        open_index(copy, ROOT / "corpus")


@pytest.mark.parametrize("command", ["search", "export"])
def test_commands_refuse_a_damaged_index_with_one_line_and_exit_code_1(
    command: str, index: Path, run: Callable[..., Any]
) -> None:
    flip(next(index.rglob("articles.jsonl")))
    done = run(command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "articles.jsonl is damaged" in done.stderr


@pytest.mark.parametrize("broken", ["current", "manifest.json", "articles_*.trm"])
def test_the_command_in_the_message_mends_the_index(broken: str, index: Path, run: Callable[..., Any]) -> None:
    _fill_with_garbage(next(index.rglob(broken)))
    (index.parent / "corpus" / "pages").mkdir(parents=True)
    shutil.copy(SAMPLE / "2018-01.html", index.parent / "corpus" / "pages")
    refused = run("search", "therapy")
    assert refused.returncode == 1
    command = refused.stderr.rpartition("pprsearch ")[2].split()
    assert command == ["build", "--index", "index"]
    assert run(*command).returncode == 0
    assert run("search", "therapy").returncode == 0


def test_a_damaged_file_of_records_is_refused_and_the_index_stays(
    index: Path, run: Callable[..., Any], tmp_path: Path
) -> None:
    run("export", "-o", "records.jsonl")
    packed = gzip.compress((tmp_path / "records.jsonl").read_bytes())
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 0xFF
    live = (index / "current").read_text()
    cases = {"cut.gz": packed[:-20], "flipped.gz": bytes(flipped), "binary.jsonl": b"\xff\xfe\0\1", "empty.jsonl": b""}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        done = run("build", "--records", name)
        assert done.returncode == 1, name
        assert name in done.stderr
    assert (index / "current").read_text() == live
