"""Spellings that readers and texts use for one word give one term; words that only look alike do not."""

from __future__ import annotations

import pytest

from indexer.analysis import stem


@pytest.mark.parametrize(
    "spellings",
    [
        ("behaviour", "behavior", "Behaviours", "behavioural", "behavioral"),
        ("counselling", "counseling", "counselled"),
        ("counsellor", "counselor", "counsellors"),
        ("randomised", "randomized", "randomisation", "randomization"),
        ("mentalisation", "mentalization", "mentalising", "mentalizing", "mentalize"),
        ("centre", "center", "centred", "centered", "centres"),
        ("programme", "program", "programmes"),
        ("organisation", "organization", "organising"),
        ("analyse", "analyze", "analysed", "analysis", "analyses", "analysing"),
        ("synthesis", "syntheses"),
        ("diagnosis", "diagnoses"),
        ("practise", "practice", "practised"),
        ("judgement", "judgment"),
        ("defence", "defense"),
        ("paediatric", "pediatric"),
        ("labelled", "labeled"),
        ("medication", "medications", "medicated"),
        ("mindful", "mindfulness"),
        ("personality", "personalities"),
    ],
)
def test_spellings_of_one_word_are_one_term(spellings: tuple[str, ...]) -> None:
    assert len({stem(word) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mentalizing", "mental"),
        ("medication", "medical"),
        ("mindfulness", "mind"),
        ("personality", "personal"),
        ("personalized", "person"),
        ("four", "for"),
        ("our", "or"),
        ("hour", "hor"),
        ("pain", "pan"),
    ],
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("verb", "noun"),
    [("supervise", "supervision"), ("revise", "revision"), ("promise", "promises"), ("exercise", "exercises")],
)
def test_verbs_that_are_always_written_with_s_keep_it(verb: str, noun: str) -> None:
    assert stem(verb) == stem(noun)
