"""Step 5 of 8. The fields of a document, as data: what is indexed how, and why. Article -> field values.

A change here changes the fingerprint; an index made with another one is refused with the command that rebuilds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from indexer.model import Article

Use = Literal["scored", "filter", "facet"]
PARAGRAPH_BREAK = "\n\n"  # between paragraphs of one field; phrases do not reach across it

# Raise it when what is written changes without a change in FIELDS: a new stemmer, another token rule, another layout of
# the compiled arrays.
INDEX_VERSION = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the index.

    analyzer  name in `indexer.analysis.ANALYZERS`, or None: values are terms as they are (facets).
    use       "scored": searched and ranked; "filter": only by its prefix (`author:`); "facet": counted and chosen.
    values    Article -> texts: paragraphs of an analysed field, values of a facet. Empty when the article has none.
    """

    name: str
    use: Use
    analyzer: str | None
    why: str
    values: Callable[[Article], tuple[str, ...]]


def _citation_lines(article: Article) -> tuple[str, ...]:
    lines = (article.citation.printed if article.citation else None, article.email)
    return tuple(line for line in lines if line)


FIELDS = (
    Field("title", "scored", "english", "says what the digest is about", lambda a: (a.title,) if a.title else ()),
    Field("summary", "scored", "english", "the study retold; all of a plain record's text", lambda a: a.summary),
    Field("implications", "scored", "english", "what clinicians come for", lambda a: a.implications),
    Field(
        "citation", "scored", "english", "authors, journal, year, DOI as printed, and the e-mail line", _citation_lines
    ),
    Field(
        "author",
        "filter",
        "names",
        "author: finds people, unstemmed",
        lambda a: a.citation.authors if a.citation else (),
    ),
    Field(
        "journal",
        "filter",
        "names",
        "journal: finds journals, unstemmed",
        lambda a: (a.citation.journal,) if a.citation and a.citation.journal else (),
    ),
    Field("topic", "facet", None, "slugs; several per article", lambda a: tuple(sorted({t.value for t in a.topics}))),
    Field(
        "type",
        "facet",
        None,
        "slug of the research type",
        lambda a: (a.research_type.value,) if a.research_type else (),
    ),
    Field("year", "facet", None, "of the digest, never of the study", lambda a: (str(a.year),) if a.year else ()),
)
SCORED = tuple(field.name for field in FIELDS if field.use == "scored")
ANALYSED = tuple(field.name for field in FIELDS if field.analyzer)
FACETS = tuple(field.name for field in FIELDS if field.use == "facet")


def field_text(field: Field, article: Article) -> str:
    """Return the text of an analysed field: its paragraphs with breaks between."""
    return PARAGRAPH_BREAK.join(field.values(article))


def fingerprint() -> str:
    """Return 16 hexadecimal digits that change when the fields or the analysis do."""
    data = [INDEX_VERSION, *[(field.name, field.use, field.analyzer) for field in FIELDS]]
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]
