"""The lab: pages for maintainers, on this machine only. Two profiles side by side; how a text or a question is read.

`pprsearch serve --lab` adds the routes to the same application. The engine is asked by the names that every other page
and command uses, so what stands here is what readers get. One dataclass per template, as in pages/.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote_plus, urlsplit

from flask import Response, abort, request

from indexer import (
    ANALYZERS,
    DEFAULT_PROFILE,
    Alternative,
    Clause,
    Explanation,
    Fragment,
    Hit,
    Profile,
    Results,
    SearchRequest,
    analyse,
)
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED
from webui.pages.parts import SITE, Addresses, Frame, Link, Words
from webui.params import canonical
from webui.views.site import Site

DEPTH = 10  # hits compared
PERSISTENCE = 0.9  # the p of rank-biased overlap: the first ten ranks carry 86 % of its weight
MAX_TOKENS = 1000  # listed
MAX_SHOWN = 60  # characters of an unknown name that its notice repeats


class Move(NamedTuple):
    """What became of a hit. `kind`, the class of its row: "up", "down", "same", "new", "gone", or "" for nothing."""

    kind: str
    text: str


class LabHit(NamedTuple):
    """One hit of a column. `why` says in a sentence what `explanation` says in numbers."""

    rank: int
    score: str
    href: str
    title: Words
    doc_id: str
    move: Move
    why: str
    explanation: Explanation


class Column(NamedTuple):
    """What a question finds under one profile."""

    profile: str
    total: str
    notices: Sequence[str]
    hits: Sequence[LabHit]


class ProfileChoice(NamedTuple):
    """One of the two lists of profiles: `name` in the address, `label`, and the names, of which `chosen` is one."""

    name: str
    label: str
    names: Sequence[str]
    chosen: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two profiles side by side. Without words `columns` and both figures are empty. `notices` are of the address."""

    frame: Frame
    parts: Sequence[Link]
    action: str
    words: str
    choices: Sequence[ProfileChoice]
    notices: Sequence[str]
    columns: Sequence[Column]
    overlap: str
    rbo: str


class TokenRow(NamedTuple):
    """One token. `terms`: by each analyzer, in the order of AnalysePage.analyzers."""

    position: int
    place: str
    word: str
    terms: Sequence[str]


class Way(NamedTuple):
    """One way to satisfy a clause, be it typed, a synonym, or excluded. `field` is empty when it may stand in any."""

    typed: str
    terms: str
    field: str
    weight: str


class ClauseRow(NamedTuple):
    typed: str
    ways: Sequence[Way]
    synonyms: Sequence[Way]
    required: bool
    scored: bool
    times: int


@dataclass(frozen=True, slots=True)
class AnalysePage:
    """How a text is cut into tokens, and how it is read as a question under the default profile."""

    frame: Frame
    parts: Sequence[Link]
    action: str
    text: str
    profile: str
    analyzers: Sequence[str]
    tokens: Sequence[TokenRow]
    n_tokens: str
    clauses: Sequence[ClauseRow]
    excluded: Sequence[Way]
    dropped: Sequence[str]
    notices: Sequence[str]


# --- routes ----------------------------------------------------------------------------------------------------------


