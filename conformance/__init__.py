"""Judges: the language of scenarios, the contract of adapters and the engine that compares."""

from typing import Final

DISTRIBUTION: Final = "async-runtime-conformance"
"""What pip calls it."""
