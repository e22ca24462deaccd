"""`Evaluation` and `Comparison` -> one HTML page with plots, which opens from disk and loads nothing.

Queries and names are data: everything is escaped, and the page's own policy forbids scripts and requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from indexer.evaluate import MAIN, MEASURES, Comparison, Evaluation

VERDICTS = {
    "better": "The gain is larger than chance explains.",
    "worse": "The loss is larger than chance explains.",
    "not shown": "The difference may well be chance: these queries show neither a gain nor a loss.",
}

_WIDTH, _HEIGHT, _MARGIN, _LINE = 960, 220, 44, 16  # of a plot, in its own units
_STYLE = """
:root { color-scheme: light dark; --up: #1a7f37; --down: #b42318; --bar: #3563a8; --line: #8888; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child, .text { text-align: left; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } text { font-size: 13px; fill: currentColor; }
.up { fill: var(--up); } .down { fill: var(--down); } .bar { fill: var(--bar); } .axis { stroke: currentColor; }
.verdict { font-size: 1.25rem; border-left: .4rem solid var(--bar); padding: .3rem 1rem; }
code { overflow-wrap: anywhere; }
"""


def render_report(evaluation: Evaluation, other: Evaluation | None = None, comparison: Comparison | None = None) -> str:
    """Return the whole page. With a comparison the plot shows the gain of each query, else its nDCG@10; both sorted."""
    title = f"Ranking profile “{evaluation.profile}”" + (f" against “{other.profile}”" if other else "")
    parts = [f"<h1>{escape(title)}</h1>"]
    if other and comparison:
        parts.append(_verdict(evaluation, other, comparison))
    parts.append(_means(evaluation, other))
    values = comparison.gains if comparison else {qid: scores[MAIN] for qid, scores in evaluation.scores.items()}
    order = sorted(values, key=lambda qid: (-values[qid], qid))
    named = [(f"{qid} {evaluation.queries[qid]}", values[qid]) for qid in order]
    heading = f"Gain in {MAIN} by query" if comparison else f"{MAIN} by query"
    parts.append(f"<h2>{heading}</h2>{_plot(named, heading)}")
    parts.append(_queries(evaluation, other, comparison, order))
    parts.append(_inputs(evaluation, other))
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _verdict(evaluation: Evaluation, other: Evaluation, comparison: Comparison) -> str:
    return (
        f'<p class="verdict"><strong>“{escape(evaluation.profile)}” against “{escape(other.profile)}”: '
        f"{comparison.verdict}.</strong> {VERDICTS[comparison.verdict]}</p>\n"
        f"<p>Mean difference in {MAIN} <strong>{comparison.difference:+.4f}</strong>, 95 % bootstrap interval "
        f"{comparison.low:+.4f} to {comparison.high:+.4f}; paired randomisation test p = {comparison.p:.4f}. "
        f"{comparison.wins} wins, {comparison.ties} ties, {comparison.losses} losses over {len(comparison.gains)} "
        f"queries. The smallest difference that these queries would show four times in five: "
        f"{comparison.detectable:.4f}.</p>"
    )


def _means(evaluation: Evaluation, other: Evaluation | None) -> str:
    rows = []
    for kind in ("", *evaluation.kinds):
        n = len(evaluation.values(MAIN, kind))
        for shown in (evaluation, other) if other else (evaluation,):
            cells = [f"{shown.mean(name, kind):.4f}" for name in MEASURES] if shown else []
            name = f"{kind or 'all'} · {shown.profile}" if other and shown else kind or "all"
            rows.append([name, str(n), *cells])
    return f"<h2>Means, over all queries and by kind</h2>{_table(['Kind', 'Queries', *MEASURES], rows)}"


def _queries(
    evaluation: Evaluation, other: Evaluation | None, comparison: Comparison | None, order: Sequence[str]
) -> str:
    rows = []
    for qid in order:
        cells = [f"{qid} · {evaluation.queries[qid]}"]
        if other and comparison:
            cells += [f"{comparison.gains[qid]:+.4f}", f"{other.scores[qid][MAIN]:.4f}"]
        rows.append([*cells, *(f"{evaluation.scores[qid][name]:.4f}" for name in MEASURES)])
    head = ["Query", *(["Gain", f"{MAIN} of “{other.profile}”"] if other and comparison else []), *MEASURES]
    return f"<h2>Queries</h2>{_table(head, rows)}"


def _inputs(evaluation: Evaluation, other: Evaluation | None) -> str:
    profiles = [
        [name, f"{weight:g}", *([f"{other.weights.get(name, 0):g}"] if other else [])]
        for name, weight in evaluation.weights.items()
    ]
    weights = _table(["Weight", evaluation.profile, *([other.profile] if other else [])], profiles)
    digests = _table(
        ["Input", "sha256"],
        [
            ["records", evaluation.inputs.records],
            ["queries", evaluation.inputs.queries],
            ["qrels", evaluation.inputs.qrels],
        ],
    )
    skipped = f"<p>Without a relevant digest, left out: {escape(', '.join(evaluation.skipped))}.</p>"
    return f"<h2>What was compared</h2>{weights}{digests}{skipped if evaluation.skipped else ''}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"\n<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table>"


def _plot(bars: Sequence[tuple[str, float]], label: str) -> str:
    """Return bars over a common axis, in the given order; pointing at one names it."""
    values = [value for _, value in bars]
    high, low = max(*values, 0.0, 1e-3), min(*values, 0.0)
    scale = (_HEIGHT - 20) / (high - low)
    zero = 10 + high * scale
    step = (_WIDTH - _MARGIN) / len(bars)
    signed = low < 0 or label.startswith("Gain")
    shapes = []
    for place, (name, value) in enumerate(bars):
        top, height = zero - max(value, 0.0) * scale, abs(value) * scale
        kind = ("up" if value > 0 else "down") if signed else "bar"
        said = f"{value:+.4f}" if signed else f"{value:.4f}"
        shapes.append(
            f'<rect class="{kind}" x="{_MARGIN + place * step:.1f}" y="{top:.1f}" width="{max(step * 0.8, 0.5):.1f}" '
            f'height="{max(height, 0.5):.1f}"><title>{escape(name)}: {said}</title></rect>'
        )
    ends = [(high, 10.0), (low, _HEIGHT - 10.0)]
    ticks = [(0.0, zero), *(end for end in ends if abs(end[1] - zero) > _LINE)]  # a label needs a line of its own
    texts = [f'<text x="{_MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>' for value, y in ticks]
    axis = f'<line class="axis" x1="{_MARGIN}" x2="{_WIDTH}" y1="{zero:.1f}" y2="{zero:.1f}"/>'
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}, from best to worst">'
        f"{''.join(shapes)}{axis}{''.join(texts)}</svg>"
    )
