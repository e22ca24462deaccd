"""Plots as inline SVG, written by hand: a few bars on a logarithmic scale need no plotting library of 40 MB.

Text stays text (it can be searched and scales), and colours come from the page's style sheet, light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABEL_WIDTH, ROW, BAR, TOP = 760, 190, 22, 13, 26


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar from the left edge to `value`; a line on to `far` (a 95th percentile) and a tick at `floor` if given."""

    label: str
    value: float
    text: str
    kind: int = 0
    far: float | None = None
    floor: float | None = None


def log_bars(title: str, bars: Sequence[Bar], unit: str, margin: float = 0.5) -> str:
    """Return a bar chart on a logarithmic scale; values must be positive.

    margin  the scale begins at the power of ten below the smallest value times this.
    """
    everything = [v for bar in bars for v in (bar.value, bar.far, bar.floor) if v]
    low = 10 ** math.floor(math.log10(min(everything) * margin))
    high = 10 ** math.ceil(math.log10(max(everything) * 1.01))
    height = TOP + ROW * len(bars) + 8

    def x(value: float) -> float:
        share = math.log10(max(value, low) / low) / math.log10(high / low)
        return round(LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH - 90), 1)

    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">']
    power = low
    while power <= high * 1.001:
        parts.append(f'<line class="grid" x1="{x(power)}" x2="{x(power)}" y1="{TOP - 8}" y2="{height}"/>')
        parts.append(f'<text class="axis" x="{x(power)}" y="{TOP - 12}">{power:g} {escape(unit)}</text>')
        power *= 10
    for i, bar in enumerate(bars):
        y = TOP + ROW * i
        middle = y + BAR / 2
        parts.append(f'<text class="label" x="{LABEL_WIDTH - 8}" y="{middle + 4}">{escape(bar.label)}</text>')
        width = max(1.0, x(bar.value) - LABEL_WIDTH)
        parts.append(f'<rect class="bar k{bar.kind}" x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" height="{BAR}"/>')
        end = x(bar.value)
        if bar.far is not None:
            end = max(end, x(bar.far))
            parts.append(f'<line class="far" x1="{x(bar.value)}" x2="{x(bar.far)}" y1="{middle}" y2="{middle}"/>')
        if bar.floor:
            end = max(end, x(bar.floor))
            at = x(bar.floor)
            parts.append(f'<line class="floor" x1="{at}" x2="{at}" y1="{y - 3}" y2="{y + BAR + 3}"/>')
        parts.append(f'<text x="{end + 6}" y="{middle + 4}">{escape(bar.text)}</text>')
    return "".join([*parts, "</svg>"])
