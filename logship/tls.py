"""The TLS context of a sink's settings, made again when one of its files changes: mounted certificates are rotated."""

import ssl
from pathlib import Path


class Tls:
    """Gives the context for the next connection; construction raises OSError if a file is unusable."""

    def __init__(self, ca_file: str, cert_file: str, key_file: str, *, insecure: bool) -> None:
        self._ca, self._cert, self._key, self._insecure = ca_file, cert_file, key_file, insecure
        self._plain = not (ca_file or cert_file or insecure)
        self._stamp = () if self._plain else self._stamps()
        self._context: ssl.SSLContext | bool = self._plain or self._make()

    def context(self) -> ssl.SSLContext | bool:
        """Give the context for aiohttp; True stands for the system's certificates and costs no memory of ours.

        A file that changed and can't be loaded (half written, say) leaves the old context in use.
        """
        if self._plain:
            return True
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
        if self._cert:
            context.load_cert_chain(self._cert, self._key or None)
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
