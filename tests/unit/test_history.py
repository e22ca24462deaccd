"""What the kept generations say about their runs, and going back to one of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from indexer.changes import Change, Changes, FieldChange
from indexer.errors import IndexBusyError, IndexMissingError, InputError, StoreError
from indexer.generations import Generation, open_current
from indexer.history import RunReport, read_history, read_run
from indexer.ledger import Ledger, SetAside, Tombstone
from indexer.model import Article, Capture, Problem
from indexer.parsed import ParsedPage
from indexer.ranking import PARAMETERS, Profile
from indexer.records import Ingest
from indexer.rollback import plan_rollback, roll_back
from indexer.writing import Making, build_generation

PROFILE = Profile("plain", dict.fromkeys(PARAMETERS, 1.0))
ALLIANCE = Article("2020-07-alliance", "Alliance", "2020-07", 2020, summary=("About the alliance.",))
BURNOUT = Article("2020-08-burnout", "Burnout", "2020-08", 2020, summary=("About burnout.",))
KEEP = 5


def _make(
    index: Path, articles: tuple[Article, ...], captures: str, problems: tuple[Problem, ...] = (), **making: Any
) -> Generation:
    """Make a generation as a run does, from captures called by one letter each; its parent is what is live."""
    pages = tuple(ParsedPage(_capture(letter)) for letter in captures)
    live = next((entry.name for entry in read_history(index) if entry.is_live), None)
    ledger = making.pop("ledger", open_current(index).ledger if live else Ledger())
    return build_generation(
        index,
        Ingest(articles, problems, (*pages, *problems)),
        source="pages",
        inputs="a digest",
        labels={},
        profile=PROFILE,
        keep=KEEP,
        making=Making(**{"command": "update", "parent": live, "ledger": ledger, **making}),
    )


def _capture(letter: str) -> Capture:
    return Capture(f"{letter}.html", letter * 64)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """000001 of capture a, 000002 of a and b."""
    _make(tmp_path, (ALLIANCE,), "a", command="build")
    _make(tmp_path, (ALLIANCE, BURNOUT), "ab", changes=Changes(added=(Change(BURNOUT.id, "Burnout"),), unchanged=1))
    return tmp_path


def _aside(index: Path) -> dict[str, str]:
    return {one.path: one.run for one in open_current(index).ledger.set_aside}


def _live_ids(index: Path) -> list[str]:
    return list(open_current(index).lines())


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_kept_generations_are_listed_newest_first_with_what_made_them(index: Path) -> None:
    newest, oldest = read_history(index)
    assert (newest.name, newest.is_live, newest.source, newest.articles) == ("000002", True, "pages", 2)
    assert (newest.run.command, newest.run.parent, newest.run.restores) == ("update", "000001", None)
    assert (newest.run.added, newest.run.unchanged) == ((Change(BURNOUT.id, "Burnout"),), 1)
    assert newest.run.captures == (_capture("a"), _capture("b"))
    assert (oldest.name, oldest.is_live, oldest.run.command, oldest.run.parent) == ("000001", False, "build", None)


def test_a_report_gives_back_what_the_run_wrote(tmp_path: Path) -> None:
    changes = Changes(
        added=(Change("a", "A", "It is back."),),
        changed=(Change("b", "B", "", "old-b", (FieldChange("title", "A", "B"),)),),
        removed=(Change("c", "C", "Asked for."),),
        unchanged=7,
    )
    skipped = Problem("empty", "The file is empty.", "x.html", level="skipped")
    note = Problem("same-file", "The same file.", "y.html", level="note")
    warning = Problem("no-citation", "No reference.", "a.html", "A")
    refused = Problem("not-a-page", "No page.", "z.pdf", level="skipped")
    folder = _make(tmp_path, (ALLIANCE,), "a", (skipped, note, warning, warning), changes=changes, refused=(refused,))
    run = read_run(folder.folder)
    assert (run.added, run.changed, run.removed, run.unchanged) == (
        changes.added,
        changes.changed,
        changes.removed,
        7,
    )
    assert run.skipped == (skipped, refused)
    assert run.warnings == {"empty": 1, "no-citation": 2, "not-a-page": 1}


def test_a_folder_without_an_index_has_no_history(tmp_path: Path) -> None:
    assert read_history(tmp_path) == read_history(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pages": 3}', '{"pages": [], "problems": [1]}', "\0"])
def test_a_damaged_report_is_told_and_the_other_generations_are_listed(content: str, index: Path) -> None:
    report = index / "generations" / "000002" / "report.json"
    report.write_text(content, encoding="utf-8")
    damaged, sound = read_history(index)
    assert str(report) in damaged.unreadable and "pprsearch check" in damaged.unreadable
    assert damaged.run == RunReport()
    assert sound.unreadable == ""


def test_numbers_beyond_six_digits_and_other_folders_are_no_trouble(index: Path) -> None:
    folders = index / "generations"
    (folders / "000001").rename(folders / "1000000")
    (folders / "notes").mkdir()
    assert [entry.name for entry in read_history(index)] == ["1000000", "000002"]


# --- going back ------------------------------------------------------------------------------------------------------


def test_going_back_brings_the_records_back_and_sets_aside_what_the_undone_run_brought(index: Path) -> None:
    before = (index / "generations" / "000001" / "articles.jsonl").read_bytes()
    name, done = roll_back(index, None, KEEP)
    assert (name, done.target.name, [entry.name for entry in done.undone]) == ("000003", "000001", ["000002"])
    assert (open_current(index).folder / "articles.jsonl").read_bytes() == before
    assert _aside(index) == {"b.html": "000002"}
    newest = read_history(index)[0]
    assert (newest.run.command, newest.run.parent, newest.run.restores) == ("rollback", "000002", "000001")
    assert [change.id for change in newest.run.removed] == [BURNOUT.id]


def test_going_back_twice_goes_two_runs_back_and_not_forth_again(index: Path) -> None:
    _make(index, (BURNOUT,), "abc")
    assert roll_back(index, None, KEEP)[1].target.name == "000002"
    assert roll_back(index, None, KEEP)[1].target.name == "000001"
    assert _live_ids(index) == [ALLIANCE.id]
    assert _aside(index) == {"b.html": "000002", "c.html": "000003"}
    with pytest.raises(InputError, match="is the first of those that are kept, so there is nothing to go back to"):
        roll_back(index, None, KEEP)


def test_going_back_by_name_undoes_every_run_since_and_names_the_run_that_took_a_capture_in_first(index: Path) -> None:
    _make(index, (BURNOUT,), "abc")
    _, done = roll_back(index, "000001", KEEP)
    assert [entry.name for entry in done.undone] == ["000003", "000002"]
    assert _aside(index) == {"b.html": "000002", "c.html": "000003"}


def test_what_was_set_aside_before_stays_aside_when_a_later_run_is_undone(index: Path) -> None:
    roll_back(index, None, KEEP)  # 000003: without b
    _make(index, (ALLIANCE,), "ac")  # 000004
    roll_back(index, None, KEEP)
    assert _aside(index) == {"b.html": "000002", "c.html": "000004"}


def test_a_capture_that_was_taken_back_is_set_aside_again_when_that_is_undone(index: Path) -> None:
    roll_back(index, None, KEEP)
    _make(index, (ALLIANCE, BURNOUT), "ab", ledger=Ledger())  # 000004: b was named
    roll_back(index, None, KEEP)
    assert set(_aside(index)) == {"b.html"}


def test_the_same_page_saved_again_is_another_capture(index: Path) -> None:
    changed = ParsedPage(Capture("a.html", "f" * 64))
    ingest = Ingest((ALLIANCE,), (), (changed,))
    making = Making(command="update", parent="000002")
    build_generation(index, ingest, source="pages", inputs="", labels={}, profile=PROFILE, keep=KEEP, making=making)
    _, done = roll_back(index, None, KEEP)
    assert [(one.path, one.sha256) for one in done.aside] == [("a.html", "f" * 64)]


def test_a_removal_that_is_undone_leaves_no_tombstone(index: Path) -> None:
    stone = Tombstone(BURNOUT.id, "Burnout", "2020-08", (), "Asked for.", "2020-09-01T00:00:00Z", "librarian")
    _make(index, (ALLIANCE,), "ab", command="remove", ledger=Ledger((stone,)))
    assert open_current(index).ledger.tombstones == (stone,)
    roll_back(index, None, KEEP)
    assert open_current(index).ledger == Ledger()
    assert _live_ids(index) == [ALLIANCE.id, BURNOUT.id]


def test_an_undone_generation_cannot_be_gone_back_to_and_the_message_says_what_to_do(index: Path) -> None:
    roll_back(index, None, KEEP)
    with pytest.raises(InputError) as caught:
        roll_back(index, "000002", KEEP)
    assert "its run was undone" in str(caught.value) and "pprsearch update FILE" in str(caught.value)
    assert open_current(index).name == "000003"


@pytest.mark.parametrize(
    ("name", "reason"), [("000002", "is live already"), ("000009", "is not kept"), ("../000001", "is not kept")]
)
def test_what_is_no_earlier_generation_is_refused_with_those_that_are(name: str, reason: str, index: Path) -> None:
    with pytest.raises(InputError, match=f"Generation {name} {reason}. You can go back to: 000001."):
        roll_back(index, name, KEEP)


def test_where_nothing_was_built_there_is_nothing_to_go_back_from_and_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="pprsearch build"):
        roll_back(tmp_path / "nowhere", None, KEEP)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_generation_is_not_gone_back_to(index: Path) -> None:
    (index / "generations" / "000001" / "articles.jsonl").write_bytes(b"{}\n")
    with pytest.raises(StoreError, match=r"000001 is damaged .* nothing was changed"):
        roll_back(index, None, KEEP)
    assert open_current(index).name == "000002"


def test_a_generation_of_another_version_of_the_program_is_not_gone_back_to(index: Path) -> None:
    manifest = index / "generations" / "000001" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": "another"}))
    with pytest.raises(StoreError, match="000001 was made with another version of the program"):
        roll_back(index, None, KEEP)
    assert open_current(index).name == "000002"


def test_from_a_damaged_live_generation_one_can_go_back(index: Path) -> None:
    (index / "generations" / "000002" / "whoosh").rename(index / "generations" / "000002" / "lost")
    roll_back(index, None, KEEP)
    assert (_live_ids(index), _aside(index)) == ([ALLIANCE.id], {"b.html": "000002"})


def test_when_the_report_of_the_undone_run_is_lost_that_is_told(index: Path) -> None:
    (index / "generations" / "000002" / "report.json").unlink()
    _, done = roll_back(index, None, KEEP)
    assert [entry.name for entry in done.unknown] == ["000002"]
    assert (_live_ids(index), _aside(index)) == ([ALLIANCE.id], {})


def test_while_another_run_is_at_work_nothing_is_undone(index: Path) -> None:
    with FileLock(index / "lock"), pytest.raises(IndexBusyError, match="Another run is writing"):
        roll_back(index, None, KEEP)
    assert open_current(index).name == "000002"


def test_reports_that_point_in_a_circle_lead_nowhere(index: Path) -> None:
    for name, other in (("000001", "000002"), ("000002", "000001")):
        path = index / "generations" / name / "report.json"
        report = json.loads(path.read_text())
        report["run"] |= {"parent": other, "restores": other}
        path.write_text(json.dumps(report))
    with pytest.raises(InputError, match="nothing to go back to"):
        plan_rollback(index)


def test_only_so_many_generations_are_kept_when_going_back_too(index: Path) -> None:
    _make(index, (BURNOUT,), "abc")
    roll_back(index, None, 2)
    assert [entry.name for entry in read_history(index)] == ["000004", "000003"]
    with pytest.raises(InputError, match="nothing to go back to"):
        roll_back(index, None, 2)


def test_what_is_set_aside_is_a_value_with_place_run_and_time(index: Path) -> None:
    (one,) = roll_back(index, None, KEEP)[1].aside
    assert replace(one, at="") == SetAside("b.html", "b" * 64, "000002", "")
    assert len(one.at) == len("2020-07-03T10:11:12Z")
