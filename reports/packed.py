"""What stands behind scenarios and findings, packed: compressed a few at a time, unpacked when asked for.

It is nearly all of a report, and it repeats itself: packed, it is a tenth. A pack is JSON, an object of
blocks by name, compressed as zlib does and written in Base64; `templates/js/block.js` is the reader.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

SIZE: Final = 100_000
"""Characters of JSON in a pack, about: what a browser unpacks in a few milliseconds."""


class Pack(NamedTuple):
    """Some blocks: their names, and their text, which holds nothing but letters, digits and `+/=`."""

    names: tuple[str, ...]
    text: str


def packs(blocks: Iterable[tuple[str, Any]]) -> Iterator[Pack]:
    """The blocks in packs, in order; their names are letters, digits and hyphens."""
    texts: dict[str, str] = {}
    for name, block in blocks:
        texts[name] = json.dumps(block, ensure_ascii=False, separators=(",", ":"))
        if sum(map(len, texts.values())) >= SIZE:
            yield _pack(texts)
            texts = {}
    if texts:
        yield _pack(texts)


def _pack(texts: dict[str, str]) -> Pack:
    body = ",".join(f'"{name}":{text}' for name, text in texts.items())
    # Half of a surrogate pair is no text: it becomes an escape that JSON has for it.
    raw = f"{{{body}}}".encode(errors="backslashreplace")
    return Pack(tuple(texts), base64.b64encode(zlib.compress(raw, 9)).decode())
