"""The benchmark: how fast PPRNet Search answers, beside the peers that do the same work. `make bench` runs it.

The unit of work is what a reader waits for: words -> ranked top ten, exact total, disjunctive counts of topics, types
and years over all matches, and a highlighted snippet for each of the ten. In the order of the data:

    corpus.py queries.py   the articles and the questions, made from a seed
    work.py                the nouns: Question, Answer, and what an engine under test is
    engines/               one adapter a file: ours and the peers, used as their documentation says
    building.py            records -> index, in a process of its own: time, memory, size
    worker.py rounds.py    questions -> times, one process an engine, interleaved
    web.py load.py         the whole /search response; many readers while a new index is switched in
    goals.py               what must be met, what is aimed at
    report.py svg.py       measurements -> table, report.json, report.html

It is not collected by pytest: a measurement is no test. Nothing here is imported by the product.
"""
