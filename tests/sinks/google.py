"""Google as the sink meets it: a token server, a metadata server and Cloud Logging, by their documentation.

Nothing of our client is in it. Every body of ``entries:write`` is read by the types of Google's own client library,
and the signature of a key's assertion is checked with the public key.
"""

import base64
import json
import os
import urllib.parse
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.cloud.logging_v2.types import WriteLogEntriesRequest
from google.protobuf import json_format

from logship.settings.config import Secret
from tests.scripted_server import Reply, Request, ScriptedServer, scripted_server

SCOPE = "https://www.googleapis.com/auth/logging.write"
EMAIL = "shipper@shop-1.iam.gserviceaccount.com"
POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/cluster"
CODES = {"INVALID_ARGUMENT": 3, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8, "UNAVAILABLE": 14}
PARTIAL = "type.googleapis.com/google.logging.v2.WriteLogEntriesPartialErrors"


@cache
def a_key(which: int = 0) -> rsa.RSAPrivateKey:
    """Generate a key, once each."""
    assert which >= 0
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _json(status: int, document: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})})


def refusal(status: int, name: str, errors: Mapping[int, tuple[str, str]] | None = None) -> Reply:
    """Give an error as the service does; ``errors`` names entries, with a code's name and a text for each."""
    named = {str(index): {"code": CODES[code], "message": text} for index, (code, text) in (errors or {}).items()}
    details: list[dict[str, object]] = [{"@type": "type.googleapis.com/google.rpc.DebugInfo", "detail": "…"}]
    details += [{"@type": PARTIAL, "logEntryErrors": named}] if named else []
    error = {"code": status, "message": "Log entries were not written.", "status": name, "details": details}
    return _json(status, {"error": error})


@dataclass(slots=True)
class Google:
    """All of it at one address."""

    server: ScriptedServer
    project: str = "shop-1"
    metadata: Mapping[str, str] = field(default_factory=dict)
    """Attributes of the instance that the metadata server knows."""
    seconds: int = 3600
    """How long a token is good."""
    tokens: list[str] = field(default_factory=list)
    """Issued, the oldest first."""
    good: set[str] = field(default_factory=set)
    """Not revoked."""
    key: int = 0
    """Whose assertions are believed."""
    failing: Reply | None = None
    """What the token server says instead."""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """Requests to write that were understood."""
    stored: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """Entries by log, time and insertId: a repeat takes the first one's place."""

    def answer(self, request: Request) -> Reply:
        """Answer a request."""
        path = request.path.partition("?")[0]
        if path == "/v2/entries:write":
            return self._write(request)
        if path == "/" or path.startswith("/computeMetadata/"):
            return self._metadata(request, path)
        if self.failing:
            return self.failing
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        return {"/token": self._by_key, "/sts": self._by_exchange}.get(path, lambda _: Reply(404))(form)

    def _issue(self) -> dict[str, object]:
        self.tokens.append(f"token-{len(self.tokens)}")
        self.good.add(self.tokens[-1])
        return {"access_token": self.tokens[-1], "expires_in": self.seconds, "token_type": "Bearer"}

    def _by_key(self, form: Mapping[str, str]) -> Reply:
        """RFC 7523: an assertion, signed with the account's key, for a token."""
        signed, _, signature = form["assertion"].rpartition(".")
        head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in signed.split("."))
        try:
            a_key(self.key).public_key().verify(
                base64.urlsafe_b64decode(signature + "=="), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return _json(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        now = datetime.now(UTC).timestamp()
        right = form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" and head["alg"] == "RS256"
        right = (
            right and claims["iss"] == EMAIL and claims["scope"] == SCOPE and claims["iat"] - 60 < now < claims["exp"]
        )
        right = right and claims["aud"] == "https://oauth2.googleapis.com/token"
        return _json(200, self._issue()) if right else _json(400, {"error": "invalid_scope"})

    def _by_exchange(self, form: Mapping[str, str]) -> Reply:
        """RFC 8693: a token of the cluster's for one of Google's."""
        right = form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        right = right and form["audience"] == POOL and form["scope"] == SCOPE and bool(form["subject_token"])
        issued = self._issue() | {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}
        return _json(200, issued) if right else _json(400, {"error": "invalid_request"})

    def _metadata(self, request: Request, path: str) -> Reply:
        flavor = {"Metadata-Flavor": "Google"}
        if request.headers.get("metadata-flavor") != "Google":
            return Reply(403)
        account = "/computeMetadata/v1/instance/service-accounts/default"
        if path == account + "/token":
            return self.failing or _json(200, self._issue(), flavor)
        if path == account + "/":
            return _json(200, {"email": EMAIL, "aliases": ["default"], "scopes": [SCOPE]}, flavor)
        texts = {"/": "", "/computeMetadata/v1/project/project-id": self.project} | {
            f"/computeMetadata/v1/instance/attributes/{name}": text for name, text in self.metadata.items()
        }
        text = {"Content-Type": "application/text", **flavor}
        return Reply(200, texts[path].encode(), text) if path in texts else Reply(404, b"", text)

    def _write(self, request: Request) -> Reply:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return refusal(401, "UNAUTHENTICATED")
        if len(request.body) > 10_000_000 or request.method != "POST":
            return refusal(400, "INVALID_ARGUMENT")
        body = json.loads(request.body)
        try:
            json_format.ParseDict(body, WriteLogEntriesRequest.pb()())
        except json_format.ParseError:
            return refusal(400, "INVALID_ARGUMENT")
        if not body["logName"].startswith(f"projects/{self.project}/logs/"):
            return refusal(403, "PERMISSION_DENIED")
        self.bodies.append(body)
        return self._store(body)

    def _store(self, body: Mapping[str, Any]) -> Reply:
        errors = {}
        for index, entry in enumerate(body["entries"]):
            flaw = _flaw(entry)
            if flaw:
                errors[index] = ("INVALID_ARGUMENT", flaw)
        if errors and not body.get("partialSuccess"):
            return refusal(400, "INVALID_ARGUMENT")
        for index, entry in enumerate(body["entries"]):
            if index not in errors and not body.get("dryRun"):
                self.stored.setdefault((body["logName"], entry["timestamp"], entry["insertId"]), entry)
        return refusal(400, "INVALID_ARGUMENT", errors) if errors else _json(200, {})


def _flaw(entry: Mapping[str, Any]) -> str:
    """Say what keeps an entry out of the log; the text quotes it, as the service's may."""
    if len(json.dumps(entry)) > 256_000:
        return "Log entry is larger than 256 KB"
    if datetime.fromisoformat(entry["timestamp"]) > datetime.now(UTC) + timedelta(days=1):
        return f"Log entry {entry['jsonPayload']} has a timestamp in the far future"
    return ""


def write_key(path: Path, url: str, which: int = 0, project: str | None = "shop-1") -> None:
    """Write a service account's key file."""
    pem = a_key(which).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    document = {"type": "service_account", "project_id": project, "private_key_id": "1", "client_email": EMAIL}
    path.write_text(json.dumps(document | {"private_key": pem.decode(), "token_uri": url + "/token"}))


def write_federation(path: Path, url: str, subject: str) -> None:
    """Write what has a token of the cluster's, in the file ``subject``, exchanged."""
    source = {"audience": POOL, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": url + "/sts"}
    path.write_text(json.dumps({"type": "external_account", **source, "credential_source": {"file": subject}}))


@asynccontextmanager
async def google(*script: Reply) -> AsyncIterator[Google]:
    """Run it; the script is for the first requests."""
    async with scripted_server(*script) as server:
        made = Google(server)
        server.otherwise = made.answer
        yield made


@asynccontextmanager
async def exchange(secret: Secret) -> AsyncIterator[None]:
    """Make credentials that are worth whatever the secret says: the token is the subject's own text."""

    def answer(request: Request) -> Reply:
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        kind = "urn:ietf:params:oauth:token-type:access_token"
        token = {"access_token": form["subject_token"].strip(), "issued_token_type": kind, "token_type": "Bearer"}
        return _json(200, token | {"expires_in": 3600})

    path = Path(secret.path).with_name("federation.json")
    async with scripted_server(otherwise=answer) as server:
        write_federation(path, server.url, secret.path)
        with patch.dict(os.environ, {"GOOGLE_APPLICATION_CREDENTIALS": str(path)}):
            yield
