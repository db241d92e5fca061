"""Text of strangers, made safe to look at: nothing hidden, nothing reordered, nothing endless."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 20_000
"""Characters of any one text that are shown."""
_KEPT: Final = frozenset("\n\t")
_HARMFUL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: controls, formats (bidirectional, zero-width), what has no shape."""


def visible(text: str) -> str:
    """The text with every character that could hide or reorder others shown as an escape."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text):,} characters)"
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in _KEPT or _harmless(c) else f"\\u{ord(c):04x}" for c in text)


def _harmless(character: str) -> bool:
    return unicodedata.category(character) not in _HARMFUL
