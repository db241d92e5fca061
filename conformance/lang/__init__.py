"""The language: programs, scenarios and outcomes as data."""
