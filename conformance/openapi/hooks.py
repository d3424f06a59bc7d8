"""What schemathesis sends to be let in; which credential an operation takes is read in the document.

Runs inside schemathesis, beside `schemathesis.toml`. The requests that it makes up may sign out, delete or block whoever
asks, so a credential is looked at before each use, and replaced by one of a new account when it is no good any more.
"""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import schemathesis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from issuer import Issuer  # noqa: E402
from keys import ECKey  # noqa: E402

issuer = Issuer(os.environ["SCHEMATHESIS_ISSUER"])
CLIENT = os.environ.get("SCHEMATHESIS_CLIENT")  # id:secret
MARTLET = os.environ.get("SCHEMATHESIS_MARTLET")  # the binary and, after a colon, the data folder
PASSWORD = "correct horse battery staple"

#: What these are called with is over afterwards, so each call gets a credential of its own.
ENDING = {"signOut", "refreshCookies", "logOut"}


def cookie(reply, name: str) -> str | None:
    return reply.cookies.get(name) if reply.status_code == 200 else None


class KeyHolder:
    """An account with a key, for the access token in the `Authorization` header."""

    def __init__(self):
        self.key = ECKey()
        issuer.register(self.key)
        self.token = self.fresh()

    def fresh(self) -> str:
        return issuer.key_token(self.key, scope=" ".join(issuer.metadata()["scopes_supported"]))

    def is_good(self) -> bool:
        return issuer.userinfo(self.token).status_code == 200

    def credentials(self) -> dict:
        return {"bearer": self.token}


class Administrator:
    """An account with a password and all rights, for the faces that know cookies. Made on the command line."""

    def __init__(self):
        self.name = f"u{secrets.token_hex(6)}"
        binary, data = MARTLET.split(":", 1)
        subprocess.run(
            [binary, "accounts", "add", "--username", self.name, "--email", f"{self.name}@example.com", "--admin", "--data", data],
            input=PASSWORD + "\n", capture_output=True, text=True, check=True, timeout=30,
            env={name: value for name, value in os.environ.items() if name != "SCHEMATHESIS_MARTLET"},
        )
        self.sign_in()

    def sign_in(self) -> None:
        users = issuer.post("/v1/login", json={"username": self.name, "password": PASSWORD})
        session = issuer.post("/users/login", json={"email": f"{self.name}@example.com", "password": PASSWORD})
        issuer.session.cookies.clear()
        self.cookies = {
            "access_token": cookie(users, "access_token"), "refresh_token": cookie(users, "refresh_token"),
            "session_uuid": cookie(session, "session_uuid"),
        }

    def is_good(self) -> bool:
        """Signed in at both faces, and still with all rights."""
        for path, name in [("/v1/users?limit=1", "access_token"), ("/users/verify-session", "session_uuid")]:
            reply = issuer.get(path, headers={"Cookie": f"{name}={self.cookies[name]}"})
            issuer.session.cookies.clear()
            if reply.status_code != 200:
                return False
        return True

    def credentials(self) -> dict:
        return self.cookies


class Holders:
    """One account of each kind at a time."""

    def __init__(self):
        self.known: dict[type, object] = {}

    def one(self, kind: type, is_used_up: bool) -> dict:
        if is_used_up or kind not in self.known or not self.known[kind].is_good():
            self.known[kind] = kind()
        return self.known[kind].credentials()


holders = Holders()
KINDS = {"bearer": KeyHolder, "access_token": Administrator, "refresh_token": Administrator, "session_uuid": Administrator}


@schemathesis.auth(refresh_interval=None)
class Credentials:
    def get(self, case, context):
        """The scheme's name and its value, for the last scheme of the operation that we can serve."""
        definition = case.operation.definition.raw
        offered = [name for requirement in definition.get("security", []) for name in requirement]
        for name in reversed(offered):
            if name == "client" and CLIENT:
                return name, base64.b64encode(CLIENT.encode()).decode()
            if name == "registrationAccessToken":
                registered = issuer.post("/oauth/register", json={"redirect_uris": ["https://app.example/cb"]}).json()
                return name, (registered["client_id"], registered["registration_access_token"])
            if name in KINDS and (name == "bearer" or MARTLET):
                return name, holders.one(KINDS[name], definition["operationId"] in ENDING)[name]
        return None

    def set(self, case, data, context):
        name, value = data
        if name == "registrationAccessToken":
            case.path_parameters["client_id"], token = value
            case.headers["Authorization"] = f"Bearer {token}"
        elif name in ("bearer", "client"):
            case.headers["Authorization"] = f"{'Bearer' if name == 'bearer' else 'Basic'} {value}"
        else:
            case.cookies[name] = value
