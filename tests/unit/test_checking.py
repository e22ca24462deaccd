"""`check` goes through every file, goes on to the end, and names for each difference the mend that works."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from damage import cut, flip

from indexer.build import build_from_pages, build_from_records
from indexer.checking import Check, check_index
from indexer.config import Config
from indexer.engines import COMPILED_FILE
from indexer.engines.arrayfile import MAGIC
from indexer.errors import IndexMissingError
from indexer.generations import open_current
from indexer.rollback import roll_back
from indexer.store import sha256, switch
from indexer.writing import recompile

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"


DAMAGES = (flip, cut, Path.unlink)


def _build(config: Config, *paths: Path) -> None:
    build_from_pages(config, paths, lambda problem: None)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with corpus/pages of two captures, and an index with two generations of them."""
    folder = tmp_path_factory.mktemp("check")
    pages = folder / "corpus" / "pages"
    pages.mkdir(parents=True)
    shutil.copy(SAMPLE / "2020-12.html", pages)
    _build(Config(folder / "corpus", folder / "index"))
    shutil.copy(SAMPLE / "2018-01.html", pages)
    _build(Config(folder / "corpus", folder / "index"))
    return folder


@pytest.fixture
def config(built: Path, tmp_path: Path) -> Config:
    """A copy of it, to damage."""
    shutil.copytree(built, tmp_path / "my library")
    return Config(tmp_path / "my library" / "corpus", tmp_path / "my library" / "index")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def _paths(check: Check) -> list[Path]:
    return [finding.path for finding in check.findings]


def test_a_sound_index_has_no_finding_and_everything_was_compared(config: Config) -> None:
    live = open_current(config.index).folder
    check = check_index(config)
    assert check == Check(("000002",), len([p for p in live.rglob("*") if p.is_file()]), 2, ())


def test_all_generations_are_compared_when_asked_for(config: Config) -> None:
    check = check_index(config, every=True)
    assert (check.generations, check.findings) == (("000002", "000001"), ())
    assert check.files == len([path for path in (config.index / "generations").rglob("*") if path.is_file()])


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_each_damaged_file_of_the_live_generation_is_named_with_the_command_that_mends_it(
    damage: Callable[[Path], None], config: Config
) -> None:
    live = open_current(config.index).folder
    assert len(_files(live)) > 12
    for path in _files(live):
        content = path.read_bytes()
        damage(path)
        check = check_index(config)
        assert path in _paths(check), path
        command = "compile" if path.name == COMPILED_FILE else "build"
        mends = [finding.mend for finding in check.findings if finding.path == path]
        assert f"pprsearch {command} --index '{config.index}'" in mends[0]
        path.write_bytes(content)
    assert check_index(config).findings == ()


def test_every_damage_is_found_not_only_the_first(config: Config) -> None:
    live = open_current(config.index).folder
    flip(live / "articles.jsonl")
    cut(live / COMPILED_FILE)
    (live / "report.json").unlink()
    (config.corpus / "pages" / "2018-01.html").unlink()
    assert sorted(_paths(check_index(config))) == sorted(
        live / name for name in ("articles.jsonl", COMPILED_FILE, "report.json")
    )  # without the report nothing is known of captures


@pytest.mark.parametrize("name", ["articles.jsonl", "ledger.json", "manifest.json", "report.json"])
def test_the_build_that_is_named_mends_the_index(name: str, config: Config) -> None:
    flip(open_current(config.index).folder / name)
    assert "pprsearch build" in check_index(config).findings[0].mend
    _build(config)
    assert check_index(config).findings == ()


def test_the_compilation_that_is_named_mends_the_arrays(config: Config) -> None:
    flip(open_current(config.index).folder / COMPILED_FILE)
    assert len(check_index(config).findings) == 1
    recompile(config.index)
    assert check_index(config).findings == ()


def test_arrays_that_contradict_their_own_checksums_are_found_though_the_manifest_agrees(config: Config) -> None:
    live = open_current(config.index).folder
    path = live / COMPILED_FILE
    path.write_bytes(MAGIC + path.read_bytes()[len(MAGIC) :][:-1] + b"!")
    manifest = json.loads((live / "manifest.json").read_text())
    manifest["files"][COMPILED_FILE]["sha256"] = sha256(path)
    (live / "manifest.json").write_text(json.dumps(manifest))
    switch(config.index, live.name)
    (finding,) = check_index(config).findings
    assert finding.path == path and "its header is not what was written" in finding.message


