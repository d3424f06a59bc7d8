"""An application that sends people to sign in, and a browser without scripts in which somebody allowed it."""

import base64
import hashlib
import json
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from pages import PASSWORD, Person, Visitor

REDIRECT = "http://localhost:5000/callback"


class Asker:
    """Registered on the command line for `redirect`; somebody is signed in, and allowed it."""

    def __init__(self, server, redirect: str = REDIRECT):
        self.redirect, self.visitor, self.person = redirect, Visitor(server.issuer), Person(server)
        self.client = self.registered(server)
        page = self.visitor.get("/authorize?" + self.query(self._verifier()))
        reply = self.visitor.post(page.form("sign-in"), username=self.person.username, password=PASSWORD)
        consent = self.visitor.get(reply.headers["Location"])
        assert self.answer(self.visitor.post(consent.form("allow"), choice="allow"))["code"]

    def registered(self, server) -> dict:
        data = ["--data", str(server.data), "--keys", str(server.keys)]
        options = ["--name", "asker", "--auth", "client_secret_post", "--redirect-uri", self.redirect, "--json"]
        return json.loads(server.run("clients", "add", *data, *options))

    def authorize(self, verifier: str | None = None, **changes: str | None):
        """The reply to a request of the signed-in person."""
        return self.visitor.send("GET", "/authorize?" + self.query(verifier or self._verifier(), **changes))

    def form(self) -> dict:
        """What redeems a fresh code."""
        verifier = self._verifier()
        return {
            "grant_type": "authorization_code", "code": self.answer(self.authorize(verifier))["code"], "redirect_uri": self.redirect,
            "code_verifier": verifier, "client_id": self.client["client_id"], "client_secret": self.client["client_secret"],
        }

    def answer(self, reply) -> dict:
        """What an application gets by this redirect to it."""
        assert reply.status_code == 303, reply.text
        location = reply.headers["Location"]
        mark = "&" if "?" in self.redirect else "?"
        assert location.startswith(self.redirect + mark), location
        return dict(parse_qsl(urlsplit(location).query))

    def query(self, verifier: str, **changes: str | None) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        parameters = {
            "response_type": "code", "client_id": self.client["client_id"], "redirect_uri": self.redirect, "scope": "openid", "state": "s",
            "code_challenge": challenge, "code_challenge_method": "S256",
        }
        return urlencode({name: value for name, value in (parameters | changes).items() if value is not None})

    @staticmethod
    def _verifier() -> str:
        return secrets.token_urlsafe(48)
