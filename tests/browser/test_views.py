from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.synthetic import synthetic
from reports.html import render
from tests.browser.conftest import Shown
from tests.browser.sample import BROKEN, SEVERAL, VIEWS, WITNESS, texts, wait_until


@pytest.fixture(scope="module")
def many_areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of fifteen areas with names as long as real ones."""
    made = synthetic(60, 3)
    names = sorted({case.scenario for case in made.cases})
    area = {name: f"area-name-{names.index(name) % 15:02}" for name in names}
    cases = tuple(
        replace(c, scenario=f"{area[c.scenario]}/{c.scenario.partition('/')[2]}")
        for c in made.cases
    )
    path = tmp_path_factory.mktemp("areas") / "report.html"
    path.write_text(render(replace(made, cases=cases)), encoding="utf-8")
    return path


@pytest.mark.parametrize("place", VIEWS)
def test_every_view_has_an_address(shown: Shown, report: Path, place: str) -> None:
    """Each view opens from its address, has one heading of its own and a title, and says where it is."""
    page = shown.go(report, place)
    assert page.locator("main h2").count() == 1
    assert "Not in these results" not in page.inner_text("main")
    assert page.title().endswith("Async runtime conformance")
    assert page.locator("nav a[aria-current=page]").count() == 1


def test_an_unknown_address_says_so(shown: Shown, report: Path) -> None:
    """A link into another report is answered with words, not with an empty page."""
    page = shown.go(report, "#scenario/there/is-none")
    assert "Not in these results" in page.inner_text("main")


def test_the_overview_tells_what_broke_first(shown: Shown, report: Path) -> None:
    """What changed, then what is violated, then who ran; what is missing stands above all."""
    page = shown.go(report)
    heads = texts(page, "main h3")
    assert heads[0] == "Changed since 2025-07-01"
    assert heads[1].startswith("Violations: ")
    broke = page.locator(".changed div", has_text="broke").first
    assert BROKEN in broke.inner_text()
    assert "cut.jsonl has no footer" in page.inner_text(".warnings")
    assert page.locator(".summary tbody tr.first").count() == 4


def test_a_red_cell_tells_why(shown: Shown, report: Path) -> None:
    """One click on a violation: the reason, what was nearest, where they part, how to see it again."""
    page = shown.go(report)
    page.locator(".cards > li.bad a", has_text="loop-01").first.click()
    page.wait_for_selector(".verdict.bad")
    case = page.inner_text(".case")
    assert "no schedule allows it" in case
    assert "nearest allowed" in case
    assert page.locator(".case mark").count() >= 2
    assert "conformance replay ar1." in case
    assert "conformance repro ar1." in case


def test_a_scenario_shows_rule_program_and_outcomes(shown: Shown, report: Path) -> None:
    """What is asked, by whom it is promised, the program, and each outcome with everybody's share."""
    page = shown.go(report, f"#scenario/{BROKEN}")
    text = page.inner_text("main")
    for words in (
        "Rule (MUST)",
        "a logs began",
        "task main:",
        "spawn a",
        "Outcomes side by side",
        "FORBIDDEN",
    ):
        assert words in text
    assert page.locator("main a[href='https://example.org/loops/" + BROKEN + "']").count() == 1
    assert page.locator(".side tbody tr").count() >= 2


def test_two_timelines_stand_one_above_the_other(shown: Shown, report: Path) -> None:
    """A lane for each task, bars and marks; where two runtimes part is marked in both and told."""
    page = shown.go(report, f"#cell/{BROKEN}@loop-01")
    assert page.locator("svg.lanes[role=group]").count() == 2
    assert texts(page, "svg.lanes[role=group] >> nth=0 >> text.task") == ["main", "a"]
    assert page.locator("svg.lanes .wait").count() >= 4
    assert page.locator("svg.lanes .item.cancel").count() >= 2


def test_timelines_are_read_by_keyboard(shown: Shown, report: Path) -> None:
    """One stop for Tab, arrows from step to step, and the step in words below."""
    page = shown.go(report, f"#cell/{BROKEN}@loop-01")
    figure = page.locator("figure.timeline").first
    assert figure.locator(".item[tabindex='0']").count() == 1
    figure.locator(".item[tabindex='0']").focus()
    first = figure.locator(".detail").inner_text()
    page.keyboard.press("ArrowRight")
    second = figure.locator(".detail").inner_text()
    assert first.startswith("main: spawn a")
    assert second != first


