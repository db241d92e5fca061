"""How fast the reference and its oracle are, measured beside the runtimes that they judge."""
