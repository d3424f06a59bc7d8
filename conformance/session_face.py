"""Visitors of the session API: who carries its cookie by hand, for it is `Secure` and the suite speaks http."""

import json
import re
import secrets
import subprocess
from http.cookies import SimpleCookie

import pytest

from issuer import Issuer
from process import Server, clean_environment

PASSWORD = "correct horse battery staple"
PASETO = re.compile(r"v4\.local\.[A-Za-z0-9_-]+")
COOKIE = "session_uuid"


class Visitor:
    """An account with a password, and the cookie that its browser holds."""

    def __init__(self, server: Server, *options: str):
        self.server, self.issuer, self.cookie = server, server.issuer, None
        self.username = f"s{secrets.token_hex(6)}"
        self.email, self.name = f"{self.username}@example.com", "Napstablook"
        done = subprocess.run(
            [server.binary, "accounts", "add", "--username", self.username, "--email", self.email, "--name", self.name,
             "--data", str(server.data), "--json", *options],
            input=PASSWORD + "\n", cwd=server.folder, env=clean_environment(), capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.id = json.loads(done.stdout)["id"]

    @property
    def person(self) -> dict:
        return {"email": self.email, "name": self.name}

    def login(self, password: str = PASSWORD, cookie: str | None = None, **members):
        body = {"email": self.email, "password": password} | members
        reply = send(self.issuer, "POST", "/users/login", body, cookie)
        if COOKIE in cookies(reply):
            self.cookie = cookies(reply)[COOKIE].value
        return reply

    def verify(self):
        return send(self.issuer, "GET", "/users/verify-session", cookie=self.cookie)

    def logout(self):
        return send(self.issuer, "POST", "/users/logout", cookie=self.cookie)

    def command(self, *arguments: str) -> None:
        self.server.run("accounts", *arguments, self.email, "--data", str(self.server.data))


def send(issuer: Issuer, method: str, path: str, body=None, cookie: str | None = None, headers=None, **options):
    headers = dict(headers or {})
    if cookie is not None:
        headers["Cookie"] = f"{COOKIE}={cookie}"
    return issuer.send(method, path, json=body, headers=headers, **options)


def cookies(reply) -> SimpleCookie:
    """The cookies that a reply sets."""
    assert len(reply.raw.headers.getlist("Set-Cookie")) <= 1
    return SimpleCookie(reply.headers.get("Set-Cookie", ""))


def cleared(reply) -> None:
    """Asserts that the reply takes the cookie away."""
    cookie = cookies(reply)[COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", "0", "/")


def good(reply) -> dict:
    assert reply.status_code == 200, f"{reply.status_code}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in reply.headers["Cache-Control"]
    return reply.json()


def refused(reply, status: int, *words: str) -> None:
    """Asserts a refusal with a `message` that holds the words, and no new cookie."""
    assert reply.status_code == status, f"{reply.status_code} instead of {status}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    message = reply.json()["message"]
    assert message and all(word in message for word in words), message
    assert not cookies(reply) or cookies(reply)[COOKIE].value == ""


@pytest.fixture
def new(server):
    return lambda *options: Visitor(server, *options)


@pytest.fixture
def visitor(new):
    return new()
