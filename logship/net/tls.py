"""The TLS context of a sink's settings, made again when one of its files changes: mounted certificates are rotated.

So is the system's bundle, or the one that SSL_CERT_FILE names, where the settings name none.
"""

import contextlib
import functools
import os
import ssl
from collections.abc import Iterator

from logship.errors import ConfigError


class Tls:
    """Gives the context for the next connection; construction raises OSError if a file is unusable."""

    def __init__(self, ca_file: str, cert_file: str, key_file: str, *, insecure: bool) -> None:
        self._ca, self._cert, self._key, self._insecure = ca_file, cert_file, key_file, insecure
        self._stamp: tuple[tuple[int, int], ...] = ()
        self._context: ssl.SSLContext | None = None
        if ca_file or cert_file or insecure:
            self._stamp, self._context = self._stamps(), self._make()

    def context(self) -> ssl.SSLContext:
        """Give the context. The system's certificates are loaded at the first call: 50 ms, 1 MiB.

        A file that changed and can't be loaded (half written, say) leaves the old context in use.
        """
        if self._context is None:
            self._stamp, self._context = self._stamps(), self._make()
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._context = self._make()
                self._stamp = stamp
        except OSError:  # ssl.SSLError is one
            pass
        return self._context

    def _stamps(self) -> tuple[tuple[int, int], ...]:
        stats = [os.stat(path) for path in (self._ca, self._cert, self._key) if path]  # noqa: PTH116 - for every request
        if not (self._ca or self._insecure):
            stats += _system_stats()
        return tuple((each.st_mtime_ns, each.st_ino) for each in stats)

    def _make(self) -> ssl.SSLContext:
        if self._insecure and not self._ca:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the system's certificates are 0.7 MiB
        else:
            context = ssl.create_default_context(cafile=self._ca or None)
        context.set_alpn_protocols(["http/1.1"])
        if self._cert:
            context.load_cert_chain(self._cert, self._key or None)
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def open_tls(ca_file: str, cert_file: str, key_file: str, *, insecure: bool) -> Tls:
    """Give the contexts of a sink; ConfigError names its files where OpenSSL can't use them together."""
    try:
        return Tls(ca_file, cert_file, key_file, insecure=insecure)
    except (OSError, ValueError) as error:
        why = (getattr(error, "reason", None) or str(error)).lower().replace("_", " ")
        files = ", ".join(filter(None, (ca_file, cert_file, key_file)))
        raise ConfigError([f"TLS files can't be used: {files}: {why}"]) from error


def _system_stats() -> list[os.stat_result]:
    """Give what is known of the system's certificates: a bundle, a folder, both or neither."""
    found = []
    for path in _system_paths():
        with contextlib.suppress(OSError):
            found.append(os.stat(path))  # noqa: PTH116 - for every request
    return found


@functools.cache
def _system_paths() -> tuple[str, ...]:
    paths = ssl.get_default_verify_paths()
    files = os.environ.get(paths.openssl_cafile_env, paths.openssl_cafile)
    folder = os.environ.get(paths.openssl_capath_env, paths.openssl_capath)
    return files, folder


@contextlib.contextmanager
def without_certificates() -> Iterator[None]:
    """Let whoever is imported meanwhile make contexts that trust nobody.

    aiohttp loads the system's certificates when it is imported, also where nothing will ever speak TLS; here a request
    that needs a context brings that of :class:`Tls`.
    """
    found = ssl.create_default_context
    ssl.create_default_context = lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # type: ignore[assignment,misc]
    ssl.SSLContext.set_default_verify_paths = lambda self: None  # type: ignore[method-assign]  # noqa: ARG005
    try:
        yield
    finally:
        ssl.create_default_context = found
        del ssl.SSLContext.set_default_verify_paths  # what is behind it is there again