def add_lab(site: Site) -> None:
    """Give a site the pages of the lab. Headers and error pages are those that it has already.

    They answer only to a name of this machine: a page elsewhere whose name was pointed here, or a proxy that passes
    its own name on, gets the 404 of every unknown address.
    """

    def refuse_other_machines() -> None:
        if not is_loopback(_host_name(request.host)):
            abort(404)

    @site.app.get("/lab")
    def compare() -> Response:
        refuse_other_machines()
        args = request.args
        page = compare_page(site.live(), args.get("q", ""), args.get("a", ""), args.get("b", ""), site.addresses())
        return site.render("lab_compare.html", page, cached=False)

    @site.app.get("/lab/analyse")
    def analyse_text() -> Response:
        refuse_other_machines()
        page = analyse_page(site.live(), request.args.get("text", ""), site.addresses())
        return site.render("lab_analyse.html", page, cached=False)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a host: localhost, 127.0.0.0/8 or ::1."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str:
    """Return the name in a Host header: "[::1]:8000" -> "::1"."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


# --- two profiles side by side ---------------------------------------------------------------------------------------


def compare_page(live: LiveGeneration, words: str, a: str, b: str, addresses: Addresses) -> ComparePage:
    """Return the page of a question under the profiles `a` and `b`; "" stands for the default one and the next one."""
    profiles = live.searcher.profiles
    words = canonical(SearchRequest(words)).text
    notices: list[str] = []
    first = _known_profile(profiles, a, DEFAULT_PROFILE, notices)
    other = next((name for name in profiles if name != first), first)
    second = _known_profile(profiles, b, other, notices)
    columns: list[Column] = []
    overlap = rbo = ""
    if words:
        before, after = (live.searcher.search(SearchRequest(words, size=DEPTH, profile=p)) for p in (first, second))
        old, new = ([hit.doc_id for hit in results.hits] for results in (before, after))
        columns = [
            _column(live, results, moves, addresses)
            for results, moves in zip((before, after), find_moves(old, new), strict=True)
        ]
        overlap = f"{len(set(old) & set(new))} of {max(len(old), len(new))}"
        rbo = f"{rank_biased_overlap(old, new):.3f}"
    return ComparePage(
        frame=Frame(f"Compare profiles · Lab · {SITE}", addresses, words, is_sample=live.is_sample),
        parts=_parts(addresses, "compare", words),
        action=f"{addresses.root}/lab",
        words=words,
        choices=[
            ProfileChoice("a", "Profile A", list(profiles), first),
            ProfileChoice("b", "Profile B", list(profiles), second),
        ],
        notices=notices,
        columns=columns,
        overlap=overlap,
        rbo=rbo,
    )


def find_moves(old: Sequence[str], new: Sequence[str]) -> tuple[list[Move], list[Move]]:
    """Return what to tell of each id of the old ranking, and of each of the new one compared with it."""
    places = {doc_id: place for place, doc_id in enumerate(old)}
    moves = []
    for place, doc_id in enumerate(new):
        up = places[doc_id] - place if doc_id in places else None
        if up is None:
            moves.append(Move("new", "new"))
        elif up == 0:
            moves.append(Move("same", "same place"))
        else:
            moves.append(Move("up", f"▲ up {up}") if up > 0 else Move("down", f"▼ down {-up}"))
    gone = [Move("", "") if doc_id in new else Move("gone", "gone") for doc_id in old]
    return gone, moves


def rank_biased_overlap(one: Sequence[str], other: Sequence[str], p: float = PERSISTENCE) -> float:
    """Return how alike two rankings are, early ranks counting most: 0 nothing in common, 1 the same in the same order.

    RBO_ext, equation 32 of W. Webber, A. Moffat, J. Zobel (2010), A similarity measure for indefinite rankings, ACM
    Transactions on Information Systems 28(4), article 20. With X_d ids in common among the first d of each, and the
    shorter ranking s, the longer one l long:

        (1 - p) / p * (sum for d = 1..l of X_d / d * p^d  +  sum for d = s+1..l of X_s (d - s) / (s d) * p^d)
        + ((X_l - X_s) / l + X_s / s) * p^l

    What is not seen is taken to agree as far as what is. Two empty rankings are the same; one empty one has nothing in
    common with any other.
    """
    short, long = sorted((one, other), key=len)
    s, n = len(short), len(long)
    if not s:
        return float(not n)
    common = [len(set(short[:d]) & set(long[:d])) for d in range(n + 1)]  # X_d by d
    seen = sum(common[d] / d * p**d for d in range(1, n + 1))
    assumed = sum(common[s] * (d - s) / (s * d) * p**d for d in range(s + 1, n + 1))
    return (1 - p) / p * (seen + assumed) + ((common[n] - common[s]) / n + common[s] / s) * p**n


def _known_profile(profiles: Mapping[str, Profile], name: str, instead: str, notices: list[str]) -> str:
    """Return a profile's name if there is one, else `instead`, with a notice unless nothing was asked for."""
    if name in profiles:
        return name
    if name:
        shown = name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}…"
        known = ", ".join(profiles)
        notices.append(f"There is no ranking profile '{shown}'; '{instead}' is shown. Known ones: {known}.")
    return instead


