from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Shown
from tests.browser.sample import VIEWS


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", VIEWS)
def test_axe_finds_nothing_serious(shown: Shown, report: Path, place: str, scheme: str) -> None:
    """axe-core, the accessibility checker, has nothing serious to say about any view, light or dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    shown.page.emulate_media(color_scheme=scheme)
    page = shown.go(report, place)
    page.wait_for_timeout(200)
    found = axe.run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious
