"""One scheduler per file: three lines of idea each."""
