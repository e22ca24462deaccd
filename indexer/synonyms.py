"""Synonyms and abbreviations of the field, from `corpus/synonyms.toml`: Query -> Query with more ways to satisfy it.

A document that holds a synonym counts as holding the typed words, at the entry's weight times the profile's. Only plain
words are expanded: quoted, prefixed and excluded ones mean what they say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.analysis import analyse
from indexer.errors import ConfigError
from indexer.query import Alternative, Clause, Query
from indexer.schema import SCORED

SYNONYMS_TABLE = "synonyms.toml"
LIGHTEST, HEAVIEST = 0.05, 1.0  # bounds of an entry's weight
MAX_REMEMBERED = 4096  # phrases; the table has some hundred

Phrase = tuple[str, ...]  # terms in a row


@dataclass(frozen=True, slots=True)
class Expansion:
    """What is added when a phrase was typed: another phrase, how it is shown, and its weight."""

    terms: Phrase
    shown: str
    weight: float


class Synonyms:
    """All expansions by typed phrase."""

    def __init__(self, by_phrase: dict[Phrase, tuple[Expansion, ...]]) -> None:
        self.by_phrase = by_phrase
        self._longest: dict[str, int] = {}  # by the first term of a phrase, in terms
        for phrase in by_phrase:
            self._longest[phrase[0]] = max(len(phrase), self._longest.get(phrase[0], 0))
        self._ways: Callable[[Phrase, float], tuple[Alternative, ...]] = lru_cache(MAX_REMEMBERED)(self._make_ways)

    def expand(self, query: Query, weight: float) -> Query:
        """Return the query with synonyms added to its plain clauses; `weight` 0 adds none.

        The longest typed phrase wins ("working alliance" before "alliance"). A phrase of several words adds its
        synonyms to each of the clauses it covers, its weight shared among them, so that "online therapy"
        gains no more by a synonym than a single word does.
        """
        sequence = query.sequence
        if not weight or self._longest.keys().isdisjoint([term for term, _ in sequence]):
            return query
        clauses = list(query.clauses)
        added: list[str] = []
        place = 0
        while place < len(sequence):
            phrase = self._longest_at(sequence, place)
            if phrase:
                numbers = {number for _, number in sequence[place : place + len(phrase)] if number is not None}
                for number in numbers:
                    clause = clauses[number]
                    present = {a.terms for a in clause.alternatives}
                    extra = [way for way in self._ways(phrase, weight / len(numbers)) if way.terms not in present]
                    synonyms = (*clause.synonyms, *extra)
                    clauses[number] = Clause(
                        clause.alternatives, synonyms, clause.required, clause.scored, clause.count
                    )
                    added += [way.typed for way in extra]
            place += len(phrase) or 1
        return Query(
            clauses=tuple(clauses),
            excluded=query.excluded,
            notices=query.notices,
            sequence=sequence,
            added=tuple(dict.fromkeys(added)),
        )

    def _longest_at(self, sequence: Sequence[tuple[str, int | None]], place: int) -> Phrase:
        """Return the longest phrase that has synonyms and begins at a place; () when there is none."""
        for width in range(min(self._longest.get(sequence[place][0], 0), len(sequence) - place), 0, -1):
            phrase = tuple([term for term, _ in sequence[place : place + width]])
            if phrase in self.by_phrase:
                return phrase
        return ()

    def _make_ways(self, phrase: Phrase, weight: float) -> tuple[Alternative, ...]:
        return tuple([Alternative(e.terms, SCORED, e.shown, weight * e.weight) for e in self.by_phrase[phrase]])


def read_synonyms(path: Path) -> Synonyms:
    """Return the synonyms of a file, or ConfigError with file, entry and what is allowed."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend the file.") from error
    entries = tables.pop("synonym", [])
    if tables or not isinstance(entries, list):
        raise ConfigError(
            f"{path} holds something else than [[synonym]] tables: {', '.join(tables) or 'synonym'}. Mend it."
        )
    found: dict[Phrase, dict[Phrase, Expansion]] = {}
    for number, entry in enumerate(entries, 1):
        where = f"{path}: entry {number}"
        sources, targets, weight = _read_entry(where, entry)
        for typed in sources:
            for target in targets:
                source, terms = _terms(where, typed), _terms(where, target)
                known = found.setdefault(source, {})
                if source != terms and (terms not in known or known[terms].weight < weight):
                    known[terms] = Expansion(terms, target, weight)
    by_phrase = {source: tuple(known.values()) for source, known in found.items()}
    return Synonyms(by_phrase)


def _read_entry(where: str, entry: object) -> tuple[list[str], list[str], float]:
    """Return (typed, added, weight) of one [[synonym]] table."""
    if not isinstance(entry, dict) or set(entry) not in (
        {"both", "weight", "reason"},
        {"from", "to", "weight", "reason"},
    ):
        raise ConfigError(f"{where} must have the keys both (or: from and to), weight, reason, and no others.")
    lists = [entry[key] for key in ("both", "from", "to") if key in entry]
    if not all(isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts) for texts in lists):
        raise ConfigError(f"{where}: both, from and to are lists of texts.")
    weight, reason = entry["weight"], entry["reason"]
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not LIGHTEST <= weight <= HEAVIEST:
        raise ConfigError(f"{where}: weight is {weight!r}, but must be a number from {LIGHTEST} to {HEAVIEST:g}.")
    if not isinstance(reason, str) or not reason.strip():
        raise ConfigError(f"{where}: say in `reason` why readers want this.")
    return lists[0], lists[-1], float(weight)


def _terms(where: str, text: str) -> Phrase:
    terms = tuple(analyse(text).terms)
    if not terms:
        raise ConfigError(f"{where}: '{text}' holds no word.")
    return terms
