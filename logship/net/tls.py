"""The TLS context of a sink's settings, made again when one of its files changes: mounted certificates are rotated."""

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path


class Tls:
    """Gives the context for the next connection; construction raises OSError if a file is unusable."""

    def __init__(self, ca_file: str, cert_file: str, key_file: str, *, insecure: bool) -> None:
        self._ca, self._cert, self._key, self._insecure = ca_file, cert_file, key_file, insecure
        self._plain = not (ca_file or cert_file or insecure)
        self._stamp = () if self._plain else self._stamps()
        self._context = None if self._plain else self._make()

    def context(self) -> ssl.SSLContext:
        """Give the context. The system's certificates are loaded at the first call: 50 ms, 1 MiB.

        A file that changed and can't be loaded (half written, say) leaves the old context in use.
        """
        if self._context is None:
            self._context = self._make()
        if self._plain:
            return self._context
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._context = self._make()
                self._stamp = stamp
        except OSError:  # ssl.SSLError is one
            pass
        return self._context

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        stats = [Path(path).stat() for path in (self._ca, self._cert, self._key) if path]
        return tuple((each.st_mtime_ns, each.st_ino) for each in stats)

    def _make(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca or None)
        context.set_alpn_protocols(["http/1.1"])
        if self._cert:
            context.load_cert_chain(self._cert, self._key or None)
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """Let whoever is imported meanwhile make contexts that trust nobody.

    aiohttp loads the system's certificates when it is imported, also where nothing will ever speak TLS; here a request
    that needs a context brings that of :class:`Tls`.
    """
    found = ssl.create_default_context
    ssl.create_default_context = lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        ssl.create_default_context = found