def test_the_other_timeline_can_be_chosen(shown: Shown, report: Path) -> None:
    """Choosing a runtime changes the picture, and the address, which opens the same picture again."""
    page = shown.go(report, f"#cell/{BROKEN}@loop-01")
    beside = page.locator("select[name=with]")
    beside.select_option(label="loop-03, 1.3, Python 3.12.1")
    wait_until(page, "location.hash.includes('with=')")
    again = shown.go(report, page.evaluate("location.hash"))
    assert (
        again.locator("select[name=with]")
        .locator("option:checked")
        .inner_text()
        .startswith("loop-03")
    )


def test_the_atlas_puts_answers_side_by_side(shown: Shown, report: Path) -> None:
    """Questions that are answered differently come first; each answer has its meaning and a source."""
    page = shown.go(report, "#atlas")
    first = page.locator(".questions > li").first
    assert first.locator("dt").count() >= 2
    assert "a logs early" in first.inner_text()
    assert first.locator("a[href^='https://example.org/']").count() == 1
    assert page.locator("svg.tree path").count() == 3
    assert page.locator(".heat tbody td").count() == 16


def test_a_pair_starts_with_the_smallest_program(shown: Shown, report: Path) -> None:
    """Two runtimes are chosen; what tells them apart is listed, small programs first, surely before perhaps."""
    page = shown.go(report, "#atlas")
    form = page.locator("form.pair-chooser")
    form.get_by_label("Compare").select_option("loop-00")
    form.get_by_label("with").select_option("loop-02")
    page.wait_for_selector("table.pair")
    assert page.evaluate("location.hash") == "#pair/loop-00/loop-02"
    sizes = [int(text) for text in texts(page, "table.pair >> nth=0 >> td.size")]
    assert sizes == sorted(sizes)
    page.locator("form.pair-chooser").get_by_label("in").select_option("join")
    wait_until(page, "location.hash.includes('area=join')")
    assert all(name.startswith("join/") for name in texts(page, "table.pair tbody th a"))


def test_a_finding_has_everything_for_a_report(shown: Shown, report: Path) -> None:
    """Program, both timelines, where they part, the replay line and the script."""
    witness, script = WITNESS
    page = shown.go(report, f"#finding/{witness.slug}")
    text = page.inner_text("main")
    assert "conformance replay ar1." in text
    assert "They part in" in text
    assert page.locator("svg.lanes[role=group]").count() == 2
    assert script.splitlines()[0] in text


def test_the_trend_names_regressions(shown: Shown, report: Path) -> None:
    """A plot for each runtime, and what broke at which point, by name."""
    page = shown.go(report, "#trend")
    assert page.locator("figure.multiple").count() == 12
    assert "✗ broke" in page.inner_text("main").replace("✗broke", "✗ broke")
    assert page.locator("ul.changes a", has_text=BROKEN).count() >= 1


def test_the_trend_shows_each_point(shown: Shown, report: Path) -> None:
    """Of each scenario that changed, the face at every point; where it turned is marked, in words too."""
    page = shown.go(report, "#trend")
    line = page.locator(".course tbody tr", has_text=BROKEN).first
    assert (
        line.locator("td").count() == page.locator(".course").first.locator("thead th").count() - 1
    )
    turned = line.locator("td.turned")
    assert turned.count() == 1
    assert "violates" in turned.inner_text()
    assert "VIOLATES" in turned.get_attribute("title")


def test_questions_are_grouped_by_area(shown: Shown, report: Path) -> None:
    """The first area of the atlas is open, each other one opens when it is asked for."""
    page = shown.go(report, "#atlas")
    areas = page.locator("details.areas")
    assert areas.count() >= 2
    assert areas.first.locator(".questions > li").first.is_visible()
    assert areas.nth(1).locator(".questions > li").count() == 0
    areas.nth(1).locator("summary").click()
    areas.nth(1).locator(".questions > li").first.wait_for(state="visible")


