"""Other processes, interpreters and languages: one JSON line each way."""
