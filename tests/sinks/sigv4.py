"""What AWS does with a signature (Signature Version 4), written from its documentation: nothing of botocore in it."""

import hashlib
import hmac
import re

from tests.scripted_server import Request

_FORM = re.compile(r"AWS4-HMAC-SHA256 Credential=([^,/]+)/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})")
MUST_BE_SIGNED = {"host", "content-type", "x-amz-date"}


def signature(request: Request, secret: str) -> str:
    """Give the signature that the request must have, by what arrived."""
    found = _FORM.fullmatch(request.headers["authorization"])
    assert found, "no signature of this version"
    _, scope, names, _ = found.groups()
    date, region, service, last = scope.split("/")
    assert last == "aws4_request"
    assert request.headers["x-amz-date"].startswith(date)
    listed = names.split(";")
    assert listed == sorted(listed)
    assert set(listed) >= MUST_BE_SIGNED | {each for each in request.headers if each.startswith("x-amz-")}
    assert ("content-encoding" in listed) == ("content-encoding" in request.headers)
    path, _, query = request.path.partition("?")
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in listed)
    body = hashlib.sha256(request.raw).hexdigest()
    canonical = f"{request.method}\n{path}\n{query}\n{headers}\n{names}\n{body}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, digest])
    key = ("AWS4" + secret).encode()
    for word in (date, region, service, last, text):
        key = hmac.digest(key, word.encode(), "sha256")
    return key.hex()


def is_signed(request: Request, secret: str) -> bool:
    """Say whether the request's signature is the one made with the secret."""
    return request.headers["authorization"].endswith(f"Signature={signature(request, secret)}")
