import json
from dataclasses import replace

from conformance.judge.results import Results
from conformance.judge.verdict import Verdict
from reports import badge, markdown
from tests.unit.cases import a_case, results


def test_markdown_tells_the_verdicts() -> None:
    """A table of runtimes and areas, then each violation with its replay line."""
    bad = a_case("area/two", Verdict.VIOLATES, breaks="it", reason="MUST it")
    text = markdown.render(results(a_case("area/one"), bad))
    assert "| **toy** 1.0, Python 3.12.1 | ❌ 1/2 | ❌ 1/2 |" in text
    assert "- **area/two** on toy 1.0, Python 3.12.1: Is it?" in text
    assert "MUST it" in text
    assert "`conformance replay ar1.1.00000000.run,area/two`" in text


def test_markdown_of_strangers_is_text() -> None:
    """Nothing that a scenario or a runtime supplies becomes a link, a tag, a mention or a table."""
    evil = "<script>alert(1)</script> [x](https://evil.example) | `rm` @all #1 ![i](j)\n# h"
    case = replace(a_case(verdict=Verdict.VIOLATES, reason=evil), asks=evil, runtime="t|oy")
    text = markdown.render(results(case))
    for active in ("<script>", "[x](", " | `rm`", " @all", " #1", "![i]", "\n# h"):
        assert active not in text


def test_badges() -> None:
    """Green with all conforming, red with a violation, yellow with doubt, grey with nothing."""

    def colour(*verdicts: Verdict) -> str:
        cases = [a_case(f"area/n{i}", verdict) for i, verdict in enumerate(verdicts)]
        made: dict[str, str] = json.loads(badge.render(results(*cases)))
        return f"{made['message']} {made['color']}"

    good, bad = Verdict.CONFORMS, Verdict.VIOLATES
    assert colour(good, Verdict.NOT_APPLICABLE) == "1/1 brightgreen"
    assert colour(good, bad, Verdict.UNKNOWN) == "1/3 red"
    assert colour(good, Verdict.UNKNOWN) == "1/2 yellow"
    assert colour(Verdict.NOT_APPLICABLE) == "nothing ran lightgrey"
    cut = json.loads(badge.render(Results((), (a_case(),), ("f",))))
    assert cut["message"] == "truncated"
