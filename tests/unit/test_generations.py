"""Generations: numbering, what is cleared and kept, what the manifest says, and what is checked before the switch."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError, InputError
from indexer.generations import Generation, current_name, last_manifest, open_current, read_generation
from indexer.model import Article, Problem
from indexer.ranking import PARAMETERS, Profile
from indexer.records import Ingest
from indexer.selfcheck import check_indexes
from indexer.store import live_name, switch
from indexer.writing import build_generation, inputs_digest

PROFILE = Profile("plain", dict.fromkeys(PARAMETERS, 1.0))
ALLIANCE = Article("2020-07-alliance", "Alliance", "2020-07", 2020, summary=("About the alliance.",))
BURNOUT = Article("2020-08-burnout", "Burnout", "2020-08", 2020, summary=("About burnout.",))


def _build(index: Path, *articles: Article, keep: int = 5, problems: tuple[Problem, ...] = ()) -> Generation:
    ingest = Ingest(articles or (ALLIANCE,), problems)
    return build_generation(
        index, ingest, source="records", inputs="given", labels={"topic": {"a": "A"}}, profile=PROFILE, keep=keep
    )


def _names(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "generations").iterdir())


def test_a_build_is_live_at_once_and_holds_records_report_manifest_and_indexes(tmp_path: Path) -> None:
    built = _build(tmp_path, ALLIANCE, BURNOUT, problems=(Problem("x", "What happened."),))
    live = open_current(tmp_path)
    assert (current_name(tmp_path), live) == ("000001", built)
    assert (live.source, live.manifest["articles"], live.labels) == ("records", 2, {"topic": {"a": "A"}})
    assert {path.name for path in live.folder.iterdir()} >= {"articles.jsonl", "whoosh", "report.json", "manifest.json"}
    report = json.loads((live.folder / "report.json").read_text())
    assert (report["articles"], report["problem_counts"]) == (2, {"x": 1})


def test_the_manifest_has_size_and_sha256_of_every_other_file_and_the_pointer_that_of_the_manifest(
    tmp_path: Path,
) -> None:
    folder = _build(tmp_path).folder
    manifest = (folder / "manifest.json").read_bytes()
    entries = json.loads(manifest)["files"]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del files["manifest.json"]
    assert entries == {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    }
    assert (tmp_path / "current").read_text() == f"000001 {hashlib.sha256(manifest).hexdigest()}\n"


def test_without_articles_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stays as it is"):
        build_generation(tmp_path / "i", Ingest(()), source="pages", inputs="", labels={}, profile=PROFILE, keep=5)
    assert not (tmp_path / "i").exists()


def test_generations_are_numbered_on_and_the_oldest_are_removed(tmp_path: Path) -> None:
    for _ in range(4):
        _build(tmp_path, keep=2)
    assert _names(tmp_path) == ["000003", "000004"]


def test_the_live_generation_is_never_pruned_whatever_the_number(tmp_path: Path) -> None:
    for keep in (1, 0, -3):
        live = _build(tmp_path, keep=keep)
        assert _names(tmp_path) == [live.name]


def test_numbers_are_compared_as_numbers_beyond_six_digits(tmp_path: Path) -> None:
    _build(tmp_path)
    (tmp_path / "generations" / "000001").rename(tmp_path / "generations" / "999999")
    switch(tmp_path, "999999")
    assert _build(tmp_path, keep=2).name == "1000000"
    assert _build(tmp_path, keep=2).name == "1000001"
    assert _names(tmp_path) == ["1000000", "1000001"]


def test_after_going_back_the_undone_generation_is_cleared_and_its_name_not_used_again(tmp_path: Path) -> None:
    _build(tmp_path)
    _build(tmp_path)
    switch(tmp_path, "000001")
    assert current_name(tmp_path) == "000001"
    assert _build(tmp_path).name == "000003"
    assert _names(tmp_path) == ["000001", "000003"]


def test_leftovers_without_manifest_are_cleared_and_other_files_are_left_alone(tmp_path: Path) -> None:
    _build(tmp_path)
    (tmp_path / "generations" / "000002" / "whoosh").mkdir(parents=True)
    (tmp_path / "generations" / "notes").mkdir()
    _build(tmp_path)
    assert _names(tmp_path) == ["000001", "000003", "notes"]


def test_a_build_mends_a_damaged_pointer_and_keeps_what_it_may_have_meant(tmp_path: Path) -> None:
    _build(tmp_path)
    (tmp_path / "current").write_text("garbage")
    assert live_name(tmp_path) is None
    assert _build(tmp_path).name == "000002"
    assert (current_name(tmp_path), _names(tmp_path)) == ("000002", ["000001", "000002"])


def test_an_older_pointer_with_a_newer_manifest_is_refused(tmp_path: Path) -> None:
    _build(tmp_path)
    second = _build(tmp_path, BURNOUT)
    first = tmp_path / "generations" / "000001"
    shutil.rmtree(first)
    shutil.copytree(second.folder, first)
    pointer = (tmp_path / "current").read_text()
    (first / "manifest.json").write_text((first / "manifest.json").read_text() + "\n")
    (tmp_path / "current").write_text(pointer.replace("000002", "000001"))
    with pytest.raises(IndexDamagedError, match="not the one that was switched to"):
        open_current(tmp_path)
    assert read_generation(second.folder).name == "000002"


@pytest.mark.parametrize(
    "title",
    ["", "???", "OR", "-therapy", "Not -this", '"Good enough" therapy', "author: who?", "Don't", "to be or not to be"],
)
def test_the_self_check_passes_whatever_a_title_looks_like_to_a_query(title: str, tmp_path: Path) -> None:
    _build(tmp_path, Article("a", title, summary=("this therapy",)))


def test_the_self_check_refuses_an_index_of_other_articles(tmp_path: Path) -> None:
    folder = _build(tmp_path, ALLIANCE).folder
    with pytest.raises(IndexDamagedError, match="thrown away"):
        check_indexes(folder, (ALLIANCE, BURNOUT), PROFILE)
    other = Article(ALLIANCE.id, "Mindfulness")
    with pytest.raises(IndexDamagedError, match="does not find 'Mindfulness' by its own title"):
        check_indexes(folder, (other,), PROFILE)


def test_the_digest_of_inputs_depends_on_names_and_contents_and_not_on_their_order() -> None:
    assert inputs_digest({"a": "1", "b": "2"}) == inputs_digest({"b": "2", "a": "1"})
    assert len({inputs_digest(parts) for parts in ({"a": "1"}, {"a": "2"}, {"b": "1"}, {})}) == 4


def test_what_a_broken_index_was_built_from_can_still_be_asked(tmp_path: Path) -> None:
    assert last_manifest(tmp_path) == {}
    folder = _build(tmp_path).folder
    (folder / "articles.jsonl").unlink()
    assert last_manifest(tmp_path)["inputs"] == "given"
    (folder / "manifest.json").write_text("[]")
    assert last_manifest(tmp_path) == {}
