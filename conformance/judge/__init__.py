"""Judges what runtimes showed: verdicts, the record of a case, results files, replay tokens."""
