"""Whoosh's own search, by its documentation: "Sorting and faceting", "collectors module",
"How to create highlighted search result excerpts".

BM25F over four fields, `groupedby` counts with the `Count` map, collectors wrapped by hand (page "collectors module")
because `search(groupedby=...)` keeps and sorts every match: 7 % slower. `replace=0`: else Whoosh drops the words that
cannot bring a match among the ten any more, and with them most of the total and of the counts.

Extracts are made by re-analysing the ten texts: pinpoint extracts need the matched terms of every match (`terms=True`),
which at 500 articles costs what they save, and more at 10,000. A snippet is made from the summary, and from the
implications only when that holds no word.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from whoosh import collectors, fields, highlight, index, query, sorting
from whoosh.analysis import StemmingAnalyzer
from whoosh.qparser import MultifieldParser, OrGroup

from benchmark.work import FACETS, FIELDS, HITS, SNIPPET_CHARS, TITLE_WEIGHT, Answer, Question, read_corpus

MEMORY_MB = 256
GROUPS = {
    "topic": sorting.FieldFacet("topic", allow_overlap=True, maptype=sorting.Count),
    "type": sorting.FieldFacet("type", maptype=sorting.Count),
    "year": sorting.FieldFacet("year", maptype=sorting.Count),
}


def _schema() -> fields.Schema:
    analyzer = StemmingAnalyzer(stoplist=None, cachesize=-1)
    return fields.Schema(
        id=fields.ID(stored=True),
        topic=fields.KEYWORD(commas=True),
        type=fields.ID(sortable=True),
        year=fields.ID(sortable=True),
        **{field: fields.TEXT(analyzer=analyzer, stored=True) for field in FIELDS},
    )


class WhooshPeer:
    """Ranked by Whoosh's BM25F with its default numbers and the title's weight."""

    @staticmethod
    def version() -> str:
        return f"Whoosh {version('whoosh')}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        writer = index.create_in(str(folder), _schema()).writer(limitmb=MEMORY_MB)
        for record in read_corpus(records):
            texts = {field: record[field] for field in (*FIELDS, "id", "type")}
            writer.add_document(**texts, topic=",".join(record["topic"]), year=str(record["year"]))
        writer.commit(optimize=True)
        return {}

    def __init__(self, folder: Path) -> None:
        self._index = index.open_dir(str(folder))
        self._searcher = self._index.searcher()
        boosts = {field: TITLE_WEIGHT if field == "title" else 1.0 for field in FIELDS}
        self._parser = MultifieldParser(list(FIELDS), self._index.schema, fieldboosts=boosts, group=OrGroup)
        self._fragmenter = highlight.ContextFragmenter(maxchars=SNIPPET_CHARS)

    def ask(self, question: Question) -> Any:
        words = self._parser.parse(question.text)
        filters = _filters(question)
        top = collectors.TopCollector(HITS, usequality=False, replace=0)
        free = {facet: GROUPS[facet] for facet in FACETS if facet not in filters}
        counting = collectors.FacetCollector(top, free) if free else top
        results = self._search(words, counting, list(filters.values()))
        counts = dict(counting.facetmaps) if free else {}
        for facet in filters:
            others = [part for name, part in filters.items() if name != facet]
            group = collectors.FacetCollector(collectors.UnsortedCollector(), {facet: GROUPS[facet]})
            self._search(words, group, others)
            counts |= group.facetmaps
        results.fragmenter = self._fragmenter
        hits = []
        for hit in results:
            extract = hit.highlights("summary", top=1) or hit.highlights("implications", top=1)
            hits.append((hit["id"], hit["title"], extract))
        return top.count(), hits, counts

    def _search(self, words: query.Query, collector: Any, filters: list[query.Query]) -> Any:
        if filters:
            collector = collectors.FilterCollector(collector, allow=query.And(filters))
        self._searcher.search_with_collector(words, collector)
        return collector.results()

    def answer(self, raw: Any) -> Answer:
        total, hits, counts = raw
        named = {facet: {str(value): n for value, n in counts[facet].as_dict().items()} for facet in FACETS}
        marked = sum("<b" in extract for *_, extract in hits)
        return Answer(total, tuple(doc_id for doc_id, _, _ in hits), named, marked)

    def close(self) -> None:
        self._searcher.close()


def _filters(question: Question) -> dict[str, query.Query]:
    """Return a query for each facet in which something is chosen."""
    chosen: dict[str, tuple[str, ...]] = {"topic": question.topics, "type": question.types}
    if question.years:
        chosen["year"] = tuple(str(year) for year in range(question.years[0], question.years[1] + 1))
    return {facet: query.Or([query.Term(facet, value) for value in vs]) for facet, vs in chosen.items() if vs}
