"""Xapian, by "Getting Started with Xapian" (getting-started-with-xapian.readthedocs.io): "Facets", "Boolean filters".

Counts by ValueCountMatchSpy over value slots, made exact by `checkatleast`. A slot holds one value, so the topics of an
article are one joined value, and the counts of joined values are added up: there are fewer of them than matches.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import xapian

from benchmark.work import FACETS, FIELDS, HITS, SNIPPET_CHARS, TITLE_WEIGHT, Answer, Question, read_corpus

FILE = "xapian"
SLOTS = {facet: slot for slot, facet in enumerate(FACETS)}
PREFIXES = {"topic": "XTOPIC:", "type": "XTYPE:", "year": "XYEAR:"}
TITLE_TIMES = round(TITLE_WEIGHT)  # Xapian weighs a field by counting its words several times: whole numbers only


class Xapian:
    """Ranked by Xapian's BM25 over all fields, the words of the title counted twice."""

    @staticmethod
    def version() -> str:
        return f"Xapian {xapian.version_string()}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        db = xapian.WritableDatabase(str(folder / FILE), xapian.DB_CREATE_OR_OPEN)
        generator = xapian.TermGenerator()
        generator.set_stemmer(xapian.Stem("en"))
        for record in read_corpus(records):
            doc = xapian.Document()
            generator.set_document(doc)
            for field in FIELDS:
                generator.index_text(record[field], TITLE_TIMES if field == "title" else 1)
                generator.increase_termpos()
            for facet in FACETS:
                values = record[facet] if isinstance(record[facet], list) else [str(record[facet])]
                doc.add_value(SLOTS[facet], "\t".join(values))
                for value in values:
                    doc.add_boolean_term(PREFIXES[facet] + value)
            doc.set_data(json.dumps([record[key] for key in ("id", "title", "summary", "implications")]))
            db.add_document(doc)
        db.commit()
        db.close()
        return {}

    def __init__(self, folder: Path) -> None:
        self._db = xapian.Database(str(folder / FILE))
        self._stemmer = xapian.Stem("en")
        self._parser = xapian.QueryParser()
        self._parser.set_stemmer(self._stemmer)
        self._parser.set_stemming_strategy(xapian.QueryParser.STEM_SOME)
        self._parser.set_default_op(xapian.Query.OP_OR)

    def ask(self, question: Question) -> Any:
        words = self._parser.parse_query(question.text, 0)
        filters = _filters(question)
        free = [facet for facet in FACETS if facet not in filters]
        mset, counts = self._search(words, list(filters.values()), HITS, free)
        for facet in filters:
            others = [part for name, part in filters.items() if name != facet]
            counts |= self._search(words, others, 0, [facet])[1]
        hits = []
        for match in mset:
            doc_id, title, *texts = json.loads(match.document.get_data())
            for text in texts:
                extract = mset.snippet(
                    text, SNIPPET_CHARS, self._stemmer, xapian.MSet.SNIPPET_EMPTY_WITHOUT_MATCH
                ).decode()
                if extract:
                    break
            hits.append((doc_id, title, extract))
        return mset.get_matches_estimated(), hits, counts

    def _search(self, words: Any, filters: list[Any], n: int, facets: list[str]) -> tuple[Any, dict[str, Any]]:
        enquire = xapian.Enquire(self._db)
        for part in filters:
            words = xapian.Query(xapian.Query.OP_FILTER, words, part)
        enquire.set_query(words)
        spies = {facet: xapian.ValueCountMatchSpy(SLOTS[facet]) for facet in facets}
        for spy in spies.values():
            enquire.add_matchspy(spy)
        mset = enquire.get_mset(0, n, self._db.get_doccount())
        counts = {}
        for facet, spy in spies.items():
            total: Counter[str] = Counter()
            for item in spy.values():
                for value in item.term.decode().split("\t"):
                    total[value] += item.termfreq
            counts[facet] = total
        return mset, counts

    def answer(self, raw: Any) -> Answer:
        total, hits, counts = raw
        named = {facet: dict(counts[facet]) for facet in FACETS}
        return Answer(total, tuple(doc_id for doc_id, _, _ in hits), named, sum("<b>" in text for *_, text in hits))

    def close(self) -> None:
        self._db.close()


def _filters(question: Question) -> dict[str, Any]:
    """Return a query for each facet in which something is chosen."""
    chosen: dict[str, tuple[str, ...]] = {"topic": question.topics, "type": question.types}
    if question.years:
        chosen["year"] = tuple(str(year) for year in range(question.years[0], question.years[1] + 1))
    return {
        facet: xapian.Query(xapian.Query.OP_OR, [xapian.Query(PREFIXES[facet] + value) for value in values])
        for facet, values in chosen.items()
        if values
    }