def _column(live: LiveGeneration, results: Results, moves: Sequence[Move], addresses: Addresses) -> Column:
    asked = results.request
    hits = [_lab_hit(live, asked, hit, move, addresses) for hit, move in zip(results.hits, moves, strict=True)]
    notices = [notice.message for notice in results.notices]
    return Column(asked.profile or DEFAULT_PROFILE, f"{results.total:,}", notices, hits)


def _lab_hit(live: LiveGeneration, asked: SearchRequest, hit: Hit, move: Move, addresses: Addresses) -> LabHit:
    explained = live.searcher.explain(hit.doc_id, asked)
    return LabHit(
        rank=hit.rank,
        score=f"{hit.score:.4f}",
        href=addresses.article(hit.doc_id),
        title=hit.title if hit.title.text else (Fragment(UNTITLED),),
        doc_id=hit.doc_id,
        move=move,
        why=explained.sentence,
        explanation=explained.explanation,
    )


# --- how a text is analysed ------------------------------------------------------------------------------------------


def analyse_page(live: LiveGeneration, text: str, addresses: Addresses) -> AnalysePage:
    """Return the page of a text: its tokens, and what a question of these words asks for."""
    text = text.replace("\r\n", "\n")  # as browsers send the lines of a text; a paragraph break is two "\n"
    tokens = {analyzer: analyse(text, analyzer) for analyzer in ANALYZERS}
    places = next(iter(tokens.values()))  # analyzers differ in terms, not in places
    terms = zip(*(found.terms for found in tokens.values()), strict=True)
    rows = [
        TokenRow(position, f"{start}–{end}", text[start:end], terms_of_word)
        for position, start, end, terms_of_word in zip(places.positions, places.starts, places.ends, terms, strict=True)
    ]
    query = live.searcher.understand(canonical(SearchRequest(text)).text)
    messages = [(notice.code == "dropped", notice.message) for notice in query.notices]
    notices = [message for dropped, message in messages if not dropped]
    if len(rows) > MAX_TOKENS:
        notices.append(f"Only the first {MAX_TOKENS:,} tokens are listed.")
    return AnalysePage(
        frame=Frame(f"Analyse a text · Lab · {SITE}", addresses, is_sample=live.is_sample),
        parts=_parts(addresses, "analyse", text),
        action=f"{addresses.root}/lab/analyse",
        text=text,
        profile=DEFAULT_PROFILE,
        analyzers=list(tokens),
        tokens=rows[:MAX_TOKENS],
        n_tokens=f"{len(rows):,}",
        clauses=[_clause_row(clause) for clause in query.clauses],
        excluded=[_way(way) for way in query.excluded],
        dropped=[message for dropped, message in messages if dropped],
        notices=notices,
    )


def _clause_row(clause: Clause) -> ClauseRow:
    return ClauseRow(
        typed=clause.typed,
        ways=[_way(way) for way in clause.alternatives],
        synonyms=[_way(way) for way in clause.synonyms],
        required=clause.required,
        scored=clause.scored,
        times=clause.count,
    )


def _way(way: Alternative) -> Way:
    return Way(way.typed, " ".join(way.terms), way.fields[0] if len(way.fields) == 1 else "", f"{way.weight:.3g}")


def _parts(addresses: Addresses, current: str, words: str) -> list[Link]:
    """Return the links between the pages of the lab, which take the words along."""
    typed = quote_plus(words, errors="replace")
    lab = f"{addresses.root}/lab"
    return [
        Link(f"{lab}?q={typed}" if words else lab, "Compare profiles", current == "compare"),
        Link(f"{lab}/analyse?text={typed}" if words else f"{lab}/analyse", "Analyse a text", current == "analyse"),
    ]
