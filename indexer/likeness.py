"""Step 4 of 8, helper of identity: how much of their text two articles share, and which ones are worth comparing.

Input: drafts. Output: the share of all runs of five words that are in both texts (Jaccard index), and sketches, by
which texts that are nearly the same are found among all others without a look at the texts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from operator import eq

from indexer.articles import Draft

RUN_WORDS = 5
# Among the five real pages and the sample, two different digests share at most 1.1 % of their runs; a digest of the
# usual 400 runs whose implications (a quarter of it) were rewritten still shares 60 %.
NEARLY_SAME = 0.5
# A sketch holds the least run of each of 32 bins, and two neighbours are a key by which texts meet. Texts that share
# 60 % of their runs miss each other in all 16 keys once in 1,200 pairs, at 80 % once in 10 million. Of texts that meet,
# those with fewer equal bins than a quarter are strangers that quote the same sentences (texts that share 60 % of their
# runs have so few once in 78,000 pairs).
BINS = 32
FEWEST_EQUAL_BINS = 8

Text = tuple[str, ...]
Sketch = tuple[int, ...]


def text_of(draft: Draft) -> Text:
    """Return what is compared: the paragraphs of summary and implications."""
    return (*draft.summary, *draft.implications)


def runs_of(text: Text) -> frozenset[int]:
    """Return a number for each run of five words; a shorter text is one run, a text without words has none."""
    words = re.findall(r"\w+", " ".join(text).casefold())
    starts = range(max(1, len(words) - RUN_WORDS + 1)) if words else ()
    return frozenset(zlib.crc32(" ".join(words[i : i + RUN_WORDS]).encode()) for i in starts)


def share_of(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of all runs that are in both, from 0 (also for texts without words) to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def sketch_of(draft: Draft) -> Sketch:
    """Return a number for each bin; () for a text without words. Cost: .25 ms for 400 words.

    Min-wise hashing with one function (Broder 1997; Li, Owen & Zhang 2012): runs fall into bins by their number, the
    least of each bin is kept, and an empty bin takes that of the next one that is not.
    """
    least: dict[int, int] = {}
    for run in runs_of(text_of(draft)):
        value, number = divmod(run, BINS)
        least[number] = min(value, least.get(number, value))
    if not least:
        return ()
    filled: list[int] = []
    following = least[min(least)]  # the bins are a ring
    for number in reversed(range(BINS)):
        following = least.get(number, following)
        filled.append(following)
    return tuple(filled)


def keys_of(sketch: Sketch) -> Iterator[tuple[int, int, int]]:
    """Yield the keys by which a text meets others: each is two neighbouring bins and their place."""
    return zip(range(0, BINS, 2), sketch[::2], sketch[1::2], strict=False)  # a text without words has none


def may_be_alike(one: Sketch, other: Sketch) -> bool:
    """Tell whether the sketches of two texts that met are close enough for a look at the texts."""
    n_equal: int = sum(map(eq, one, other))
    return n_equal >= FEWEST_EQUAL_BINS
