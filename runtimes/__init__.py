"""Answers: one adapter for each runtime, and the reference executor."""
