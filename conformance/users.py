"""People of the user-management document: accounts, their two cookies, and what they may call."""

import json
import secrets
import subprocess

import pytest

from issuer import Issuer
from process import Server, clean_environment

PASSWORD = "correct horse battery staple"
RECORD = {"_id", "username", "blacklisted", "roles", "permissions", "created_at", "updated_at"}
STRANGER = "3f0b5bd4-8f6e-4a65-9d0c-6d0a3c1f9b11"
OWN = [{"action": "self", "method": method, "resource": "users"} for method in ("GET", "PATCH", "DELETE")]
ALL = [{"action": "all", "method": method, "resource": "users"} for method in ("GET", "POST", "PATCH", "DELETE")]


def some_name() -> str:
    return f"u{secrets.token_hex(6)}"


def cookies_of(reply) -> dict[str, dict]:
    """The cookies that a reply sets, each with its value and attributes; asserts that none is set twice."""
    found: dict[str, dict] = {}
    for line in reply.raw.headers.getlist("Set-Cookie"):
        pair, *attributes = line.split("; ")
        name, value = pair.split("=", 1)
        assert name not in found, f"{name} is set twice"
        found[name] = {"value": value} | {part.split("=")[0]: part.partition("=")[2] for part in attributes}
    return found


def set_cookies(reply) -> tuple[str, str]:
    """The two cookies of a sign-in or refresh, after a look at their attributes."""
    found = cookies_of(reply)
    assert set(found) == {"access_token", "refresh_token"}, found
    for cookie in found.values():
        assert set(cookie) == {"value", "Max-Age", "Path", "HttpOnly", "Secure", "SameSite"}, cookie
        assert (cookie["Path"], cookie["SameSite"]) == ("/", "Lax")
        assert int(cookie["Max-Age"]) > 0
    return found["access_token"]["value"], found["refresh_token"]["value"]


def cleared(reply) -> None:
    found = cookies_of(reply)
    assert set(found) == {"access_token", "refresh_token"}, found
    assert all(cookie["value"] == "" and cookie["Max-Age"] == "0" for cookie in found.values()), found


class User:
    """An account, signed in at the user-management face, which sends its cookies."""

    def __init__(self, server: Server, *, admin: bool = False):
        self.server, self.issuer = server, server.issuer
        self.username = some_name()
        self.id = add(server, self.username, *(["--admin"] if admin else []))
        self.login()

    def login(self, password: str = PASSWORD):
        reply = login(self.issuer, self.username, password)
        assert reply.status_code == 200, reply.text
        self.access, self.refresh = set_cookies(reply)
        return reply

    def send(self, method: str, path: str, body=None, **options):
        return call(self.issuer, method, path, body, cookie=self.access, **options)

    def renew(self):
        return renew(self.issuer, self.refresh)

    def record(self) -> dict:
        return good(self.send("GET", "/v1/users/me"))

    def show(self, id: str):
        return self.send("GET", f"/v1/users/{id}")

    def change(self, id: str, **members):
        return self.send("PATCH", f"/v1/users/{id}", members)

    def delete(self, id: str):
        return self.send("DELETE", f"/v1/users/{id}")


def add(server: Server, username: str, *options: str) -> str:
    done = subprocess.run(
        [server.binary, "accounts", "add", "--username", username, "--data", str(server.data), "--json", *options],
        input=PASSWORD + "\n", cwd=server.folder, env=clean_environment(), capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["id"]


def login(issuer: Issuer, username, password, **options):
    return issuer.post("/v1/login", json={"username": username, "password": password}, **options)


def renew(issuer: Issuer, refresh: str | None, **headers):
    cookie = {"Cookie": f"refresh_token={refresh}"} if refresh is not None else {}
    return issuer.get("/v1/refresh/jwt", headers=cookie | headers)


def call(issuer: Issuer, method: str, path: str, body=None, *, cookie=None, bearer=None, headers=None, **options):
    """A request with the access token in the cookie, in the header, in both or in neither."""
    fields = dict(headers or {})
    if cookie is not None:
        fields["Cookie"] = f"access_token={cookie}"
    if bearer is not None:
        fields["Authorization"] = f"Bearer {bearer}"
    return issuer.send(method, path, json=body, headers=fields, **options)


def good(reply, status: int = 200):
    assert reply.status_code == status, f"{reply.status_code}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert "no-store" in reply.headers["Cache-Control"]
    return reply.json()


def refused(reply, status: int, *words: str) -> None:
    """Asserts this face's one error shape, with the words in its message, and RFC 6750's challenge where one is due."""
    assert reply.status_code == status, f"{reply.status_code} instead of {status}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    body = reply.json()
    assert set(body) == {"message"} and body["message"], body
    assert all(word in body["message"] for word in words), body


def dead(reply) -> None:
    refused(reply, 401)
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]


def forbidden(reply) -> None:
    refused(reply, 403)
    challenge = reply.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ") and 'error="insufficient_scope"' in challenge


def is_record(record: dict) -> dict:
    """Asserts the seed's members and none that tells a secret."""
    assert set(record) == RECORD, record
    return record


@pytest.fixture
def new(server):
    return lambda **options: User(server, **options)


@pytest.fixture
def ada(new):
    return new()


@pytest.fixture
def bob(new):
    return new()


@pytest.fixture(scope="module")
def root(server):
    """An administrator. Its access token lives a minute: sign in again before use."""
    return Admin(server)


class Admin(User):
    def __init__(self, server: Server):
        super().__init__(server, admin=True)

    def send(self, method: str, path: str, body=None, **options):
        self.login()
        return super().send(method, path, body, **options)
