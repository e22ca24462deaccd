"""What the card of a digest says whatever was searched: its record in; the texts of its lines out, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from indexer import Article, Citation

UNTITLED = "Untitled digest"
MONTH_NAMES = "January February March April May June July August September October November December".split()

Label = Callable[[str, str], str]  # gives the name of a value of a facet


@dataclass(frozen=True, slots=True)
class CardFacts:
    """The lines of a card that stay the same; "" or () where the record does not say.

    path       the last part of the addresses of its pages.   name  its title, or `UNTITLED`.
    meta       type of research and month of the digest.
    reference  "Norwood et al. (2018)".   printed  the whole reference line, for paper.
    topics     (the last part of the address of its page, label), by label.
    """

    path: str
    name: str
    meta: str
    reference: str
    journal: str
    doi: str
    printed: str
    topics: tuple[tuple[str, str], ...]


def card_facts(article: Article, label: Label) -> CardFacts:
    """Return the facts of a digest."""
    citation, kind = article.citation, article.research_type
    topics = {assignment.value: label("topic", assignment.value) for assignment in article.topics}
    return CardFacts(
        path=quote(article.id, safe=""),
        name=article.title or UNTITLED,
        meta=" · ".join(
            text for text in (label("type", kind.value) if kind else "", month_name(article.month)) if text
        ),
        reference=short_reference(citation),
        journal=citation.journal or "" if citation else "",
        doi=quote(citation.doi, safe="/") if citation and citation.doi else "",
        printed=citation.printed if citation else "",
        topics=tuple((quote(value, safe=""), topics[value]) for value in sorted(topics, key=topics.__getitem__)),
    )


def month_name(month: str | None) -> str:
    """Return "July 2020" for "2020-07", and "" for None."""
    if month is None:
        return ""
    year, _, number = month.partition("-")
    return f"{MONTH_NAMES[int(number) - 1]} {year}"


def short_reference(citation: Citation | None) -> str:
    """Return "Norwood et al. (2018)" of a reference whose authors and year are known, else ""."""
    if citation is None or not citation.authors or citation.study_year is None:
        return ""
    names = [author.partition(",")[0] for author in citation.authors]
    who = names[0] if len(names) == 1 else f"{names[0]} & {names[1]}" if len(names) == 2 else f"{names[0]} et al."
    return f"{who} ({citation.study_year})"
