"""What `conformance init` writes into an author's project: the files beside this module."""
