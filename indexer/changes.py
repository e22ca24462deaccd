"""What a run changed: the records before and after it -> a report for people, kept in the generation.

Input: lines of records (`articles.jsonl`) before and after, the ledgers, the captures. Output: `Changes`, as values, as
JSON and as lines to print. A digest is changed when something is that a reader sees; which captures show it, and where
they prove its topics, is provenance: new with every monthly walk of the blog, and of interest only when asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from indexer.ledger import Ledger
from indexer.model import Article, Assignment, Capture
from indexer.records import restore_record

SHOWN_CHARS = 60  # of an old and a new value: enough to recognise them, and two fit in a line
SHOWN_LINES = 20  # of each kind on the screen; the report has them all


class FieldChange(NamedTuple):
    """One field of a record; values as text, shortened around the first character that differs. "" means absent."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One digest that a run added, changed or removed.

    reason     why it was removed, or why it is back; "" when there is nothing to say.
    former_id  its id before the run when that was another one.
    fields     what changed for a reader, in the order of `Article`.
    """

    id: str
    title: str
    reason: str = ""
    former_id: str | None = None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run did to the digests, each list by id, and to the captures, by path.

    unchanged, pages_unchanged  how many are as they were; `seen_again` of the unchanged digests are on new captures.
    """

    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    unchanged: int = 0
    seen_again: int = 0
    pages_added: tuple[Capture, ...] = ()
    pages_removed: tuple[Capture, ...] = ()
    pages_unchanged: int = 0

    @property
    def has_any(self) -> bool:
        """Tell whether anything is not as it was."""
        return bool(self.added or self.changed or self.removed or self.pages_added or self.pages_removed)


class State(NamedTuple):
    """The records of a generation, one line each by id, the captures they came from, and its ledger."""

    records: Mapping[str, str]
    captures: Sequence[Capture]
    ledger: Ledger


NOTHING = State({}, (), Ledger())


def compare(before: State, after: State, articles: Iterable[Article]) -> Changes:
    """Return what changed. Only records whose lines differ are parsed.

    articles  those of `after`. One that took over the id of an article that is no longer there counts as changed.
    """
    added, changed = [], []
    seen_again = 0
    renamed: set[str] = set()
    for article in articles:
        line = before.records.get(article.id)
        if line == after.records[article.id]:
            continue
        former = None if line else next(_gone_ids(article, before, after), None)
        if former:
            renamed.add(former)
            line = before.records[former]
        if line:
            old = restore_record(line)
            if fields := _fields(old, article):
                changed.append(Change(article.id, article.title, "", former, fields))
            else:
                seen_again += not set(article.captures).issubset(old.captures)
        else:
            stone = before.ledger.tombstone(article.id)
            added.append(
                Change(article.id, article.title, f"It is back; it was removed: {stone.reason}" if stone else "")
            )
    captures = {(capture.path, capture.sha256) for capture in after.captures}
    known = {(capture.path, capture.sha256) for capture in before.captures}
    removed = []
    for doc_id in sorted(before.records.keys() - after.records.keys() - renamed):
        article = restore_record(before.records[doc_id])
        removed.append(Change(doc_id, article.title, _why_removed(article, after, captures)))
    return Changes(
        tuple(added),
        tuple(changed),
        tuple(removed),
        len(after.records) - len(added) - len(changed),
        seen_again,
        tuple(capture for capture in after.captures if (capture.path, capture.sha256) not in known),
        tuple(capture for capture in before.captures if (capture.path, capture.sha256) not in captures),
        len(captures & known),
    )


def _gone_ids(article: Article, before: State, after: State) -> Iterator[str]:
    return (old for old in article.former_ids if old in before.records and old not in after.records)


def _why_removed(article: Article, after: State, captures: set[tuple[str, str]]) -> str:
    if stone := after.ledger.tombstone(article.id):
        return stone.reason
    aside = {(one.path, one.sha256) for one in after.ledger.set_aside}
    places = [(capture.path, capture.sha256) for capture in article.captures]
    paths = ", ".join(path for path, _ in places)
    if any(place in captures for place in places):
        return f"Its captures are read in another way now ({paths})."
    if any(place in aside for place in places):
        return f"Its captures are set aside ({paths})."
    return f"None of its captures is there any more ({paths})." if paths else "It is not among the records any more."


