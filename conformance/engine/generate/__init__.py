"""Random programs: bytes in, a well-formed program out, the same one each time.

`decode` is a plain function of bytes. A campaign feeds it bytes from a seeded generator, thousands of
programs a second; Hypothesis feeds it bytes that it can shrink (`conformance.strategies`). A zero byte always
stands for the simplest choice, and bytes that are not there are zeros.
"""
