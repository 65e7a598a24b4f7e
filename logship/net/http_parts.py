"""aiohttp, without what it imports for purposes that are not ours: 4.3 MB of an idle daemon (DECISIONS 99)."""

import os
from typing import Final

from logship.net.tls import without_certificates
from logship.spare import without

# Its extension brings libstdc++, 1.4 MiB of an idle daemon, for lists of callbacks that nobody registers here.
os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
# for saved cookies, proxies of the environment (ours: net.proxies), and the type of a content that we take as bytes
_UNUSED: Final = ("pickle", "urllib.request", "netrc", "email.message", "email.parser", "email.policy")
with without_certificates(), without(*_UNUSED, missing=("backports.zstd",)):
    import aiohttp
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.http_exceptions import HttpProcessingError

__all__ = ("AbstractStreamWriter", "HttpProcessingError", "aiohttp")
