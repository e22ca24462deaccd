"""tantivy's Python binding, by its tutorials (tantivy-py.readthedocs.io) and `tantivy.pyi`.

Search, `aggregate`, SnippetGenerator. One writing thread, so that all lies in one segment, the fastest to search. Facet
values are fast fields, counted by a terms aggregation; facets in which nothing is chosen are counted in one pass. A
snippet is made from the summary, and from the implications only when the summary holds no word: less work than ours,
which looks at both.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy

from benchmark.work import FACETS, FIELDS, HITS, SNIPPET_CHARS, TITLE_WEIGHT, Answer, Question, read_corpus

HEAP_BYTES = 2_000_000_000  # one segment up to 100,000 articles
MUST = tantivy.Occur.Must
MOST_VALUES = 100


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for field in FIELDS:
        builder.add_text_field(field, stored=True, tokenizer_name="en_stem")
    for facet in ("topic", "type"):
        builder.add_text_field(facet, fast=True, tokenizer_name="raw")
    builder.add_unsigned_field("year", indexed=True, fast=True)
    return builder.build()


class Tantivy:
    """Ranked by tantivy's BM25, the fields added, the title boosted."""

    @staticmethod
    def version() -> str:
        return f"tantivy-py {version('tantivy')}"

    @staticmethod
    def build(records: Path, folder: Path) -> dict[str, Any]:
        index = tantivy.Index(_schema(), path=str(folder))
        writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
        for record in read_corpus(records):
            year = record.pop("year")
            doc = tantivy.Document(**{k: v if isinstance(v, list) else [v] for k, v in record.items()})
            doc.add_unsigned("year", year)
            writer.add_document(doc)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return {"segments": index.searcher().num_segments}

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()

    def ask(self, question: Question) -> Any:
        words = self._index.parse_query(question.text, list(FIELDS), field_boosts={"title": TITLE_WEIGHT})
        filters = self._filters(question)
        narrowed = _all_of(words, filters.values())
        result = self._searcher.search(narrowed, HITS)
        free = [facet for facet in FACETS if facet not in filters]
        counts = self._count(narrowed, free)
        for facet in filters:
            others = [query for name, query in filters.items() if name != facet]
            counts |= self._count(_all_of(words, others), [facet])
        makers: dict[str, Any] = {}
        hits = []
        for _, address in result.hits:
            doc = self._searcher.doc(address)
            extract = ""
            for field in ("summary", "implications"):
                if field not in makers:
                    makers[field] = tantivy.SnippetGenerator.create(self._searcher, words, self._schema, field)
                    makers[field].set_max_num_chars(SNIPPET_CHARS)
                snippet = makers[field].snippet_from_doc(doc)
                if snippet.highlighted():
                    extract = snippet.to_html()
                    break
            hits.append((doc["id"][0], doc["title"][0], extract))
        return result.count, hits, counts

    def _filters(self, question: Question) -> dict[str, Any]:
        """Return a query for each facet in which something is chosen; it adds nothing to the score."""
        filters = {}
        for facet, values in (("topic", question.topics), ("type", question.types)):
            if values:
                filters[facet] = tantivy.Query.term_set_query(self._schema, facet, list(values))
        if question.years:
            filters["year"] = tantivy.Query.range_query(
                self._schema, "year", tantivy.FieldType.Unsigned, question.years[0], question.years[1]
            )
        return {facet: tantivy.Query.const_score_query(query, 0.0) for facet, query in filters.items()}

    def _count(self, query: Any, facets: list[str]) -> dict[str, Any]:
        wanted = {facet: {"terms": {"field": facet, "size": MOST_VALUES}} for facet in facets}
        found: dict[str, Any] = self._searcher.aggregate(query, wanted)
        return found

    def answer(self, raw: Any) -> Answer:
        total, hits, counts = raw
        named = {
            facet: {str(_whole(bucket["key"])): bucket["doc_count"] for bucket in counts[facet]["buckets"]}
            for facet in FACETS
        }
        return Answer(total, tuple(doc_id for doc_id, _, _ in hits), named, sum("<b>" in text for *_, text in hits))

    def close(self) -> None:
        del self._searcher, self._index


def _all_of(words: Any, filters: Any) -> Any:
    clauses = [(MUST, query) for query in filters]
    return tantivy.Query.boolean_query([(MUST, words), *clauses]) if clauses else words


def _whole(key: Any) -> Any:
    return int(key) if isinstance(key, float) else key
