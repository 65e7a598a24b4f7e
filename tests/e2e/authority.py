"""A real authorization server (Authlib) and a store that takes its tokens: ``authority.py PORT WAY SECONDS``.

``WAY`` is the one way of naming a client that it takes, ``client_secret_basic`` or ``client_secret_post``; a token is
good for so many seconds. ``/count`` tells what came of it.
"""

import gzip
import json
import os
import sys
import time
from typing import Any

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-not-found, import-untyped, unused-ignore]
from authlib.oauth2.rfc6749 import ClientMixin, grants  # type: ignore[import-not-found, import-untyped, unused-ignore]
from flask import Flask, request
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

PORT, WAY, SECONDS = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
SECRET = "of-the-test"
tokens: dict[str, float] = {}
stored: list[bytes] = []
refused: list[int] = []


class Client(ClientMixin):  # type: ignore[misc, unused-ignore]  # Authlib has no types
    """The only one."""

    client_id = "agent"

    def get_allowed_scope(self, scope: str | None) -> str:
        """Allow what is asked for."""
        return scope or ""

    def check_client_secret(self, secret: str) -> bool:
        """Say whether it is ours."""
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, _: str) -> bool:
        """Take the one way."""
        return method == WAY

    def check_grant_type(self, grant: str) -> bool:
        """Take the one grant."""
        return grant == "client_credentials"


class Grant(grants.ClientCredentialsGrant):  # type: ignore[misc, unused-ignore]  # as above
    """Both ways are known here, and the client chooses."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


app = Flask(__name__)
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": SECONDS}


def save(token: dict[str, Any], _: object) -> None:
    """Keep a token until its end."""
    tokens[token["access_token"]] = time.time() + token["expires_in"]


server = AuthorizationServer(app, query_client=lambda name: Client() if name == "agent" else None, save_token=save)
server.register_grant(Grant)


@app.post("/token")
def token() -> Any:
    """Give a token."""
    return server.create_token_response()


def good_token() -> bool:
    """Say whether the request has a token that is good."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    good = tokens.get(shown, 0.0) >= time.time()
    refused.extend([] if good else [1])
    return good


def body() -> bytes:
    """Give the request's body, unpacked."""
    data = request.get_data()
    return gzip.decompress(data) if request.headers.get("Content-Encoding") == "gzip" else data


@app.post("/in")
def take() -> tuple[str, int]:
    """Take lines."""
    if not good_token():
        return "no", 401
    stored.extend(body().splitlines())
    return "", 200


@app.post("/dataCollectionRules/<rule>/streams/<stream>")
def take_array(rule: str, stream: str) -> tuple[Any, int]:
    """Take a JSON array, as Azure's Logs Ingestion API documents it."""
    if not good_token():
        return {"error": {"code": "InvalidToken"}}, 401
    plain = request.mimetype == "application/json" and request.args.get("api-version") == "2023-01-01"
    if not (plain and rule.startswith("dcr-") and stream.startswith("Custom-")):
        return {"error": {"code": "InvalidRequest"}}, 400
    stored.extend(json.dumps(each).encode() for each in json.loads(body()))
    return "", 204


@app.post("/_bulk")
def take_bulk() -> Any:
    """Take documents, each behind its action."""
    if not good_token():
        return {"error": "no"}, 401
    documents = body().splitlines()[1::2]
    stored.extend(documents)
    return {"errors": False, "items": [{"create": {"status": 201}} for _ in documents]}


@app.post("/v1/logs")
def take_otlp() -> tuple[bytes, int, dict[str, str]]:
    """Take log records."""
    kind = {"Content-Type": "application/x-protobuf"}
    if not good_token():
        return b"", 401, kind
    for resource in ExportLogsServiceRequest.FromString(body()).resource_logs:
        for scope in resource.scope_logs:
            stored.extend(each.body.string_value.encode() for each in scope.log_records)
    return b"", 200, kind


@app.get("/count")
def count() -> dict[str, int]:
    """Tell."""
    return {"tokens": len(tokens), "stored": len(stored), "refused": len(refused)}


app.run("127.0.0.1", PORT)
