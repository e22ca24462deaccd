"""Why a digest stands where it does: an explanation in; what `why.html` shows out, in words and shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer import ExplainedHit, Explanation, SearchRequest
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED
from webui.pages.parts import SITE, Addresses, Frame, Link
from webui.params import State


class Reason(NamedTuple):
    """A word or pair of words, its share of the score ("62 %", or "" for none of it), and where it was found."""

    share: str
    text: str
    places: str


@dataclass(frozen=True, slots=True)
class WhyPage:
    """`sentence`: the explanation in one. `score`: the number that the shares are of, or "" when nothing was scored."""

    frame: Frame
    digest: Link
    sentence: str
    reasons: Sequence[Reason]
    score: str
    back: Link


def why_page(live: LiveGeneration, hit: ExplainedHit, request: SearchRequest, addresses: Addresses) -> WhyPage:
    """Return the explanation of a digest's place among the results of a search."""
    state = State(request)
    title = live.record(hit.doc_id).title or UNTITLED
    score = hit.explanation.value
    return WhyPage(
        frame=Frame(f"Why this result? {title} · {SITE}", addresses, request.text, state.fields("q"), live.is_sample),
        digest=Link(addresses.article(hit.doc_id, state.query()), title),
        sentence=hit.sentence,
        reasons=list(_reasons(hit.explanation)),
        score=f"{score:.3f}" if score else "",
        back=Link(addresses.results(state.query()), "Back to the results"),
    )


def _reasons(explanation: Explanation) -> Iterator[Reason]:
    """Yield what a score is made of, the largest part first; what adds nothing comes last."""
    for part in sorted(explanation.children, key=lambda child: -child.value):
        places = ", ".join(place.label for place in part.children)
        yield Reason(_share(part.value, explanation.value), part.label, places)


def _share(value: float, score: float) -> str:
    if value <= 0:
        return ""
    percent = 100 * value / score
    return f"{percent:.0f} %" if percent >= 1 else "under 1 %"
