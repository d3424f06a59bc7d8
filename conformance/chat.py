"""People of the chat document: accounts with passwords, signed in, and what they may call."""

import json
import re
import secrets
import subprocess
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy

import pytest

from issuer import UUID4, Issuer
from keys import ECKey, peek
from process import Server, clean_environment

PASSWORD = "correct horse battery staple"
SCOPES = {"profile", "profile:write", "friends", "chat:read", "chat:write"}
ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
USER = {"id", "username", "email", "isEmailVerified", "friends", "chats", "online_status", "last_login"}
MESSAGE = {"id", "senderId", "recipientId", "message", "sentAt", "readAt"}
STRANGER = "3f0b5bd4-8f6e-4a65-9d0c-6d0a3c1f9b11"

#: Each route that needs a token: method, path, a good body, the scope.
PROTECTED = [
    ("POST", "/api/auth/logout", None, "openid"),
    ("GET", "/api/users/profile", None, "profile"),
    ("PUT", "/api/users/profile", {"username": "another"}, "profile:write"),
    ("POST", "/api/users/friends", {"friendId": STRANGER}, "friends"),
    ("DELETE", "/api/users/friends", {"friendId": STRANGER}, "friends"),
    ("POST", "/api/chat/send", {"recipientId": STRANGER, "message": "Hello!"}, "chat:write"),
    ("GET", "/api/chat/messages", None, "chat:read"),
    ("GET", "/api/chat/events", None, "chat:read"),
]
protected = pytest.mark.parametrize("method, path, body, scope", PROTECTED, ids=[f"{row[0]} {row[1]}" for row in PROTECTED])


class ChatUser:
    """An account with a password, signed in at the chat face."""

    def __init__(self, server: Server):
        self.server, self.issuer = server, server.issuer
        self.username = f"u{secrets.token_hex(6)}"
        self.email = f"{self.username}@example.com"
        self.id = self._add()
        self.token = self.login().json()["token"]

    def _add(self) -> str:
        done = subprocess.run(
            [self.server.binary, "accounts", "add", "--username", self.username, "--email", self.email,
             "--data", str(self.server.data), "--json"],
            input=PASSWORD + "\n", cwd=self.server.folder, env=clean_environment(), capture_output=True, text=True, timeout=30,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)["id"]

    def login(self, password: str = PASSWORD):
        reply = login(self.issuer, self.email, password)
        assert reply.status_code == 200, reply.text
        return reply

    def send(self, method: str, path: str, body=None, **options):
        return call(self.issuer, self.token, method, path, body, **options)

    def profile(self) -> dict:
        return good(self.send("GET", "/api/users/profile"))

    def update(self, **members):
        return self.send("PUT", "/api/users/profile", members)

    def befriend(self, id: str):
        return self.send("POST", "/api/users/friends", {"friendId": id})

    def unfriend(self, id: str):
        return self.send("DELETE", "/api/users/friends", {"friendId": id})

    def say(self, text: str, to: "ChatUser"):
        return self.send("POST", "/api/chat/send", {"recipientId": to.id, "message": text})

    def page(self, **query) -> dict:
        return good(self.send("GET", "/api/chat/messages", params=query))

    def events(self) -> "Events":
        return Events(self.send("GET", "/api/chat/events", stream=True))


class Events:
    """An open stream of messages."""

    def __init__(self, reply):
        assert reply.status_code == 200, reply.text
        assert reply.headers["Content-Type"].split(";")[0] == "text/event-stream"
        self.reply, self.lines = reply, reply.iter_lines(chunk_size=1)

    def next(self) -> dict:
        """The message of the next event, which is one `data:` line and an empty one."""
        for line in self.lines:
            if line.startswith(b"data:"):
                assert next(self.lines) == b"", "an event is one line"
                return json.loads(line.removeprefix(b"data:"))
            assert line == b"" or line.startswith(b":"), line
        raise AssertionError("the stream ended")

    def close(self) -> None:
        self.reply.close()


def login(issuer: Issuer, email: str, password: str):
    return issuer.post("/api/auth/login", json={"email": email, "password": password})


def call(issuer: Issuer, token: str | None, method: str, path: str, body=None, **options):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return issuer.send(method, path, json=body, headers=headers, **options)


def good(reply) -> dict:
    assert reply.status_code == 200, f"{reply.status_code}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    return reply.json()


def done(reply, message: str) -> None:
    assert good(reply) == {"message": message}


def refused(reply, status: int, *words: str) -> dict:
    """Asserts a refusal with a `message` that holds the words."""
    assert reply.status_code == status, f"{reply.status_code} instead of {status}: {reply.text[:500]}"
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    body = reply.json()
    assert body["message"] and all(word in body["message"] for word in words), body
    return body


def dead(reply) -> None:
    """Asserts RFC 6750's answer to a token that no longer works."""
    assert reply.status_code == 401, f"{reply.status_code}: {reply.text[:500]}"
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]


def recent(text: str) -> datetime:
    """Asserts ISO 8601 with an offset, of the last minutes."""
    time = datetime.fromisoformat(text)
    assert time.tzinfo is not None, text
    assert abs(datetime.now(timezone.utc) - time) < timedelta(minutes=5), text
    return time


def letter_to(server: Server, email: str, seconds: float = 10):
    """The newest mail to an address. Mails leave the queue in their own time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        for file in sorted((server.data / "mail").glob("*.eml"), reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            if email in letter["To"]:
                return letter
        time.sleep(0.05)
    raise AssertionError(f"no mail to {email}")


@pytest.fixture
def new(server):
    return lambda: ChatUser(server)


@pytest.fixture
def ada(new):
    return new()


@pytest.fixture
def bob(new):
    return new()


def texts(page: dict) -> list[str]:
    return [message["message"] for message in page["messages"]]
