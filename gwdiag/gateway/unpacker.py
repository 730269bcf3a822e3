"""Gzip that the gateway asked for in its own name: the client gets what is in it.

Source: net/http's transport and compress/gzip of Go 1.26.
"""

import zlib

from gwdiag.gateway import faults
from gwdiag.gateway.faults import Fault


class Unpacker:
    """One body."""

    __slots__ = ("_has_begun", "_stream")

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self._has_begun = False

    def unpacked(self, data: bytes | memoryview) -> bytes:
        """What is in a piece of it. Raises Fault."""
        self._has_begun = True
        try:
            return self._stream.decompress(data)
        except zlib.error:
            raise Fault("gzip: invalid header") from None

    def end(self) -> None:
        """Nothing more comes. Raises Fault where that is too early."""
        if self._has_begun and not self._stream.eof:
            raise faults.UNEXPECTED_EOF
