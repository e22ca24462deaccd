"""Pages of each kind over the sample, in each state that looks different: (address, status)."""

from __future__ import annotations

from listings import LISTS

DIGEST = "2021-07-psychotherapist-burnout-affects-patient-outcomes"
ARTICLE = f"/article/{DIGEST}"
MARKED_ARTICLE = f"{ARTICLE}?q=therapist+burnout"
RESULTS = "/search?q=video+therapy+alliance&topic=alliance&topic=depression&from=2018"
PAGES = [
    ("/", 200),
    ("/search", 200),
    ("/search?q=video+therapy+alliance&page=2", 200),
    (RESULTS, 200),
    ("/search?q=alliance&topic=alliance&topic=depression&type=meta-analysis&from=2018&to=2022", 200),
    ("/search?q=the+theraputic+alliance+-rupture&topic=no-topic&from=never", 200),
    ("/search?q=zzz&topic=alliance&from=2018", 200),
    ("/search?q=alliance&page=99", 404),
    ("/filters?q=video+therapy+alliance&topic=alliance&from=2018", 200),
    (MARKED_ARTICLE, 200),
    (f"/why/{DIGEST}?q=therapist+burnout", 200),
    *LISTS,
    ("/status", 200),
    ("/nowhere", 404),
]
