"""The adapter contract: `core`, and one file per facet."""
