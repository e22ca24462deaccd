"""What a run changed: which records, field by field, why what is gone is gone, and how it is printed."""

from __future__ import annotations

import dataclasses

from indexer.changes import NOTHING, Changes, FieldChange, State, compare, describe_changes, render_changes
from indexer.ledger import Ledger, SetAside, Tombstone
from indexer.model import Article, Assignment, Capture
from indexer.records import record_line

PAGE = Capture("a.html", "1")
ALLIANCE = Article("2020-07-alliance", "Alliance", "2020-07", 2020, summary=("About it.",), captures=(PAGE,))
BURNOUT = Article(
    "2020-08-burnout", "Burnout", "2020-08", 2020, summary=("Tired.",), captures=(Capture("b.html", "2"),)
)


def _state(*articles: Article, ledger: Ledger | None = None) -> State:
    captures = dict.fromkeys(capture for article in articles for capture in article.captures)
    return State({article.id: record_line(article) for article in articles}, list(captures), ledger or Ledger())


def _compare(before: tuple[Article, ...], after: tuple[Article, ...], ledger: Ledger | None = None) -> Changes:
    return compare(_state(*before), _state(*after, ledger=ledger), after)


def test_beside_nothing_everything_is_added() -> None:
    changes = compare(NOTHING, _state(ALLIANCE, BURNOUT), (ALLIANCE, BURNOUT))
    assert [change.id for change in changes.added] == ["2020-07-alliance", "2020-08-burnout"]
    assert [capture.path for capture in changes.pages_added] == ["a.html", "b.html"]
    assert (changes.changed, changes.removed, changes.unchanged) == ((), (), 0)


def test_beside_the_same_nothing_is_changed() -> None:
    changes = _compare((ALLIANCE, BURNOUT), (ALLIANCE, BURNOUT))
    assert changes == Changes(unchanged=2, pages_unchanged=2)
    assert not changes.has_any


def test_changed_fields_have_their_old_and_new_values() -> None:
    new = dataclasses.replace(
        ALLIANCE,
        email="Author email: x@example.org",
        topics=(Assignment("alliance", "page", ("a.html",)), Assignment("outcome", "rules")),
    )
    (change,) = _compare((ALLIANCE, BURNOUT), (new, BURNOUT)).changed
    assert change.fields == (
        FieldChange("email", "", "Author email: x@example.org"),
        FieldChange("topics", "", "alliance | page; outcome | rules"),
    )


def test_a_digest_on_newer_captures_is_unchanged_and_counted_as_seen_again() -> None:
    newer = Capture("a.html", "9", fetched_at="2020-09-01T00:00:00Z")
    proven = Assignment("alliance", "page", ("a.html",))
    old = dataclasses.replace(ALLIANCE, topics=(proven,), research_type=Assignment("review", "rules", ("review",)))
    new = dataclasses.replace(
        old,
        captures=(newer, PAGE),
        topics=(Assignment("alliance", "page", ("a.html", "c.html")),),
        research_type=Assignment("review", "rules", ("a review",)),
    )
    changes = _compare((old, BURNOUT), (new, BURNOUT))
    assert (changes.changed, changes.unchanged, changes.seen_again) == ((), 2, 1)
    assert describe_changes(changes)[1:] == [
        "Digests: 0 added, 0 changed, 0 removed, 2 unchanged.",
        "  Seen again on new captures: 1 of the unchanged.",
    ]
    by_rules = dataclasses.replace(new, topics=(Assignment("alliance", "rules"),))
    (change,) = _compare((old, BURNOUT), (by_rules, BURNOUT)).changed
    assert change.fields == (FieldChange("topics", "alliance | page", "alliance | rules"),)


def test_a_digest_that_only_lost_a_capture_is_unchanged_and_not_seen_again() -> None:
    twice = dataclasses.replace(ALLIANCE, captures=(PAGE, Capture("c.html", "3")))
    changes = _compare((twice,), (ALLIANCE,))
    assert (changes.changed, changes.unchanged, changes.seen_again) == ((), 1, 0)


def test_long_values_are_shortened_around_what_differs() -> None:
    old = dataclasses.replace(ALLIANCE, summary=("x" * 1000 + " old " + "y" * 1000,))
    new = dataclasses.replace(ALLIANCE, summary=("x" * 1000 + " new " + "y" * 1000,))
    ((field,),) = [change.fields for change in _compare((old,), (new,)).changed]
    assert field.old == "…" + "x" * 19 + " old " + "y" * 36 + "…"
    assert field.new == "…" + "x" * 19 + " new " + "y" * 36 + "…"


