"""Judges: the language of scenarios, the contract of adapters and the engine that compares."""
