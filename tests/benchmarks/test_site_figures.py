"""The website's figures beside their targets, and the page that shows them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import browser, lighthouse
from benchmarks.processes import BenchmarkError
from benchmarks.results import Machine
from benchmarks.site_figures import Figures, Sizes, page, rows, warning

FULL = dict.fromkeys(lighthouse.CATEGORIES, 100)
# Each exactly at its target.
REACHED = Figures(
    date="2026-11-25",
    machine=Machine("A processor", 2, 8.0, "Linux x86_64"),
    others=0.1,
    sizes=Sizes(),
    widget_kb=15,
    interactive_p95=200,
    page_kb=60,
    heaviest="/en/offices",
    page_p95=10,
    pages_per_s=800,
    loaded_p95=10,
    search_p95=10,
    answer_p50=40,
    answer_p95=80,
    widget_mb=1,
    pages=471,
    weighed=29,
    points={"/en/": dict.fromkeys(lighthouse.CATEGORIES, 95), "/talk": FULL},
)
WORSE = {
    "widget_kb": 15.1,
    "interactive_p95": 201.0,
    "page_kb": 60.1,
    "page_p95": 10.1,
    "pages_per_s": 799.0,
    "loaded_p95": 10.1,
    "search_p95": 10.1,
    "answer_p95": 80.1,
    "widget_mb": 1.01,
}


def test_a_figure_at_its_target_has_reached_it() -> None:
    reached = [row.reached for row in rows(REACHED) if row.target]
    assert reached == [True] * 13


@pytest.mark.parametrize(("name", "value"), WORSE.items())
def test_a_figure_beyond_its_target_has_not(name: str, value: float) -> None:
    beyond = replace(REACHED, **{name: value})  # type: ignore[arg-type]
    assert [row.reached for row in rows(beyond)].count(False) == 1


@pytest.mark.parametrize("category", lighthouse.CATEGORIES)
def test_one_page_below_lighthouses_target_is_enough(category: str) -> None:
    points = {**REACHED.points, "/demo": {**FULL, category: 94}}
    failed = [row for row in rows(replace(REACHED, points=points)) if row.reached is False]
    assert [(category in row.what, row.measured) for row in failed] == [(True, "94")]


def test_the_page_has_every_figure_every_judged_page_and_the_command() -> None:
    made = page(REACHED, "python -m benchmarks.site --questions 60")
    assert "Made by `python -m benchmarks.site --questions 60`" in made
    for row in rows(REACHED):
        assert " | ".join(row.cells()) in made
    assert "| /en/ | 95 | 95 | 95 | 95 |" in made
    assert "$" not in made


def test_figures_of_a_busy_machine_say_so_and_those_of_a_quiet_one_do_not() -> None:
    busy = replace(REACHED, others=0.5)
    assert "50%" in warning(busy)
    assert f"> {warning(busy)}" in page(busy, "")
    assert warning(REACHED) == ""
    assert ">" not in page(REACHED, "").partition("## How")[0]


def test_points_are_of_a_hundred() -> None:
    report = {"categories": {name: {"score": 0.955} for name in lighthouse.CATEGORIES}}
    assert lighthouse.points(report) == dict.fromkeys(lighthouse.CATEGORIES, 96)


def test_a_category_that_lighthouse_could_not_judge_is_an_error_with_its_reason() -> None:
    report = {
        "categories": {
            name: {"score": None if name == "seo" else 1} for name in lighthouse.CATEGORIES
        },
        "runtimeError": {"message": "the page did not paint"},
    }
    with pytest.raises(BenchmarkError, match="seo: the page did not paint"):
        lighthouse.points(report)


def test_a_missing_program_names_debians_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchmarkError, match="apt-get install nodejs npm"):
        lighthouse.install()
    monkeypatch.setattr(browser, "CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(BenchmarkError, match="apt-get install chromium"):
        browser.require()
