"""A real authorization server (Authlib) and a store that takes its tokens: ``authority.py PORT WAY SECONDS``.

``WAY`` is the one way of naming a client that it takes, ``client_secret_basic`` or ``client_secret_post``; a token is
good for so many seconds. ``/count`` tells what came of it.
"""

import os
import sys
import time
from typing import Any

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-not-found, import-untyped, unused-ignore]
from authlib.oauth2.rfc6749 import ClientMixin, grants  # type: ignore[import-not-found, import-untyped, unused-ignore]
from flask import Flask, request

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


@app.post("/in")
def take() -> tuple[str, int]:
    """Take lines from whoever has a token that is good."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if tokens.get(shown, 0.0) < time.time():
        refused.append(1)
        return "no", 401
    stored.extend(request.get_data().splitlines())
    return "", 200


@app.get("/count")
def count() -> dict[str, int]:
    """Tell."""
    return {"tokens": len(tokens), "stored": len(stored), "refused": len(refused)}


app.run("127.0.0.1", PORT)