def test_a_few_columns_explain_their_answers(shown: Shown, report: Path) -> None:
    """Where there is room, each answer stands with its meaning, and that several were seen is told."""
    page = shown.go(report, "#matrix?runtime=loop-02&level=question")
    assert page.locator(".matrix td .means").count() >= 1
    several = page.locator(".matrix td", has_text=" | ").first
    assert "varies from run to run" in several.inner_text()
    page.evaluate("location.hash = '#matrix'")
    wait_until(page, "document.querySelectorAll('.matrix thead th').length === 5")
    assert page.locator(".matrix td .means").count() == 0


def test_areas_need_no_scrolling(shown: Shown, many_areas: Path) -> None:
    """Fifteen areas fit on a small desktop; on a phone a runtime tells those in which something is wrong."""
    shown.page.set_viewport_size({"width": 1024, "height": 768})
    page = shown.go(many_areas)
    wide = "(e => e.scrollWidth - e.clientWidth)(document.querySelector('.summary').parentElement)"
    assert page.locator(".summary thead th").count() == 17
    assert page.evaluate(wide) <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(wide) <= 0
    assert page.locator(".summary td.wrong").first.is_visible()
    assert not page.locator(".summary td.fine").first.is_visible()


def test_copy_buttons_copy(shown: Shown, report: Path) -> None:
    """The clipboard holds the line that stands beside the button; a reader hears that it does."""
    page = shown.go(report, f"#cell/{BROKEN}@loop-01")
    page.bring_to_front()
    line = page.locator(".copy-line").first
    line.locator("button").click()
    wait_until(page, "document.getElementById('said').textContent === 'Copied'")
    assert page.evaluate("navigator.clipboard.readText()") == line.locator("code").inner_text()
    assert line.locator("button").inner_text() == "Copied"


def test_the_theme_follows_the_system_or_the_reader(shown: Shown, report: Path) -> None:
    """Dark where the system is; the button overrules it."""
    page = shown.page
    dark = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    shown.go(report)
    night = page.evaluate(dark)
    page.emulate_media(color_scheme="light")
    day = page.evaluate(dark)
    assert night != day
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert (page.locator("#theme").inner_text(), page.evaluate(dark)) == ("Theme: dark", night)
    page.locator("#theme").click()


@pytest.mark.parametrize("place", VIEWS)
def test_a_phone_scrolls_down_only(shown: Shown, report: Path, place: str) -> None:
    """At 390 pixels nothing sticks out: what is wide scrolls within its own frame."""
    shown.page.set_viewport_size({"width": 390, "height": 844})
    page = shown.go(report, place)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_matrix_prints_whole(shown: Shown, report: Path) -> None:
    """On paper there are no controls and no rows left out."""
    page = shown.go(report, "#matrix")
    wait_until(page, "document.querySelectorAll('.matrix tbody tr:not(.area)').length === 48")
    page.emulate_media(media="print")
    assert not page.locator("form.filters").is_visible()
    whole = "[...document.querySelectorAll('.matrix tbody tr')].every(row => row.offsetHeight > 0)"
    assert page.evaluate(whole)
    assert page.evaluate("getComputedStyle(document.querySelector('.matrix')).maxHeight") == "none"


def test_what_is_folded_is_printed(shown: Shown, report: Path) -> None:
    """On paper nothing can be opened: what is folded is there, and folded again when it is printed."""
    page = shown.go(report, f"#cell/{BROKEN}@loop-01")
    folded = "document.querySelectorAll('main details:not([open])').length"
    before = page.evaluate(folded)
    assert before > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(folded) == 0
    assert page.locator("table.trace").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == before


def test_without_script_the_page_says_what_it_is(report: Path) -> None:
    """A reader without script learns who ran, and how many cases have which verdict."""
    text = report.read_text(encoding="utf-8")
    body = text[text.index("<noscript>") : text.index("</noscript>")]
    assert "loop-03 1.3, Python 3.13.0" in body
    assert "violates" in text[: text.index("<noscript>")]


def test_each_outcome_has_its_run(shown: Shown, report: Path) -> None:
    """Where seeds showed several outcomes, the run of each can be looked at, and has an address."""
    place = "#cell/" + SEVERAL + "@loop-02"
    page = shown.go(report, place)
    runs = page.locator("select[name=run]")
    assert texts(page, "select[name=run] option") == [
        "early, as shipped",
        "late, seed 7",
    ]
    runs.select_option(label="late, seed 7")
    wait_until(page, "location.hash.includes('run=1')")
    assert "late, seed 7" in page.locator("figure.timeline figcaption").first.inner_text()
