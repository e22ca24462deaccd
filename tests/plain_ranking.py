"""A ranking that is easy to reckon with by hand."""

from __future__ import annotations

from indexer.ranking import PARAMETERS, Profile
from indexer.synonyms import Synonyms

# Weights that are easy to reckon with: no correction for length, every field counts 1.
PLAIN = Profile(
    "plain",
    {name: 0.0 if name.endswith("_b") else 1.0 for name in PARAMETERS}
    | {"title_weight": 2.0, "k1": 1.0, "pair_weight": 0.0, "title_phrase_weight": 0.0, "spelling_weight": 0.0},
)
NO_SYNONYMS = Synonyms({})