def test_records_that_are_not_those_of_the_index_are_found_though_the_manifest_agrees(config: Config) -> None:
    live = open_current(config.index).folder
    path = live / "articles.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    manifest = json.loads((live / "manifest.json").read_text())
    manifest["files"][path.name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    (live / "manifest.json").write_text(json.dumps(manifest))
    switch(config.index, live.name)
    (finding,) = check_index(config).findings
    assert finding.path == live and "which are not the 3 digests" in finding.message


def test_a_stray_file_in_a_generation_is_found(config: Config) -> None:
    stray = open_current(config.index).folder / "whoosh" / "_MAIN_99.toc"
    stray.write_bytes(b"")
    assert _paths(check_index(config)) == [stray]


def test_a_damaged_generation_that_is_not_live_is_found_only_when_asked_for_and_needs_no_build(config: Config) -> None:
    path = config.index / "generations" / "000001" / "articles.jsonl"
    flip(path)
    assert check_index(config).findings == ()
    (finding,) = check_index(config, every=True).findings
    assert finding.path == path and "not the live one" in finding.mend


def test_damaged_arrays_of_a_generation_that_is_not_live_can_be_mended_after_going_back(config: Config) -> None:
    flip(config.index / "generations" / "000001" / COMPILED_FILE)
    (finding,) = check_index(config, every=True).findings
    assert "Once you went back to it: pprsearch compile" in finding.mend
    roll_back(config.index, "000001", 5)
    recompile(config.index)
    assert check_index(config).findings == ()


def test_a_pointer_that_names_nothing_is_found(config: Config) -> None:
    (config.index / "current").write_text("garbage")
    check = check_index(config, every=True)
    assert _paths(check) == [config.index / "current"]
    assert check.generations == ("000001", "000002")


def test_a_manifest_that_is_not_the_one_switched_to_is_found(config: Config) -> None:
    path = open_current(config.index).folder / "manifest.json"
    path.write_text(path.read_text() + "\n")
    assert _paths(check_index(config)) == [path]


def test_an_index_of_another_version_is_found_with_its_mend(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.schema.INDEX_VERSION", 99_999)
    (finding,) = check_index(config).findings
    assert "another version of the program" in finding.message and "pprsearch build" in finding.mend


def test_a_capture_that_is_gone_or_was_changed_is_found(config: Config) -> None:
    pages = config.corpus / "pages"
    (pages / "2018-01.html").unlink()
    flip(pages / "2020-12.html")
    check = check_index(config)
    assert [(finding.path.name, finding.message) for finding in check.findings] == [
        ("2018-01.html", "It is missing or cannot be read."),
        ("2020-12.html", "It is not what was read."),
    ]
    assert all("backup" in finding.mend for finding in check.findings)
    for name in ("2018-01.html", "2020-12.html"):
        shutil.copy(SAMPLE / name, pages)
    assert check_index(config).findings == ()


def test_a_capture_that_was_moved_within_the_folder_is_no_damage(config: Config) -> None:
    pages = config.corpus / "pages"
    (pages / "2018").mkdir()
    (pages / "2018-01.html").rename(pages / "2018" / "january.html")
    assert check_index(config).findings == ()


def test_captures_of_an_index_of_named_pages_are_not_looked_for(config: Config) -> None:
    _build(config, SAMPLE / "2020-12.html")
    check = check_index(config)
    assert (check.captures, check.findings) == (0, ())
    flip(open_current(config.index).folder / "articles.jsonl")
    assert check_index(config).findings[0].mend.endswith(" PATH")


def test_the_mend_of_an_index_of_records_asks_for_the_records(config: Config, tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text('{"id": "a", "text": "alliance"}\n')
    build_from_records(config, tmp_path / "records.jsonl", lambda problem: None)
    assert check_index(config).findings == ()
    flip(open_current(config.index).folder / "articles.jsonl")
    assert "--records FILE" in check_index(config).findings[0].mend


def test_without_an_index_there_is_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="pprsearch build"):
        check_index(Config(tmp_path, tmp_path / "index"))
