"""Questions from a seed: one set that fits the made-up corpus, one of the words that readers of the field type."""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from functools import lru_cache

from benchmark.corpus import FIRST_YEAR, SEED, YEARS, made_up_words, real_sentences, vocabulary, zipf_choices
from benchmark.work import ROOT, Question
from indexer.query import parse_query

FILTERED = 0.4  # share of questions with a filter
WITH_SYNONYM = 1 / 3  # of the real questions
MISTYPED = 0.1
# where a made-up word comes from: (first rank, last rank, share)
BANDS = ((0, 100, 0.35), (100, 3_000, 0.4), (3_000, 50_000, 0.25))


def mixed_questions(n: int) -> list[Question]:
    """Return `n` questions of 2 to 8 words, frequent, middling and rare, half of them made up, half real."""
    rng = random.Random(f"{SEED} mixed")
    return [_with_filter(rng, tuple(_mixed_words(rng, rng.randrange(2, 9)))) for _ in range(n)]


def real_questions(n: int) -> list[Question]:
    """Return `n` questions of real words: a third meet a synonym of the table, a tenth hold a typing error."""
    rng = random.Random(f"{SEED} real")
    questions = []
    for _ in range(n):
        words = zipf_choices(rng, real_words(), rng.randrange(2, 6))
        if rng.random() < WITH_SYNONYM:
            words += rng.choice(_synonym_phrases()).split()
        if rng.random() < MISTYPED:
            place = rng.randrange(len(words))
            words[place] = _mistype(rng, words[place])
        questions.append(_with_filter(rng, tuple(dict.fromkeys(words))))
    return questions


@lru_cache(maxsize=1)
def real_words() -> tuple[str, ...]:
    """Return the content words of the sample, the most frequent first; none that a question would drop."""
    counts = Counter(word for sentence in real_sentences() for word in re.findall(r"[a-z]{3,}", sentence.lower()))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return tuple(
        word for word in ordered if len(parse_query(word).words) == 1 and len(parse_query(f"{word} x1").words) == 2
    )


@lru_cache(maxsize=1)
def _synonym_phrases() -> tuple[str, ...]:
    entries = tomllib.loads((ROOT / "corpus" / "synonyms.toml").read_text(encoding="utf-8"))["synonym"]
    phrases = {phrase for entry in entries for phrase in entry.get("both", entry.get("from"))}
    return tuple(sorted(phrase for phrase in phrases if re.fullmatch("[a-z ]+", phrase)))


def _mixed_words(rng: random.Random, n: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < n:
        if rng.random() < 0.5:
            words.setdefault(zipf_choices(rng, real_words(), 1)[0])
        else:
            first, last, _ = rng.choices(BANDS, weights=[share for _, _, share in BANDS])[0]
            words.setdefault(made_up_words()[rng.randrange(first, last)])
    return [word for word in words if parse_query(f"{word} x1").words != ("x1",)]


def _with_filter(rng: random.Random, words: tuple[str, ...]) -> Question:
    if rng.random() >= FILTERED:
        return Question(words)
    topics = tuple(dict.fromkeys(zipf_choices(rng, tuple(topic.slug for topic in vocabulary().topics), 2)))
    types = tuple(zipf_choices(rng, tuple(kind.slug for kind in vocabulary().types), 1))
    first = FIRST_YEAR + rng.randrange(YEARS - 3)
    years = (first, first + rng.randrange(1, 4))
    kind = rng.randrange(4)
    if kind == 0:
        return Question(words, topics=topics)
    if kind == 1:
        return Question(words, types=types)
    return Question(words, years=years) if kind == 2 else Question(words, topics=topics[:1], years=years)


def _mistype(rng: random.Random, word: str) -> str:
    """Return a word with two letters swapped, or one left out."""
    if len(word) < 4:
        return word
    place = rng.randrange(1, len(word) - 2)
    if rng.random() < 0.5:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + word[place + 1 :]
