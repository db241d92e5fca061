"""`conformance worker`: serve one runtime on stdin and stdout, as an engine would start it."""

from __future__ import annotations

import click

from conformance.wire.address import Address


@click.command()
@click.argument("runtime")
def worker(runtime: str) -> None:
    """Serve RUNTIME on stdin and stdout, one JSON line each way."""
    from conformance.wire.worker import serve  # noqa: PLC0415 — wanted here only

    address = Address.parse(runtime)
    serve(address.module, address.attribute, address.flavour)
