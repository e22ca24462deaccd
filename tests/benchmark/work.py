"""The nouns of the benchmark: the question that is asked, the answer, and what an engine under test must do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

FIELDS = ("title", "summary", "implications", "citation")  # searched in every engine that knows fields
TITLE_WEIGHT = 2.5  # of profile `plain`; the other fields weigh 1
HITS = 10
SNIPPET_CHARS = 240  # asked for, where an engine lets us choose
FACETS = ("topic", "type", "year")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Question:
    """Words, and choices of facet values: OR within a facet, AND across. `years` is a range, both inclusive."""

    words: tuple[str, ...]
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    years: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def filtered(self) -> tuple[str, ...]:
        """The facets in which something was chosen."""
        chosen = {"topic": self.topics, "type": self.types, "year": self.years}
        return tuple(facet for facet in FACETS if chosen[facet])

    def to_json(self) -> dict[str, Any]:
        return {"words": self.words, "topics": self.topics, "types": self.types, "years": self.years}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Question:
        years = data["years"]
        low_high = (years[0], years[1]) if years else None
        return Question(tuple(data["words"]), tuple(data["topics"]), tuple(data["types"]), low_high)


@dataclass(frozen=True, slots=True)
class Answer:
    """What engines are compared by. `counts`: per facet, the values that have matches and how many."""

    total: int
    ids: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    snippets: int  # how many hits came with a text that has something marked in it


class EngineUnderTest(Protocol):
    """An engine as the benchmark uses it: built once into a folder, opened often."""

    @staticmethod
    def version() -> str:
        """Name and version of the library; ImportError when it is not installed."""

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        """Index a file of records into an empty folder; return what else is worth reporting."""

    def __init__(self, folder: Path) -> None:
        """Open what `build` wrote."""

    def ask(self, question: Question) -> Any:
        """Do the whole unit of work: this is timed. The result is the engine's own; nothing may be left lazy."""

    def answer(self, raw: Any) -> Answer:
        """Return the result of `ask` in the form that can be compared: not timed."""

    def close(self) -> None:
        """Give back files."""


def read_corpus(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a corpus file as the peers index them: flat texts and facet values.

    It is here, not in corpus.py, so that a peer's process loads nothing of the product.
    """
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            yield {
                "id": record["id"],
                "title": record["title"],
                "summary": "\n\n".join(record["summary"]),
                "implications": "\n\n".join(record["implications"]),
                "citation": record["citation"]["printed"],
                "topic": [topic["value"] for topic in record["topics"]],
                "type": record["research_type"]["value"],
                "year": int(record["month"][:4]),
            }
