"""Search over runs: the oracle, schedulers, the catalogue's runner."""
