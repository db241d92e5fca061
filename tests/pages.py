"""What a report page holds, taken out of its text."""

import base64
import json
import re
import zlib
from typing import Any


def data_of(page: str) -> Any:
    """What a page knows from the start."""
    found = re.search('<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def blocks_of(page: str) -> dict[str, Any]:
    """The blocks of a page, by name; each pack says which it holds."""
    blocks: dict[str, Any] = {}
    for names, text in re.findall(r'<script type="text/plain" data-holds="(.*?)">(.*?)<', page):
        pack = json.loads(zlib.decompress(base64.b64decode(text)))
        assert list(pack) == names.split()
        blocks |= pack
    return blocks
