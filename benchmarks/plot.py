"""The plot beside the table: four comparisons, ours and stock."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import Results

_OURS, _STOCK = "#0b6e4f", "#8a94a0"
# A card of its own colour, so that it reads the same on a light page and a dark one.
_CARD, _INK = "#ffffff", "#24292f"


def draw(results: Results, path: Path) -> None:
    """Write an SVG. Its bars start at zero; spans of more than tenfold are on a log scale."""
    import matplotlib  # only here: a run that fails before needs none

    matplotlib.use("svg")
    from matplotlib import pyplot

    # Equal figures give an equal file.
    matplotlib.rcParams.update({"svg.hashsalt": "chuangwen", "font.family": "DejaVu Sans"})
    ours, stock = results.ours, results.stock
    panels = (
        ("Training", "s", "less is better", ours.training_s, stock.training_s, 0),
        ("Turn, 1 client, p50", "ms", "less is better", ours.p50_ms, stock.p50_ms, 1),
        (
            "16 clients",
            "turns/s",
            "more is better",
            ours.turns_per_s,
            stock.turns_per_s,
            0,
        ),
        ("Memory", "MB", "less is better", ours.steady_mb, stock.steady_mb, 0),
    )
    figure, axes = pyplot.subplots(2, 2, figsize=(8.4, 4.0), facecolor=_CARD)
    for axis, (title, unit, better, our_value, stock_value, digits) in zip(
        axes.flat, panels, strict=True
    ):
        values = (our_value, stock_value)
        spread = max(values) / min(values) > 10
        axis.set_facecolor(_CARD)
        if spread:
            axis.set_xscale("log")
            axis.set_xlim(min(values) / 3, max(values) * 5)
            axis.scatter(values, (1, 0), color=(_OURS, _STOCK), s=90, zorder=3)
            axis.hlines((1, 0), min(values) / 3, max(values) * 5, color="#e3e6ea", linewidth=1)
        else:
            axis.set_xlim(0, max(values) * 1.3)
            axis.barh((1, 0), values, height=0.55, color=(_OURS, _STOCK))
        for position, value in zip((1, 0), values, strict=True):
            axis.annotate(
                f"{value:,.{digits}f} {unit}",
                (value, position),
                xytext=(9 if spread else 5, 0),
                textcoords="offset points",
                va="center",
                color=_INK,
                fontsize=10,
            )
        axis.set_ylim(-0.6, 1.6)
        axis.set_yticks((1, 0), ("ChuangWen", "Rasa, stock"), color=_INK, fontsize=10)
        axis.set_title(
            f"{title} ({better}{', log scale' if spread else ''})",
            loc="left",
            color=_INK,
            fontsize=10,
            fontweight="bold",
        )
        axis.tick_params(left=False, colors=_INK, labelsize=8)
        for edge in ("top", "right", "left"):
            axis.spines[edge].set_visible(False)
        axis.spines["bottom"].set_color("#c5cad1")
    figure.tight_layout(h_pad=1.6, w_pad=2.5)
    figure.savefig(path, format="svg", facecolor=_CARD, metadata={"Date": None})
    pyplot.close(figure)
