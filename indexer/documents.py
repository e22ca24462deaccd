"""Article -> Document: what every index holds of an article, analysed once, whoever writes it down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis import Tokens, analyse
from indexer.model import Article
from indexer.schema import FIELDS, PARAGRAPH_BREAK


@dataclass(frozen=True, slots=True)
class Document:
    """An article as engines see it.

    texts   of every analysed field, paragraphs joined by breaks; "" when the article has none.
    tokens  of those texts.
    values  of every facet field.
    """

    doc_id: str
    month: str | None
    texts: dict[str, str]
    tokens: dict[str, Tokens]
    values: dict[str, tuple[str, ...]]


def make_document(article: Article) -> Document:
    """Return the document of an article."""
    texts = {field.name: PARAGRAPH_BREAK.join(field.values(article)) for field in FIELDS if field.analyzer}
    tokens = {field.name: analyse(texts[field.name], field.analyzer) for field in FIELDS if field.analyzer}
    values = {field.name: field.values(article) for field in FIELDS if not field.analyzer}
    return Document(article.id, article.month, texts, tokens, values)


def in_document_order(articles: Sequence[Article]) -> list[Article]:
    """Return articles in the order of their ordinals: newest month first, then doc_id; without month last.

    It is the order of ties and of browsing, and depends on the articles alone.
    """
    by_id = sorted(articles, key=lambda article: article.id)
    return sorted(by_id, key=lambda article: article.month or "", reverse=True)


def make_documents(articles: Sequence[Article]) -> Iterator[Document]:
    """Yield the documents of articles, in document order."""
    return (make_document(article) for article in in_document_order(articles))