def test_a_digest_under_a_new_id_is_changed_and_neither_added_nor_removed() -> None:
    new = dataclasses.replace(ALLIANCE, id="2020-07-alliances", title="Alliances", former_ids=("2020-07-alliance",))
    changes = _compare((ALLIANCE, BURNOUT), (new, BURNOUT))
    assert (changes.added, changes.removed, changes.unchanged) == ((), (), 1)
    (change,) = changes.changed
    assert (change.id, change.former_id) == ("2020-07-alliances", "2020-07-alliance")
    assert [field.name for field in change.fields] == ["id", "title", "former_ids"]


def test_a_removed_digest_has_the_reason_that_applies() -> None:
    def reason(after: tuple[Article, ...], ledger: Ledger | None = None) -> str:
        (change,) = _compare((ALLIANCE, BURNOUT), after, ledger).removed
        assert change.id == "2020-07-alliance"
        return change.reason

    stone = Tombstone("2020-07-alliance", "Alliance", "2020-07", (), "Withdrawn.", "2020-09-01T00:00:00Z", "librarian")
    aside = SetAside("a.html", "1", "000002", "2020-09-01T00:00:00Z")
    assert reason((BURNOUT,), Ledger((stone,))) == "Withdrawn."
    assert reason((BURNOUT,), Ledger(set_aside=(aside,))) == "Its captures are set aside (a.html)."
    assert reason((BURNOUT,)) == "None of its captures is there any more (a.html)."
    also_there = dataclasses.replace(BURNOUT, captures=(*BURNOUT.captures, PAGE))
    assert reason((also_there,)) == "Its captures are read in another way now (a.html)."
    (change,) = _compare((Article("x", "X"), BURNOUT), (BURNOUT,)).removed
    assert change.reason == "It is not among the records any more."


def test_a_digest_that_is_back_says_why_it_was_gone() -> None:
    stone = Tombstone("2020-07-alliance", "Alliance", "2020-07", (), "Withdrawn.", "2020-09-01T00:00:00Z", "walk")
    (change,) = compare(_state(ledger=Ledger((stone,))), _state(ALLIANCE), (ALLIANCE,)).added
    assert change.reason == "It is back; it was removed: Withdrawn."


def test_captures_are_compared_by_path_and_bytes() -> None:
    moved = dataclasses.replace(ALLIANCE, captures=(Capture("a.html", "3"),))
    changes = _compare((ALLIANCE, BURNOUT), (moved, BURNOUT))
    assert [capture.sha256 for capture in changes.pages_added] == ["3"]
    assert [capture.sha256 for capture in changes.pages_removed] == ["1"]
    assert changes.pages_unchanged == 1


def test_the_lines_to_print_give_counts_then_every_change_up_to_twenty_of_a_kind() -> None:
    many = tuple(Article(f"a{i:02d}", "Title") for i in range(25))
    new = dataclasses.replace(BURNOUT, title="Burn-out")
    lines = describe_changes(_compare((ALLIANCE, BURNOUT), (*many, new)))
    assert lines[:3] == [
        "Pages: 0 added, 1 removed, 1 unchanged.",
        "Digests: 25 added, 1 changed, 1 removed, 0 unchanged.",
        "  + a00  “Title”",
    ]
    assert lines[22:] == [
        "  and 5 more, listed in the report",
        "  ~ 2020-08-burnout  “Burn-out”",
        "      title: “Burnout” -> “Burn-out”",
        "  - 2020-07-alliance  “Alliance” None of its captures is there any more (a.html).",
    ]


def test_the_report_has_the_changes_as_plain_values() -> None:
    new = dataclasses.replace(BURNOUT, title="Burn-out")
    assert render_changes(_compare((ALLIANCE, BURNOUT), (new,))) == {
        "changes": {
            "added": [],
            "changed": [
                {
                    "id": "2020-08-burnout",
                    "title": "Burn-out",
                    "former_id": None,
                    "fields": [{"name": "title", "old": "Burnout", "new": "Burn-out"}],
                }
            ],
            "removed": [
                {
                    "id": "2020-07-alliance",
                    "title": "Alliance",
                    "reason": "None of its captures is there any more (a.html).",
                }
            ],
            "unchanged": 0,
            "seen_again": 0,
        },
        "page_changes": {"added": [], "removed": [{"path": "a.html", "sha256": "1"}], "unchanged": 1},
    }
