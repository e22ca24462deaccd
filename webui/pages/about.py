"""What this site is and how to ask it: a live generation in; what `about.html` shows out. Numbers are the live ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer import DEFAULT_PROFILE, PARAMETERS, SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import month_name
from webui.pages.parts import SITE, Addresses, Frame, digests
from webui.params import State

# What can be typed, and what it finds. The links show it on the digests that are here.
SYNTAX = (
    ("video therapy alliance", "any of the words; digests with more of them, or rarer ones, come first"),
    ('"alliance rupture"', "words that follow each other"),
    ("alliance -adolescents", "not with this word"),
    ("dropout OR attrition", "either word, counted as one"),
    ("title:burnout", "only in the title"),
)
SOURCES = {
    "pages": "saved pages of the PPRNet blog",
    "sample": "the sample that ships with the program: studies that the blog digested, retold in other words",
    "records": "records that were made elsewhere",
}
KEYS = (
    ("/", "go to the search box"),
    ("Ctrl K, or ⌘ K", "go to the search box, from anywhere"),
    ("↓ ↑, then Enter", "choose a suggestion"),
    ("Esc", "close the suggestions, then clear the box; hide the marks in a digest"),
    ("?", "show the keys; there the single keys can be switched off"),
)


class SyntaxRow(NamedTuple):
    href: str
    typed: str
    finds: str
    total: str


class Number(NamedTuple):
    """A number of the ranking: its name as words, its value, what it does, and where it comes from."""

    name: str
    value: str
    help: str
    reason: str


@dataclass(frozen=True, slots=True)
class AboutPage:
    frame: Frame
    syntax: Sequence[SyntaxRow]
    profile: str
    numbers: Sequence[Number]
    count: str
    months: str
    source: str
    keys: Sequence[tuple[str, str]]


def about_page(live: LiveGeneration, addresses: Addresses) -> AboutPage:
    """Return the page. It runs one small search for each example of the syntax."""
    profile = live.searcher.profiles[DEFAULT_PROFILE]
    months = list(live.searcher.calendar)
    return AboutPage(
        frame=Frame(
            f"About and help · {SITE}",
            addresses,
            is_sample=live.is_sample,
            canonical=addresses.about,
            description="How to ask, how results are ordered, what can be found here, and what is not recorded.",
        ),
        syntax=[_syntax_row(live, typed, finds, addresses) for typed, finds in (*SYNTAX, *_of_the_newest(live))],
        profile=profile.name,
        numbers=[
            Number(
                name.replace("_", " ").removesuffix(" b") + (": length" if name.endswith("_b") else ""),
                f"{profile[name]:g}",
                parameter.help,
                profile.reasons.get(name, ""),
            )
            for name, parameter in PARAMETERS.items()
        ],
        count=digests(live.n_digests),
        months=f"{month_name(months[-1])} to {month_name(months[0])}" if months else "",
        source=SOURCES[live.searcher.generation.source],
        keys=KEYS,
    )


def _of_the_newest(live: LiveGeneration) -> Iterator[tuple[str, str]]:
    """Yield an author and a journal to look for: those of the newest digest that names both."""
    for hit in live.searcher.search(SearchRequest(size=50)).hits:
        citation = live.record(hit.doc_id).citation
        if citation and citation.authors and citation.journal:
            family = citation.authors[0].partition(",")[0].lower()
            yield f'author:"{family}"' if " " in family else f"author:{family}", "only studies by this author"
            yield f'journal:"{citation.journal.lower()}"', "only studies in this journal"
            return


def _syntax_row(live: LiveGeneration, typed: str, finds: str, addresses: Addresses) -> SyntaxRow:
    request = SearchRequest(typed, size=1)
    total = live.searcher.search(request).total
    return SyntaxRow(addresses.results(State(request).query()), typed, finds, digests(total))
