"""Small corpora made from a seed: few words, so that ties, repeats, phrases and empty results all happen often."""

from __future__ import annotations

import random

from indexer.model import Article, Assignment, Citation
from indexer.synonyms import Expansion, Synonyms

# Inflections of one stem, accents, an apostrophe, a hyphen, question words, and what the synonyms below expand.
WORDS = [
    "alliance",
    "Alliances",
    "therapist",
    "therapist's",
    "grief",
    "online",
    "video",
    "therapy",
    "self-help",
    "Flückiger",
    "naïve",
    "the",
    "does",
    "2017",
    "CBT",
    "cognitive",
    "outcome",
]
RARE = ["burnout", "dropout"]  # in less than a tenth of the documents of a larger corpus
PEOPLE = ["Flückiger, C.", "O'Brien, K.", "Del Re, A. C.", "Tasca, G. A."]
JOURNALS = ["Psychotherapy", "Psychotherapy Research", "Journal of Counseling Psychology"]
MONTHS = ["2017-10", "2018-03", "2018-03", "2020-07", "2021-04", None]
TOPICS = ["alliance", "grief", "telehealth", "training"]
TYPES = ["meta-analysis", "randomized-trial"]
STOPS = [" ", " ", " ", " ", ", ", ". ", "? ", " – "]

SYNONYMS = Synonyms(
    {
        ("video",): (Expansion(("onlin",), "online", 0.6),),
        ("onlin", "therapi"): (Expansion(("video",), "video", 0.5), Expansion(("self", "help"), "self-help", 0.3)),
        ("cbt",): (Expansion(("cognit", "therapi"), "cognitive therapy", 1.0),),
        ("grief",): (Expansion(("outcom",), "outcome", 0.05), Expansion(("allianc",), "alliance", 0.9)),
    }
)


def random_articles(seed: int, n: int) -> list[Article]:
    """`n` articles with ids that say nothing of their order."""
    rng = random.Random(seed)
    ids = rng.sample(range(10_000), n)
    return [_article(rng, f"d{number:04d}") for number in ids]


def _article(rng: random.Random, doc_id: str) -> Article:
    month = rng.choice(MONTHS)
    authors = tuple(rng.sample(PEOPLE, rng.randint(0, 2)))
    journal = rng.choice([*JOURNALS, None])
    printed = f"{', '.join(authors)} (2017). {_text(rng, 1, 4)}. {journal or ''}"
    kind = rng.choice([*TYPES, None])
    return Article(
        id=doc_id,
        title=_text(rng, 1, 3),
        month=month,
        year=int(month[:4]) if month else None,
        citation=Citation(printed, authors=authors, journal=journal) if rng.random() < 0.7 else None,
        summary=tuple(_text(rng, 1, 8) for _ in range(rng.randint(0, 3))),
        implications=tuple(_text(rng, 1, 6) for _ in range(rng.randint(0, 2))),
        email=rng.choice([None, None, "Author email: grief@example.org"]),
        topics=tuple(Assignment(topic, "rules") for topic in rng.sample(TOPICS, rng.randint(0, 3))),
        research_type=Assignment(kind, "rules") if kind else None,
    )


def _text(rng: random.Random, fewest: int, most: int) -> str:
    words = [rng.choice(RARE) if rng.random() < 0.01 else rng.choice(WORDS) for _ in range(rng.randint(fewest, most))]
    return "".join(f"{word}{rng.choice(STOPS)}" for word in words).strip(" –,")
