"""Makes a counterexample small: one idea per file.

`rewrite` changes a program and keeps it sensible, `passes` proposes smaller programs, `shrink` tries them.
"""
