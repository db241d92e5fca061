"""Tells: renderers of one results model, one module for each format."""
