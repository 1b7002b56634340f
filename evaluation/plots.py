"""The plots of the report, as SVG text."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_BLUE, _RED, _GREY = "#1f6feb", "#c6423d", "#7d8590"


def curve_plot(
    points: Sequence[tuple[float, float, float]], chosen: Sequence[tuple[float, str]]
) -> str:
    """In scope kept against out of scope let through, with the thresholds in use marked."""
    figure, axes = _axes("out of scope let through", "in scope kept")
    axes.plot([p[2] for p in points], [p[1] for p in points], color=_BLUE, drawstyle="steps-post")
    for threshold, name in chosen:
        _, kept, leaked = max((p for p in points if p[0] <= threshold), default=points[0])
        axes.plot(leaked, kept, "o", color=_RED)
        axes.annotate(
            f"{name}: {kept:.1%} / {leaked:.1%}",
            (leaked, kept),
            textcoords="offset points",
            xytext=(8, -12),
            color=_RED,
        )
    axes.set_xlim(-0.01, 0.5)
    axes.set_ylim(0.8, 1.005)
    return _svg(figure)


def calibration_plot(bins: Sequence[tuple[float, float, int]]) -> str:
    """The share that is right against how sure the search was, by tenths."""
    figure, axes = _axes("confidence of the first provision", "share that is right")
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle=":")
    axes.plot([b[0] for b in bins], [b[1] for b in bins], "o-", color=_BLUE)
    for mean, right, count in bins:
        axes.annotate(
            str(count), (mean, right), textcoords="offset points", xytext=(0, 7), color=_GREY
        )
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.08)
    return _svg(figure)


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    # Fixed, so that the same figures give the same file.
    plt.rcParams["svg.hashsalt"] = "chuangwen"
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    for part in (axes.xaxis.label, axes.yaxis.label):
        part.set_color(_GREY)
    axes.tick_params(colors=_GREY)
    for spine in axes.spines.values():
        spine.set_color(_GREY)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.2)
    return figure, axes


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]
