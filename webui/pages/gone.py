"""The page at the address of a removed digest: its tombstone in; why it is gone, and what is near it, out."""

from __future__ import annotations

import re

from indexer import SearchRequest, Tombstone
from webui.live import LiveGeneration
from webui.pages.cards import UNTITLED, month_name
from webui.pages.message import MessagePage
from webui.pages.parts import SITE, Addresses, Frame, Link

N_NEAR = 3


def gone_page(live: LiveGeneration, stone: Tombstone, addresses: Addresses) -> MessagePage:
    """Return the page of a digest that was removed, with links to those that are found by the words of its title."""
    title = f"“{stone.title or UNTITLED}”"
    of_month = f" of {month_name(stone.month)}" if stone.month else ""
    words = " ".join(re.findall(r"\w+", stone.title)).lower()  # no title may be read as quotes, OR or an exclusion
    near = live.searcher.search(SearchRequest(words, size=N_NEAR)).hits if words else ()
    return MessagePage(
        frame=Frame(f"Removed digest · {SITE}", addresses, is_sample=live.is_sample),
        heading="This digest was removed",
        text=f"{title}{of_month} is no longer here. {stone.reason}",
        detail="",
        links=(
            *(Link(addresses.article(hit.doc_id), hit.title.text or UNTITLED) for hit in near),
            Link(addresses.search, "See all digests, newest first"),
        ),
    )
