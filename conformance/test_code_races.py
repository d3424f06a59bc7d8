"""One code gets tokens once, however many redeem it at the same instant. `RACE_ROUNDS` says how often (5, or 100 for a long run).

The control: where the server reads a code, yields, and marks it used afterwards, this fails in its first rounds; that the driver is able to see
such a mistake is shown in test_the_suite.py.
"""

import base64
import hashlib
import json
import os
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from pages import PASSWORD, Person, Visitor
from wire import Race, form_request

ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
CALLERS = 200
REDIRECT = "http://localhost:5000/callback"


class Asker:
    """An application, and a browser in which somebody allowed it."""

    def __init__(self, server):
        data = ["--data", str(server.data), "--keys", str(server.keys)]
        options = ["--name", "racer", "--auth", "client_secret_post", "--redirect-uri", REDIRECT, "--json"]
        self.client = json.loads(server.run("clients", "add", *data, *options))
        self.visitor, person = Visitor(server.issuer), Person(server)
        page = self.visitor.get("/authorize?" + self._query(self._verifier()))
        reply = self.visitor.post(page.form("sign-in"), username=person.username, password=PASSWORD)
        consent = self.visitor.get(reply.headers["Location"])
        assert self._is_back(self.visitor.post(consent.form("allow"), choice="allow"))

    def form(self) -> dict:
        """What redeems a fresh code."""
        verifier = self._verifier()
        reply = self.visitor.send("GET", "/authorize?" + self._query(verifier))
        assert self._is_back(reply), reply.text
        code = dict(parse_qsl(urlsplit(reply.headers["Location"]).query))["code"]
        return {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": verifier,
            "client_id": self.client["client_id"], "client_secret": self.client["client_secret"],
        }

    @staticmethod
    def _is_back(reply) -> bool:
        return reply.status_code == 303 and reply.headers["Location"].startswith(REDIRECT + "?")

    @staticmethod
    def _verifier() -> str:
        return secrets.token_urlsafe(48)

    def _query(self, verifier: str) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        return urlencode({
            "response_type": "code", "client_id": self.client["client_id"], "redirect_uri": REDIRECT, "scope": "openid", "state": "s",
            "code_challenge": challenge, "code_challenge_method": "S256",
        })


@pytest.fixture(scope="module")
def asker(server):
    return Asker(server)


@pytest.mark.timeout(900)
def test_one_code_gets_tokens_once(asker, issuer):
    with Race(issuer.url, CALLERS) as race:
        for _ in range(ROUNDS):
            request = form_request(issuer.url, "/oauth/token", asker.form())
            answers = race.run([request] * CALLERS)
            won = [json.loads(body) for status, body in answers if status == 200]
            lost = [(status, json.loads(body)["error"]) for status, body in answers if status != 200]
            assert len(won) == 1 and won[0]["access_token"], f"{len(won)} successes, {set(lost)}"
            assert set(lost) == {(400, "invalid_grant")} and len(lost) == CALLERS - 1, set(lost)
            # Who redeems it twice may have stolen it: what it brought is dead (RFC 6749 §4.1.2).
            assert issuer.userinfo(won[0]["access_token"]).status_code == 401
