"""Records from a seed: articles of about 420 words, half of them sentences of the shipped sample, half made-up words.

Article number n is the same in every size, so the first 500 of 10,000 are the corpus of 500. Made-up words are
pronounceable and Zipf-distributed (word of rank r is said 1/r as often as the first): so much real text is not
ours to ship, and sentences alone would give far too small a lexicon.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from benchmark.work import ROOT
from indexer.analysis import sentence_starts
from indexer.ingest import ingest_pages
from indexer.pages import read_pages
from indexer.topics import Vocabulary, read_vocabulary

SEED = 20130101
VERSION = 1  # raise it when the same seed gives other records: what is cached is then made anew
VOCABULARY = 50_000
FIRST_YEAR, YEARS = 2013, 12
MAX_PAGE_MB = 16
SUMMARY_WORDS, IMPLICATIONS_WORDS = 270, 110  # a paragraph ends with a whole sentence: 420 words on average
_ONSETS = "b c d f g h j k l m n p r s t v w z br cl dr fl gr pl pr st tr th".split()
_NUCLEI = "a e i o u a e i o u ai ea io ou".split()
_CODAS = ["", "", "", "", "l", "m", "n", "r", "s", "t"]
_JOURNALS = (
    "Psychotherapy",
    "Psychotherapy Research",
    "Journal of Counseling Psychology",
    "Clinical Psychology Review",
)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the controlled vocabulary that ships: 36 topics, 10 types."""
    return read_vocabulary(ROOT / "corpus" / "topics.toml")


@lru_cache(maxsize=1)
def made_up_words() -> tuple[str, ...]:
    """Return the made-up words by rank, the most frequent first; frequent words tend to be short, as in languages."""
    rng = random.Random(SEED)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        syllables = 1 + (len(words) > 100) + (len(words) > 5_000 and rng.random() < 0.7)
        word = "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(syllables))
        if len(word) > 2:
            words.setdefault(word)
    return tuple(words)


@lru_cache(maxsize=1)
def real_sentences() -> tuple[str, ...]:
    """Return the sentences of the sample's summaries and implications, in order."""
    found: list[str] = []
    for article in ingest_pages(read_pages([ROOT / "corpus" / "sample"], MAX_PAGE_MB), vocabulary()).articles:
        for paragraph in (*article.summary, *article.implications):
            starts = [*sentence_starts(paragraph), len(paragraph)]
            found += [paragraph[a:b].strip() for a, b in pairwise(starts)]
    return tuple(sentence for sentence in found if sentence)


@lru_cache(maxsize=1)
def _zipf(n: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, n + 1)))


def zipf_choices(rng: random.Random, values: tuple[str, ...], k: int) -> list[str]:
    """Return `k` of the values, those in front more often."""
    weights = (
        _zipf(VOCABULARY) if len(values) == VOCABULARY else list(accumulate(1 / (i + 1) for i in range(len(values))))
    )
    return rng.choices(values, cum_weights=weights, k=k)


def file_name() -> str:
    """Return the name of a corpus file, another one when the sample or the vocabulary gives other records."""
    inputs = json.dumps([VERSION, real_sentences(), _slugs("topic"), _slugs("type")])
    return f"records-{zlib.crc32(inputs.encode()):08x}.jsonl"


def write_corpus(path: Path, size: int) -> None:
    """Write the records of the first `size` articles, as `pprsearch build --records` reads them."""
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as stream:
        for record in records(size):
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    draft.replace(path)


def records(size: int) -> Iterator[dict[str, Any]]:
    """Yield the records of the first articles."""
    return (_record(number) for number in range(size))


def _record(number: int) -> dict[str, Any]:
    rng = random.Random(f"{SEED} {number}")
    year, month = FIRST_YEAR + rng.randrange(YEARS), rng.randrange(1, 13)
    topics = dict.fromkeys(zipf_choices(rng, _slugs("topic"), rng.choice((1, 1, 2, 2, 3, 4))))
    title = " ".join(zipf_choices(rng, made_up_words(), rng.randrange(3, 7)) + _some_real_words(rng)).capitalize()
    return {
        "id": f"{year}-{month:02d}-digest-{number:06d}",
        "title": title,
        "month": f"{year}-{month:02d}",
        "citation": _citation(rng, year, title),
        "summary": _paragraphs(rng, SUMMARY_WORDS, 2),
        "implications": _paragraphs(rng, IMPLICATIONS_WORDS, 1),
        "topics": [{"value": value, "source": "rules", "evidence": []} for value in topics],
        "research_type": {"value": zipf_choices(rng, _slugs("type"), 1)[0], "source": "rules", "evidence": []},
    }


@lru_cache(maxsize=2)
def _slugs(facet: str) -> tuple[str, ...]:
    return tuple(entry.slug for entry in (vocabulary().topics if facet == "topic" else vocabulary().types))


def _some_real_words(rng: random.Random) -> list[str]:
    words = rng.choice(real_sentences()).split()
    start = rng.randrange(max(1, len(words) - 5))
    return [word.strip(".,;:()") for word in words[start : start + rng.randrange(3, 6)]]


def _citation(rng: random.Random, year: int, title: str) -> dict[str, Any]:
    authors = [f"{word.capitalize()}, {rng.choice('ABCDEFGHJKLM')}." for word in rng.choices(made_up_words(), k=3)]
    journal = rng.choice(_JOURNALS)
    printed = f"{', '.join(authors)} ({year}). {title}. {journal}, {rng.randrange(1, 60)}, {rng.randrange(1, 900)}."
    return {"printed": printed, "authors": authors, "study_year": year, "title": title, "journal": journal}


def _paragraphs(rng: random.Random, n_words: int, n: int) -> list[str]:
    return [_paragraph(rng, n_words // n) for _ in range(n)]


def _paragraph(rng: random.Random, n_words: int) -> str:
    """Return sentences until there are enough words; real ones and made-up ones by turns, as many words of each."""
    sentences: list[str] = []
    real = made_up = 0
    while real + made_up < n_words:
        if real <= made_up:
            sentences.append(rng.choice(real_sentences()))
            real += len(sentences[-1].split())
        else:
            words = zipf_choices(rng, made_up_words(), rng.randrange(12, 31))
            sentences.append(" ".join(words).capitalize() + ".")
            made_up += len(words)
    return " ".join(sentences)