def _fields(old: Article, new: Article) -> tuple[FieldChange, ...]:
    names = [field.name for field in dataclasses.fields(Article) if field.name != "captures"]
    values = [(name, _shown(getattr(old, name)), _shown(getattr(new, name))) for name in names]
    return tuple(FieldChange(name, *_excerpts(a, b)) for name, a, b in values if a != b)


def _shown(value: Any) -> str:
    """Return the value of a field as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(_shown(item) for item in value)
    if isinstance(value, Assignment):
        return f"{value.value} | {value.source}"  # not its evidence
    if dataclasses.is_dataclass(value):
        parts = [_shown(getattr(value, field.name)) for field in dataclasses.fields(value)]
        return " | ".join(part for part in parts if part)
    return str(value)


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Return both texts from shortly before the first character that differs."""
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    begin = same - SHOWN_CHARS // 3 if same > SHOWN_CHARS // 2 else 0

    def cut(text: str) -> str:
        end = "…" if len(text) > begin + SHOWN_CHARS else ""
        return ("…" if begin else "") + text[begin : begin + SHOWN_CHARS] + end

    return cut(old), cut(new)


# --- as JSON and as lines --------------------------------------------------------------------------------------------


def render_changes(changes: Changes) -> dict[str, Any]:
    """Return the changes as `report.json` holds them.

    {"changes": {"added": [{"id", "title", "reason"}], "changed": [{"id", "title", "former_id", "fields": [{"name",
    "old", "new"}]}], "removed": [{"id", "title", "reason"}], "unchanged": n, "seen_again": n},
    "page_changes": {"added": [{"path", "sha256"}], "removed": [{"path", "sha256"}], "unchanged": n}}
    """
    return {
        "changes": {
            "added": [{"id": one.id, "title": one.title, "reason": one.reason} for one in changes.added],
            "changed": [
                {
                    "id": one.id,
                    "title": one.title,
                    "former_id": one.former_id,
                    "fields": [field._asdict() for field in one.fields],
                }
                for one in changes.changed
            ],
            "removed": [{"id": one.id, "title": one.title, "reason": one.reason} for one in changes.removed],
            "unchanged": changes.unchanged,
            "seen_again": changes.seen_again,
        },
        "page_changes": {
            "added": [{"path": one.path, "sha256": one.sha256} for one in changes.pages_added],
            "removed": [{"path": one.path, "sha256": one.sha256} for one in changes.pages_removed],
            "unchanged": changes.pages_unchanged,
        },
    }


def describe_changes(changes: Changes) -> list[str]:
    """Return the changes as lines to print: one of counts for pages and digests each, then every change."""
    counts = (len(changes.pages_added), len(changes.pages_removed), changes.pages_unchanged)
    lines = ["Pages: {} added, {} removed, {} unchanged.".format(*counts)]
    digests = (len(changes.added), len(changes.changed), len(changes.removed), changes.unchanged)
    lines.append("Digests: {} added, {} changed, {} removed, {} unchanged.".format(*digests))
    if changes.seen_again:
        lines.append(f"  Seen again on new captures: {changes.seen_again} of the unchanged.")
    lines += _limited([[f"  + {one.id}  “{one.title}” {one.reason}".rstrip()] for one in changes.added])
    lines += _limited([_describe_change(one) for one in changes.changed])
    lines += _limited([[f"  - {one.id}  “{one.title}” {one.reason}".rstrip()] for one in changes.removed])
    return lines


def _describe_change(change: Change) -> list[str]:
    former = f" (was {change.former_id})" if change.former_id else ""
    return [
        f"  ~ {change.id}{former}  “{change.title}”",
        *(f"      {field.name}: “{field.old}” -> “{field.new}”" for field in change.fields),
    ]


def _limited(groups: Sequence[list[str]]) -> list[str]:
    lines = [line for group in groups[:SHOWN_LINES] for line in group]
    left = len(groups) - SHOWN_LINES
    return [*lines, f"  and {left} more, listed in the report"] if left > 0 else lines
