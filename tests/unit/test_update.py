"""The month of a librarian: captures stored whole and once, updates that equal builds, removals that are asked for."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from indexer import task
from indexer.build import build_from_pages, build_from_records
from indexer.config import Config
from indexer.engines import ENGINES
from indexer.errors import IndexBusyError, InputError, NotFoundError, RemovalError
from indexer.export import write_jsonl
from indexer.generations import Generation, current_name, open_current
from indexer.ledger import SetAside
from indexer.model import Problem, SearchRequest
from indexer.search import open_index
from indexer.store import only_writer
from indexer.task import Options
from indexer.update import Update, dry_run, remove, undo_removal, update
from indexer.writing import restore_generation

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
LONG = "Therapists who review recorded sessions with a colleague notice more of their own missteps and mend them. " * 4
OTHER = "Half of all patients leave group treatment early when nobody asks them beforehand what they hope to find. " * 4
THIRD = "A short course on empathy made trainees listen longer, interrupt less and ask fewer leading questions. " * 4


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An empty corpus folder, without tables, and no index yet."""
    (tmp_path / "corpus").mkdir()
    return Config(corpus=tmp_path / "corpus", index=tmp_path / "index")


def _ignore(problem: Problem) -> None:
    """Take a problem without a word."""


def _update(config: Config, *paths: Path, **options: Any) -> Update:
    return update(config, paths, _ignore, Options(**options))


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _page(path: Path, *articles: tuple[str, str, str], month: str = "July 2020", topic: str = "") -> Path:
    """Write a page of (title, text, reference) below one month."""
    lists = f'<h2>Topics</h2><ul><li class="active"><a href="?cat_2=9">{topic}</a></li></ul>' if topic else ""
    parts = [f"{lists}<h2>{month}</h2>"]
    for title, text, reference in articles:
        parts.append(f"<h3>{title}</h3><p>{reference}</p><p>{text}</p><h4>Practice Implications</h4><p>{text[:90]}</p>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(parts), encoding="utf-8")
    return path


def _ids(config: Config) -> list[str]:
    return list(open_current(config.index).lines())


# --- storing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Copies of five pages of the sample, as if somebody had saved them."""
    (tmp_path / "inbox").mkdir()
    for name in ("2018-01", "2018-02", "2020-07", "2020-12", "2022-09"):
        shutil.copy(SAMPLE / f"{name}.html", tmp_path / "inbox")
    return tmp_path / "inbox"


def test_captures_are_stored_unchanged_and_indexed(config: Config, inbox: Path) -> None:
    done = _update(config, inbox / "2018-01.html")
    assert done.stored.added == ("2018-01.html",)
    assert _files(config.corpus / "pages") == {"2018-01.html": (SAMPLE / "2018-01.html").read_bytes()}
    assert {doc_id[:7] for doc_id in _ids(config)} == {"2018-01"}
    _update(config, inbox)
    assert _files(config.corpus / "pages") == _files(inbox)
    assert {doc_id[:7] for doc_id in _ids(config)} == {"2018-01", "2018-02", "2020-07", "2020-12", "2022-09"}


def test_the_same_captures_again_change_nothing_under_whatever_name(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    before = _files(config.index)
    shutil.copy(inbox / "2018-01.html", inbox / "other name.html")
    for paths in ([inbox], [inbox / "other name.html"], [config.corpus / "pages" / "2018-01.html"], []):
        done = _update(config, *paths)
        assert (done.run.is_new, done.stored.added) == (False, ())
        assert (done.run.changes.unchanged, done.run.changes.pages_unchanged) == (len(_ids(config)), 5)
    assert _files(config.index) == before
    assert len(_files(config.corpus / "pages")) == 5


def test_with_nothing_new_no_record_is_looked_at(config: Config, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _update(config, inbox)
    merged: list[int] = []
    real = task.ingest_pages
    monkeypatch.setattr("indexer.task.ingest_pages", lambda *given: merged.append(len(given[0])) or real(*given))
    assert (_update(config).run.is_new, merged) == (False, [])
    with (config.corpus / "pages" / "2018-01.html").open("a") as stream:
        stream.write("<!-- another byte -->")
    assert (_update(config).run.is_new, merged) == (True, [5])
    (config.corpus / "overrides.toml").write_text("# a word about nothing\n", encoding="utf-8")
    assert (_update(config).run.is_new, merged) == (True, [5, 5]), "a table is part of what it is made from"


def test_a_name_that_other_bytes_have_gets_the_beginning_of_the_sha256(config: Config, inbox: Path) -> None:
    first = _page(inbox / "a" / "list.html", ("One", LONG, ""))
    second = _page(inbox / "b" / "list.html", ("Two", OTHER, ""))
    digest = subprocess.run(["sha256sum", second], capture_output=True, text=True, check=True).stdout[:8]
    assert _update(config, first).stored.added == ("list.html",)
    done = _update(config, second)
    assert done.stored.added == (f"list-{digest}.html",)
    assert _update(config, second).stored.known == (f"list-{digest}.html",)
    assert _ids(config) == ["2020-07-one", "2020-07-two"]


def test_a_folder_keeps_its_subfolders_in_the_corpus(config: Config, inbox: Path) -> None:
    _page(inbox / "2020" / "july.html", ("One", LONG, ""))
    assert "2020/july.html" in _update(config, inbox).stored.added
    assert (config.corpus / "pages" / "2020" / "july.html").is_file()


def test_what_cannot_be_a_page_is_refused_by_name_and_not_stored(config: Config, inbox: Path) -> None:
    (inbox / "photo.png").write_bytes(b"png")
    (inbox / "empty.html").write_bytes(b"")
    told: list[Problem] = []
    paths = [inbox / "photo.png", inbox / "empty.html", inbox / "nowhere.html", inbox / "2018-01.html"]
    done = update(config, paths, told.append)
    assert list(_files(config.corpus / "pages")) == ["2018-01.html"]
    assert [problem.code for problem in done.stored.refused] == ["not-a-page", "empty", "missing"]
    assert [problem.code for problem in told][:3] == ["not-a-page", "empty", "missing"]
    assert [problem["code"] for problem in done.run.generation.report()["refused"]] == [
        "not-a-page",
        "empty",
        "missing",
    ]


def test_only_refused_files_leave_no_folder_behind(config: Config, inbox: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        _update(config, inbox / "nowhere.html")
    assert not (config.corpus / "pages").exists()


def test_the_sample_is_never_stored_among_collected_pages(config: Config) -> None:
    with pytest.raises(InputError, match="sample is never stored"):
        _update(config, SAMPLE / "2018-01.html")
    assert not (config.corpus / "pages").exists()


def test_what_a_killed_run_was_storing_is_cleared_and_stored_again(config: Config, inbox: Path) -> None:
    (config.corpus / "pages").mkdir()
    (config.corpus / "pages" / ".2018-01.html.storing").write_bytes(b"half")
    _update(config, inbox / "2018-01.html")
    assert list(_files(config.corpus / "pages")) == ["2018-01.html"]


def test_a_run_while_another_writes_is_refused_before_anything_is_stored(config: Config, inbox: Path) -> None:
    code = "import sys,time; from pathlib import Path; from indexer.store import only_writer\n"
    code += "with only_writer(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, str(config.index)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexBusyError, match="Another run is writing"):
            _update(config, inbox)
        other.kill()
    assert not (config.corpus / "pages").exists()
    with only_writer(config.index):
        assert _update(config, inbox).run.is_new, "the thread that holds the lock may go on"


# --- an update gives what a build gives ------------------------------------------------------------------------------


def _random_captures(rng: random.Random, folder: Path) -> list[Path]:
    """Write captures of a dozen articles that overlap, contradict each other, and change titles and months."""
    words = "alliance rupture repair burnout video empathy outcome dropout feedback session trust grief sleep".split()
    texts = [" ".join(rng.choices(words, k=60)) + "." for _ in range(12)]
    captures = []
    for number in range(rng.randrange(5, 9)):
        articles = []
        for i in sorted(rng.sample(range(12), rng.randrange(1, 5))):
            title = f"Study number {i} about {words[i]}" + rng.choice(["", "", "", "s"])
            text = texts[i] + rng.choice(["", "", " One sentence more."])
            doi = f"Author, A. ({2000 + i}). A study. Journal, {i}, 1-9. doi: 10.1037/pst{i:07d}" if i % 2 else ""
            articles.append((title, text, doi))
        topic = rng.choice(["", "", "Alliance and Therapeutic Relationship", "Unheard Of"])
        month = rng.choice(["July 2020", "July 2020", "August 2020"])
        captures.append(_page(folder / f"{number}.html", *articles, month=month, topic=topic))
    if rng.random() < 0.5:
        captures.append(folder / "odd.txt")
        captures[-1].write_text("Nothing that a blog would say.\n" * 3, encoding="utf-8")
    return captures


def _answers(generation: Generation, config: Config) -> list[Any]:
    """Return what every engine answers to some questions."""
    found: list[Any] = []
    for engine in ENGINES:
        with closing(open_index(config.index, ROOT / "corpus", engine)) as searcher:
            assert searcher.generation == generation
            for text in ("", "alliance rupture", '"burnout video" -sleep', "studys", "author:author trust"):
                results = searcher.search(SearchRequest(text, size=50))
                found.append((text, results.total, results.hits, results.facets, results.did_you_mean))
    assert found[: len(found) // 2] == found[len(found) // 2 :], "both engines answer alike"
    return found


@pytest.mark.parametrize("seed", range(8))
def test_updates_in_any_order_give_byte_for_byte_what_one_build_gives(
    seed: int, config: Config, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    captures = _random_captures(rng, tmp_path / "captures")
    rng.shuffle(captures)
    built = 0
    while captures:
        n = rng.randrange(1, 4)
        built += _update(config, *captures[:n], allow_removals=99).run.is_new
        captures = captures[n:] if rng.random() < 0.7 else [*captures[n:], captures[0]][: len(captures) - 1]
    assert built > 1
    updated = open_current(config.index)
    other = dataclasses.replace(config, index=tmp_path / "other")
    anew = build_from_pages(other, [], _ignore).generation
    for name in ("articles.jsonl", "inputs.jsonl", "merged.jsonl", "compiled.arrays"):
        assert (updated.folder / name).read_bytes() == (anew.folder / name).read_bytes(), name
    streams = io.StringIO(), io.StringIO()
    write_jsonl(updated, streams[0])
    write_jsonl(anew, streams[1])
    assert streams[0].getvalue() == streams[1].getvalue()
    ours, theirs = updated.report(), anew.report()
    assert {key for key in ours if ours[key] != theirs[key]} <= {"run", "changes", "page_changes", "refused"}
    assert _answers(updated, config) == _answers(anew, other)


def test_many_updates_leave_few_segments_and_no_deleted_document_in_the_answers(config: Config, tmp_path: Path) -> None:
    for i in range(14):
        _page(tmp_path / "a.html", *[(f"Title {j}", f"{LONG} Version {i} of {j}.", "") for j in range(i + 1)])
        (config.corpus / "pages").mkdir(exist_ok=True)
        shutil.copy(tmp_path / "a.html", config.corpus / "pages" / "a.html")
        _update(config)
    live = open_current(config.index)
    assert len(list((live.folder / "whoosh").glob("*.trm"))) <= 4
    other = dataclasses.replace(config, index=tmp_path / "other")
    assert _answers(live, config) == _answers(build_from_pages(other, [], _ignore).generation, other)


def _start_anew_with(config: Config, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by every page that is parsed from now on."""
    parsed: list[str] = []
    real = task.parse_page
    monkeypatch.setattr("indexer.task.parse_page", lambda page: parsed.append(page.path) or real(page))
    return parsed


def test_only_new_captures_are_parsed_and_only_changed_digests_are_indexed(
    config: Config, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _update(config, inbox)
    parsed = _start_anew_with(config, monkeypatch)
    indexed: list[str] = []

    def note(items: Any, n: int, label: str) -> Any:
        for item in items:
            if label == "Indexing digests":
                indexed.append(item.doc_id)
            yield item

    new = _page(inbox / "new.html", ("One more", LONG, ""))
    _update(config, new, progress=note)
    assert (parsed, indexed) == (["new.html"], ["2020-07-one-more"])
    again = _page(inbox / "again.html", ("One more", LONG, ""), month="July 2020", topic="Depression")
    _update(config, again, progress=note)
    assert parsed == ["new.html", "again.html"]
    assert indexed == ["2020-07-one-more"] * 2, "its topic is new"
    shutil.copy(again, inbox / "copy.html")
    with (inbox / "copy.html").open("a") as stream:
        stream.write("<!-- saved again -->")
    _update(config, inbox / "copy.html", progress=note)
    assert indexed == ["2020-07-one-more"] * 2, "one more capture of the same text is nothing to index"


def test_a_changed_table_makes_what_depends_on_it_anew(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    labels = (ROOT / "corpus" / "topics.toml").read_text(encoding="utf-8")
    (config.corpus / "topics.toml").write_text(labels.replace('"alliance"', '"bond"'), encoding="utf-8")
    run = _update(config).run
    assert run.is_new
    assert {change.fields[0].name for change in run.changes.changed} <= {"topics", "research_type"}
    assert any("bond" in change.fields[0].new for change in run.changes.changed)
    assert not _update(config).run.is_new


def test_another_program_parses_everything_anew(config: Config, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _update(config, inbox)
    parsed = _start_anew_with(config, monkeypatch)
    assert (_update(config).run.is_new, parsed) == (False, [])
    monkeypatch.setattr("indexer.task.program_digest", lambda: "another")
    run = _update(config).run
    assert (run.is_new, len(parsed), run.changes.has_any) == (True, 5, False)


def test_a_damaged_index_is_made_anew_from_the_captures(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    ids = _ids(config)
    (open_current(config.index).folder / "articles.jsonl").write_text("")
    assert _update(config).run.is_new
    assert _ids(config) == ids
    (open_current(config.index).folder / "compiled.arrays").write_bytes(b"damaged")
    _update(config, _page(inbox / "new.html", ("One more", LONG, "")))
    assert len(_answers(open_current(config.index), config)) == 10


# --- the report ------------------------------------------------------------------------------------------------------


def test_the_report_names_every_change_field_by_field(config: Config, inbox: Path) -> None:
    _update(config, inbox / "2018-01.html", _page(inbox / "a.html", ("One", LONG, ""), ("Two", OTHER, "")))
    (config.corpus / "pages" / "2018-01.html").unlink()
    _page(config.corpus / "pages" / "a.html", ("One", LONG, ""), ("Two", OTHER + " And more.", ""))
    new = _page(inbox / "b.html", ("Three", THIRD, ""))
    report = _update(config, new).run.generation.report()
    assert report["run"]["command"] == "update"
    assert (report["run"]["parent"], report["run"]["restores"]) == ("000001", None)
    changes = report["changes"]
    assert [entry["id"] for entry in changes["added"]] == ["2020-07-three"]
    assert [entry["id"] for entry in changes["changed"]] == ["2020-07-two"]
    assert [field["name"] for field in changes["changed"][0]["fields"]] == ["summary"]
    assert changes["changed"][0]["fields"][0]["new"].endswith("And more.")
    assert {entry["reason"] for entry in changes["removed"]} == {
        "None of its captures is there any more (2018-01.html)."
    }
    assert (changes["unchanged"], changes["seen_again"]) == (1, 1), "'One' has the same text on the new capture"
    pages = report["page_changes"]
    assert [entry["path"] for entry in pages["added"]] == ["a.html", "b.html"]
    assert [entry["path"] for entry in pages["removed"]] == ["2018-01.html", "a.html"]


def test_problems_that_the_run_before_told_are_not_told_again(config: Config, inbox: Path) -> None:
    odd = inbox / "odd.txt"
    odd.write_text("No month stands here.\n", encoding="utf-8")
    assert [problem.code for problem in _update(config, odd, inbox / "2018-01.html").run.problems] == ["no-month"]
    run = _update(config, inbox / "2018-02.html").run
    assert [problem.code for problem in run.problems if problem.level != "note"] == []
    assert "no-month" in run.generation.report()["problem_counts"]


def test_with_strict_a_new_warning_switches_to_nothing(config: Config, inbox: Path) -> None:
    _update(config, inbox / "2018-01.html")
    odd = inbox / "odd.txt"
    odd.write_text("No month stands here.\n", encoding="utf-8")
    with pytest.raises(InputError, match="no-month"):
        _update(config, odd, strict=True)
    assert current_name(config.index) == "000001"


def test_a_dry_run_reports_what_the_real_run_does_and_leaves_nothing(
    config: Config, inbox: Path, tmp_path: Path
) -> None:
    def report(place: Config, *paths: Path) -> dict[str, Any]:
        found = _update(place, *paths).run.generation.report()
        del found["run"]["at"]
        return found

    for paths in ([inbox / "2018-01.html"], [inbox], [_page(inbox / "a.html", ("One", LONG, "")), inbox / "no.html"]):
        before = _files(tmp_path)
        with dry_run(config) as place:
            dry = report(place, *paths)
        assert _files(tmp_path) == before
        assert dry == report(config, *paths)


# --- removing --------------------------------------------------------------------------------------------------------


def test_a_digest_that_was_removed_stays_removed_until_that_is_taken_back(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    before = (open_current(config.index).folder / "articles.jsonl").read_bytes()
    gone = _ids(config)[2]
    run = remove(config, gone, "It was published by mistake.", _ignore)
    assert [(change.id, change.reason) for change in run.changes.removed] == [(gone, "It was published by mistake.")]
    assert not _update(config, inbox).run.is_new
    _update(config, _page(inbox / "new.html", ("One more", LONG, "")))
    build_from_pages(config, [], _ignore)
    assert gone not in _ids(config)
    with closing(open_index(config.index, ROOT / "corpus")) as searcher:
        stone = searcher.tombstone(gone)
        assert stone is not None
        assert (stone.reason, stone.by) == ("It was published by mistake.", "librarian")
        assert (searcher.records.current_id(gone), searcher.tombstone("2020-07-one-more")) == (None, None)
    (config.corpus / "pages" / "new.html").unlink()
    _update(config)
    undo_removal(config, gone, _ignore)
    assert (open_current(config.index).folder / "articles.jsonl").read_bytes() == before
    assert open_current(config.index).ledger.tombstones == ()


def test_removing_what_is_not_there_or_was_not_removed_is_refused(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    with pytest.raises(NotFoundError, match="no digest '2020-07-nowhere'"):
        remove(config, "2020-07-nowhere", "Why not.", _ignore)
    with pytest.raises(NotFoundError, match="was removed by hand"):
        undo_removal(config, _ids(config)[0], _ignore)
    assert current_name(config.index) == "000001"


def test_a_digest_whose_title_changes_after_its_removal_stays_removed_under_both_ids(
    config: Config, inbox: Path
) -> None:
    reference = "Author, A. (2019). A study. Journal, 3, 1-9. doi: 10.1037/pst0000001"
    both = [("One title of the study", LONG, reference), ("Another", OTHER, "")]
    _update(config, _page(inbox / "a.html", *both))
    remove(config, "2020-07-one-title-of-the-study", "Withdrawn.", _ignore)
    _page(inbox / "b" / "a.html", ("One title of the studies", LONG, reference), both[1])
    _update(config, inbox / "b" / "a.html")
    assert _ids(config) == ["2020-07-another"]
    ledger = open_current(config.index).ledger
    for doc_id in ("2020-07-one-title-of-the-study", "2020-07-one-title-of-the-studies"):
        stone = ledger.tombstone(doc_id)
        assert stone is not None
        assert stone.reason == "Withdrawn."


def test_an_index_of_records_can_lose_a_digest_and_get_it_back_from_the_records(config: Config, tmp_path: Path) -> None:
    records = tmp_path / "r.jsonl"
    records.write_text('{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n', encoding="utf-8")
    build_from_records(config, records, _ignore)
    remove(config, "a", "Wrong.", _ignore)
    build_from_records(config, records, _ignore)
    assert _ids(config) == ["b"]
    undo_removal(config, "a", _ignore)
    build_from_records(config, records, _ignore)
    assert _ids(config) == ["a", "b"]


def test_a_run_that_would_remove_many_digests_is_stopped_until_a_person_says_how_many(
    config: Config, inbox: Path
) -> None:
    rng = random.Random(1)
    titles = [(f"Title {i}", " ".join(rng.choices(LONG.split(), k=60)) + ".", "") for i in range(8)]
    _update(config, inbox, _page(inbox / "many.html", *titles[:6]), _page(inbox / "b.html", *titles[6:]))
    n = len(_ids(config))
    (config.corpus / "pages" / "many.html").unlink()
    message = rf"would remove 6 of {n} digests.*many.html.*pprsearch update --allow-removals 6"
    for allowed in (0, 5):
        with pytest.raises(RemovalError, match=message):
            _update(config, allow_removals=allowed)
    with pytest.raises(RemovalError, match="pprsearch build --allow-removals 6"):
        build_from_pages(config, [], _ignore)
    assert current_name(config.index) == "000001"
    assert len(_update(config, allow_removals=6).run.changes.removed) == 6
    (config.corpus / "pages" / "b.html").unlink()
    assert len(_update(config).run.changes.removed) == 2, "up to five need no word"


# --- rollback and captures set aside ---------------------------------------------------------------------------------


def test_what_a_rollback_set_aside_is_not_read_until_it_is_named(config: Config, inbox: Path) -> None:
    _update(config, inbox / "2018-01.html", inbox / "2018-02.html")
    first = open_current(config.index)
    _update(config, _page(inbox / "bad.html", ("Bad page", LONG, "")))
    capture = next(page for page in open_current(config.index).report()["pages"] if page["path"] == "bad.html")
    aside = SetAside("bad.html", capture["sha256"], "000002", "2020-07-01T00:00:00Z")
    ledger = dataclasses.replace(first.ledger, set_aside=(aside,))
    restored = restore_generation(config.index, first.name, ledger, keep=5)
    assert (restored.name, current_name(config.index)) == ("000003", "000003")
    assert restored == open_current(config.index)
    report = restored.report()
    assert (report["run"]["command"], report["run"]["parent"], report["run"]["restores"]) == (
        "rollback",
        "000002",
        "000001",
    )
    assert [entry["reason"] for entry in report["changes"]["removed"]] == ["Its captures are set aside (bad.html)."]
    assert _answers(restored, config)
    assert not _update(config).run.is_new
    _update(config, inbox)
    assert "2020-07-bad-page" not in _ids(config), "who names a folder names none of its files"
    build_from_pages(config, [], _ignore)
    assert "2020-07-bad-page" not in _ids(config)
    _update(config, inbox / "bad.html")
    assert "2020-07-bad-page" in _ids(config)
    assert open_current(config.index).ledger.set_aside == ()


def test_the_ledger_outlives_a_damaged_live_generation(config: Config, inbox: Path) -> None:
    _update(config, inbox)
    gone = _ids(config)[0]
    remove(config, gone, "Wrong.", _ignore)
    (open_current(config.index).folder / "articles.jsonl").write_text("damaged")
    run = build_from_pages(config, [], _ignore)
    assert gone not in _ids(config)
    assert [problem for problem in run.problems if problem.code == "ledger-lost"] == []
    _update(config, _page(inbox / "new.html", ("One more", LONG, "")))
    (open_current(config.index).folder / "ledger.json").write_text("{}")
    run = build_from_pages(config, [], _ignore)
    assert gone not in _ids(config), "the ledger of the generation before was taken"
    assert [problem.code for problem in run.problems if problem.level == "warning"] == ["ledger-lost"]


# --- killed ----------------------------------------------------------------------------------------------------------


def test_killed_it_leaves_the_old_state_and_the_captures_for_the_next_update(config: Config, inbox: Path) -> None:
    _update(config, inbox / "2018-01.html")
    command = [sys.executable, "-c", "from webui.cli import main; main()", "update", str(inbox)]
    settings = {"PPRSEARCH_CORPUS": str(config.corpus), "PPRSEARCH_INDEX": str(config.index)}
    before = _ids(config)
    for wanted in ("2022-09.html", "000002"):  # when the last capture is stored; when the new folder is there
        run = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
        place = config.corpus / "pages" if wanted.endswith("html") else config.index / "generations"
        while not (place / wanted).exists():
            assert run.poll() is None, "it ended before it was killed"
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert (current_name(config.index), _ids(config)) == ("000001", before)
        assert len(_answers(open_current(config.index), config)) == 10
    assert len(_files(config.corpus / "pages")) == 5
    done = _update(config)
    assert (done.stored.added, len(done.run.changes.pages_added)) == ((), 4)
    assert json.loads((done.run.generation.folder / "report.json").read_bytes())["articles"] == len(_ids(config))
