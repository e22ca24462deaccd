"""The page that has nothing to show but a sentence and what to do now: what `message.html` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer import Results
from webui.live import LiveGeneration
from webui.pages.parts import SITE, Addresses, Frame, Link, digests, known_choices
from webui.params import State


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page that has nothing to show but a sentence, what to do now, and the search box.

    detail  the operator's line, such as the command that mends the index; or "".
    """

    frame: Frame
    heading: str
    text: str
    detail: str
    links: Sequence[Link]


def past_the_end_page(live: LiveGeneration, results: Results, addresses: Addresses) -> MessagePage:
    """Return what stands at the address of a page that a search does not have."""
    request = known_choices(results)
    state = State(request)
    last = Link(addresses.results(state.page(results.pages)), f"Go to page {results.pages}, the last one")
    return MessagePage(
        frame=Frame(f"No such page · {SITE}", addresses, request.text, state.fields("q"), live.is_sample),
        heading=f"This search has no page {request.page:,}",
        text=f"It found {digests(results.total)}, on {results.pages:,} page{'s' * (results.pages != 1)}.",
        detail="",
        links=(last,),
    )


def message_page(
    heading: str,
    text: str,
    addresses: Addresses,
    *,
    live: LiveGeneration | None = None,
    detail: str = "",
    words: str = "",
) -> MessagePage:
    """Return a page that says what is wrong. `live` is None when there is no index to speak of."""
    links = () if live is None else (Link(addresses.search, "See all digests, newest first"),)
    frame = Frame(f"{heading} · {SITE}", addresses, words, is_sample=live is not None and live.is_sample)
    return MessagePage(frame, heading, text, detail, links)
