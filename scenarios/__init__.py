"""Asks: the catalogue of scenarios, one module for each area."""
