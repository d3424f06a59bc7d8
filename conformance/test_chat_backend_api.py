"""The chat backend API over real HTTP: its nine routes, the live stream beside them, and the scopes that guard them."""

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


# Login


def test_login(issuer, ada):
    reply = login(issuer, ada.email, PASSWORD)
    body = good(reply)
    assert "no-store" in reply.headers["Cache-Control"]
    assert set(body) == {"message", "token", "user"} and body["message"] == "Login successful"
    user = body["user"]
    assert set(user) == USER
    assert UUID4.fullmatch(user["id"]) and user["id"] == ada.id
    assert (user["username"], user["email"], user["isEmailVerified"]) == (ada.username, ada.email, True)
    assert (user["friends"], user["chats"], user["online_status"]) == ([], [], "online")
    recent(user["last_login"])


def test_the_token_of_login_carries_every_scope(issuer, ada):
    header, claims = peek(ada.token, 0), peek(ada.token)
    assert header["typ"] == "at+jwt" and not header["alg"].startswith("HS")
    assert claims["iss"] == issuer.name and claims["sub"] == ada.id
    assert issuer.name in claims["aud"] and claims["client_id"] and claims["sid"]
    assert claims["iat"] < claims["exp"] and ULID.fullmatch(claims["jti"])
    assert SCOPES <= set(claims["scope"].split())


def test_each_login_is_a_session_of_its_own(issuer, ada):
    other = ada.login().json()["token"]
    assert peek(other)["sid"] != peek(ada.token)["sid"] and peek(other)["jti"] != peek(ada.token)["jti"]
    done(call(issuer, other, "POST", "/api/auth/logout"), "Logout successful")
    ada.profile()


def test_a_wrong_password_and_an_unknown_address_look_alike(issuer, ada):
    wrong = login(issuer, ada.email, PASSWORD + "r")
    unknown = login(issuer, f"nobody-{ada.email}", PASSWORD)
    refused(wrong, 401)
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    varying = {"date", "x-request-id"}
    names = [{name.lower() for name in reply.headers} - varying for reply in (wrong, unknown)]
    assert names[0] == names[1]
    assert login(issuer, ada.email, PASSWORD).status_code == 200, "the control"


@pytest.mark.parametrize("password", [PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], PASSWORD + "\0", "x"])
def test_a_password_that_is_nearly_right_is_wrong(issuer, ada, password):
    refused(login(issuer, ada.email, password), 401)


@pytest.mark.parametrize("name", ["email", "password"])
@pytest.mark.parametrize("value", [..., None, 1, ["x"], {}], ids=["absent", "null", "number", "array", "object"])
def test_login_without_a_member_names_it(issuer, ada, name, value):
    body = {"email": ada.email, "password": PASSWORD} | {name: value}
    refused(issuer.post("/api/auth/login", json={k: v for k, v in body.items() if v is not ...}), 400, name)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', '{"email": "a@example.com", "password": "x"'])
def test_login_with_no_json_object_is_refused(issuer, body):
    refused(issuer.post("/api/auth/login", data=body, headers={"Content-Type": "application/json"}), 400)


@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_login_takes_json_only(issuer, ada, form):
    body = json.dumps({"email": ada.email, "password": PASSWORD})
    reply = issuer.post("/api/auth/login", data=body, headers={"Content-Type": form})
    assert reply.status_code in (400, 415) and "token" not in reply.json(), reply.text
    control = issuer.post("/api/auth/login", data=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert control.status_code == 200, control.text


# Logout


def test_logout_ends_the_token_at_once(issuer, ada):
    ada.profile()
    assert issuer.userinfo(ada.token).status_code == 200
    done(ada.send("POST", "/api/auth/logout"), "Logout successful")
    for method, path, body, _ in PROTECTED:
        dead(ada.send(method, path, body))
    dead(issuer.userinfo(ada.token))


def test_login_after_logout_works(ada):
    before = peek(ada.token)["sid"]
    ada.send("POST", "/api/auth/logout")
    ada.token = ada.login().json()["token"]
    assert ada.profile()["id"] == ada.id and peek(ada.token)["sid"] != before


# Profile


def test_profile(ada):
    profile = ada.profile()
    assert set(profile) == USER
    assert (profile["id"], profile["username"], profile["email"]) == (ada.id, ada.username, ada.email)
    assert profile["isEmailVerified"] is True and profile["online_status"] == "online"
    assert profile["friends"] == [] and profile["chats"] == []
    recent(profile["last_login"])


def test_last_login_moves_with_each_login(ada):
    before = recent(ada.profile()["last_login"])
    time.sleep(0.05)
    ada.login()
    assert recent(ada.profile()["last_login"]) > before


def test_chats_are_the_people_one_has_written_with(ada, bob):
    done(ada.say("Hello!", bob), "Message sent successfully")
    assert ada.profile()["chats"] == [bob.id] and bob.profile()["chats"] == [ada.id]
    assert ada.login().json()["user"]["chats"] == [bob.id]


def test_the_username_changes_alone(ada):
    name = f"n{secrets.token_hex(6)}"
    done(ada.update(username=name), "Profile updated successfully")
    profile = ada.profile()
    assert (profile["username"], profile["email"], profile["isEmailVerified"]) == (name, ada.email, True)


def test_a_new_address_is_unverified_until_its_link_is_followed(issuer, server, ada):
    name, email = f"n{secrets.token_hex(6)}", f"{secrets.token_hex(8)}@example.com"
    done(ada.update(username=name, email=email), "Profile updated successfully")
    profile = ada.profile()
    assert (profile["username"], profile["email"], profile["isEmailVerified"]) == (name, email, False)
    [link] = re.findall(r"https?://\S+", letter_to(server, email).get_content())
    assert link.startswith(issuer.name)
    follow(issuer, link)
    profile = ada.profile()
    assert (profile["email"], profile["isEmailVerified"]) == (email, True)


def test_the_link_of_an_address_that_was_given_up_verifies_nothing(issuer, server, ada):
    first, second = (f"{secrets.token_hex(8)}@example.com" for _ in range(2))
    ada.update(email=first)
    [link] = re.findall(r"https?://\S+", letter_to(server, first).get_content())
    ada.update(email=second)
    follow(issuer, link, succeeds=False)
    profile = ada.profile()
    assert (profile["email"], profile["isEmailVerified"]) == (second, False)


def follow(issuer: Issuer, link: str, succeeds: bool = True) -> None:
    """Opens a link, and presses the button of its page when there is one."""
    reply = issuer.get(link)
    form = re.search(r"<form[^>]*>", reply.text)
    if form and 'method="post"' in form[0].lower():
        action = re.search(r'action="([^"]*)"', form[0])
        hidden = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', reply.text))
        path = action[1] if action and action[1] else link
        reply = issuer.post(path, data=hidden, headers={"Origin": issuer.name})
    assert (reply.status_code < 400) is succeeds, f"{reply.status_code}: {reply.text[:500]}"


def test_what_somebody_else_has_is_taken(ada, bob):
    refused(ada.update(username=bob.username), 409)
    refused(ada.update(username=bob.username.upper()), 409)
    refused(ada.update(email=bob.email), 409)
    profile = ada.profile()
    assert (profile["username"], profile["email"], profile["isEmailVerified"]) == (ada.username, ada.email, True)


def test_ones_own_values_are_not_taken(ada):
    done(ada.update(username=ada.username), "Profile updated successfully")
    assert ada.profile()["username"] == ada.username


@pytest.mark.parametrize("members, name", [
    ({"email": "no address"}, "email"), ({"email": ""}, "email"), ({"email": 1}, "email"),
    ({"email": ["a@example.com"]}, "email"), ({"email": "a@example.com\r\nBcc: b@example.com"}, "email"),
    ({"username": ""}, "username"), ({"username": " "}, "username"), ({"username": "a b"}, "username"), ({"username": "x" * 65}, "username"), ({"username": 1}, "username"),
    ({"username": "<script>"}, "username"), ({"username": STRANGER}, "username"),
])
def test_a_malformed_update_is_refused(ada, members, name):
    refused(ada.update(**members), 400, name)
    profile = ada.profile()
    assert (profile["username"], profile["email"], profile["isEmailVerified"]) == (ada.username, ada.email, True)


# Friends


def test_friendship_is_mutual(ada, bob):
    done(ada.befriend(bob.id), "Friend added successfully")
    assert ada.profile()["friends"] == [bob.id] and bob.profile()["friends"] == [ada.id]
    assert bob.login().json()["user"]["friends"] == [ada.id]
    done(bob.unfriend(ada.id), "Friend removed successfully")
    assert ada.profile()["friends"] == [] and bob.profile()["friends"] == []


def test_friends_twice_is_a_conflict_from_either_side(ada, bob):
    done(ada.befriend(bob.id), "Friend added successfully")
    refused(ada.befriend(bob.id), 409)
    refused(bob.befriend(ada.id), 409)
    assert ada.profile()["friends"] == [bob.id] and bob.profile()["friends"] == [ada.id]


def test_nobody_is_their_own_friend(ada):
    refused(ada.befriend(ada.id), 400)
    assert ada.profile()["friends"] == []


@pytest.mark.parametrize("id", [STRANGER, "nobody", "1", "' OR 1=1 --", "x" * 1000])
def test_a_strangers_id_is_not_found(ada, id):
    refused(ada.befriend(id), 404)
    refused(ada.unfriend(id), 404)
    assert ada.profile()["friends"] == []


def test_removing_somebody_who_is_no_friend_is_not_found(ada, bob):
    refused(ada.unfriend(bob.id), 404)
    ada.befriend(bob.id)
    done(ada.unfriend(bob.id), "Friend removed successfully")
    refused(ada.unfriend(bob.id), 404)
    done(ada.befriend(bob.id), "Friend added successfully")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("body", [{}, {"friendId": None}, {"friendId": 1}, {"friendId": [STRANGER]}, []])
def test_friends_without_an_id_is_refused(ada, method, body):
    refused(ada.send(method, "/api/users/friends", body), 400)


# Messages


@pytest.mark.parametrize("text", [
    "!", "  Hello!\n", "x" * 4000, "é" * 4000, "👩‍🚀" * 1000, "<b>&\"'</b>\u2028\\", "שלום",
], ids=["one", "with space around", "4000", "4000 of two bytes", "emoji", "markup", "right to left"])
def test_a_message_is_stored_as_sent(ada, bob, text):
    done(ada.say(text, bob), "Message sent successfully")
    for reader in (ada, bob):
        page = reader.page()
        assert set(page) == {"messages", "next"} and page["next"] is None
        [message] = page["messages"]
        assert set(message) == MESSAGE
        assert (message["senderId"], message["recipientId"], message["message"]) == (ada.id, bob.id, text)
        assert message["id"]
        recent(message["sentAt"])


@pytest.mark.parametrize("text", ["", " ", "\n\t \u3000", "x" * 4001, "é" * 4001])
def test_a_message_without_text_or_with_too_much_is_refused(ada, bob, text):
    refused(ada.say(text, bob), 400, "message")
    assert ada.page()["messages"] == [] and bob.page()["messages"] == []


@pytest.mark.parametrize("name", ["recipientId", "message"])
@pytest.mark.parametrize("value", [..., None, 1, ["x"]], ids=["absent", "null", "number", "array"])
def test_a_message_without_a_member_names_it(ada, bob, name, value):
    body = {"recipientId": bob.id, "message": "Hello!"} | {name: value}
    refused(ada.send("POST", "/api/chat/send", {k: v for k, v in body.items() if v is not ...}), 400, name)


@pytest.mark.parametrize("id", [STRANGER, "nobody", ""])
def test_a_message_to_nobody_is_not_found(ada, id):
    refused(ada.send("POST", "/api/chat/send", {"recipientId": id, "message": "Hello!"}), 404)
    assert ada.page()["messages"] == []


def test_nobody_reads_the_messages_of_others(ada, bob, new):
    carol = new()
    ada.say("between us", bob)
    assert carol.page()["messages"] == []
    assert carol.page(**{"with": ada.id})["messages"] == []
    assert texts(bob.page(**{"with": ada.id})) == ["between us"], "the control"


def texts(page: dict) -> list[str]:
    return [message["message"] for message in page["messages"]]


def test_messages_come_newest_first_and_of_one_person(ada, bob, new):
    carol = new()
    ada.say("1", bob), bob.say("2", ada), carol.say("3", ada), ada.say("4", carol), ada.say("5", bob)
    page = ada.page()
    assert texts(page) == ["5", "4", "3", "2", "1"]
    times = [datetime.fromisoformat(message["sentAt"]) for message in page["messages"]]
    assert times == sorted(times, reverse=True) and len({message["id"] for message in page["messages"]}) == 5
    assert texts(ada.page(**{"with": bob.id})) == ["5", "2", "1"]
    assert texts(ada.page(**{"with": carol.id})) == ["4", "3"]
    assert texts(ada.page(**{"with": STRANGER})) == []


def test_pages_follow_each_other(ada, bob):
    for number in range(7):
        ada.say(str(number), bob)
    first = bob.page(limit=3)
    done(bob.say("later", ada), "Message sent successfully")
    second = bob.page(limit=3, before=first["next"])
    third = bob.page(limit=3, before=second["next"])
    assert [texts(page) for page in (first, second, third)] == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert first["next"] and second["next"] and third["next"] is None


def test_pages_follow_each_other_within_one_conversation(ada, bob, new):
    carol = new()
    for number in range(4):
        ada.say(f"b{number}", bob), ada.say(f"c{number}", carol)
    first = ada.page(limit=2, **{"with": bob.id})
    second = ada.page(limit=2, before=first["next"], **{"with": bob.id})
    assert [texts(page) for page in (first, second)] == [["b3", "b2"], ["b1", "b0"]] and second["next"] is None


def test_a_page_has_50_messages_unless_told(ada, bob):
    for number in range(51):
        ada.say(str(number), bob)
    page = ada.page()
    assert len(page["messages"]) == 50 and page["next"]
    assert texts(ada.page(before=page["next"])) == ["0"]
    assert len(ada.page(limit=51)["messages"]) == 51 == len(ada.page(limit=200)["messages"])
    assert ada.page(limit=51)["next"] is None


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1e2", "1.0", "ten", "99999999999999999999"])
def test_a_limit_beyond_1_to_200_is_refused(ada, limit):
    refused(ada.send("GET", "/api/chat/messages", params={"limit": limit}), 400, "limit")
    for good_limit in (1, 200):
        ada.page(limit=good_limit)


def test_a_message_is_read_when_its_recipient_has_read_it(ada, bob, new):
    carol = new()
    ada.say("to bob", bob), ada.say("to carol", carol)
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None]
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None], "the sender's reading does not count"
    bob.page(**{"with": carol.id})
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None], "another conversation does not count"
    bob.page()
    limit = time.monotonic() + 5
    while ada.page(**{"with": bob.id})["messages"][0]["readAt"] is None and time.monotonic() < limit:
        time.sleep(0.02)  # it need not be known to the sender at the same instant
    to_carol, to_bob = ada.page()["messages"]
    assert to_carol["readAt"] is None
    assert recent(to_bob["readAt"]) >= recent(to_bob["sentAt"])
    bob.page()
    assert ada.page(**{"with": bob.id})["messages"][0]["readAt"] == to_bob["readAt"], "read once"


# The live stream


def test_a_message_arrives_live_on_both_sides(ada, bob, new):
    carol = new()
    with closing(ada.events()) as sender, closing(bob.events()) as recipient, closing(carol.events()) as other:
        ada.say("two\nlines, ünd\r\n\r\ndata: more", bob)
        sent, got = sender.next(), recipient.next()
        assert sent == got and set(sent) == MESSAGE
        assert (sent["senderId"], sent["recipientId"]) == (ada.id, bob.id)
        assert sent["message"] == "two\nlines, ünd\r\n\r\ndata: more" and sent["readAt"] is None
        assert ada.page()["messages"][0]["id"] == sent["id"]
        bob.say("to carol", carol)
        assert other.next()["message"] == "to carol", "the first that carol sees"
        assert recipient.next()["message"] == "to carol"
        bob.say("again", ada)
        assert sender.next()["message"] == "again", "the second that ada sees"


def test_each_stream_of_one_person_gets_the_messages_in_order(ada, bob):
    with closing(bob.events()) as first, closing(bob.events()) as second:
        for number in range(20):
            ada.say(str(number), bob)
        for stream in (first, second):
            assert [stream.next()["message"] for _ in range(20)] == [str(number) for number in range(20)]


# Scopes and tokens


@protected
def test_without_a_token_there_is_a_challenge_without_an_error_code(issuer, method, path, body, scope):
    reply = call(issuer, None, method, path, body)
    refused(reply, 401)
    challenge = reply.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ") and "error" not in challenge
    metadata = issuer.get(re.search(r'resource_metadata="([^"]+)"', challenge)[1])
    assert metadata.status_code == 200 and SCOPES <= set(metadata.json()["scopes_supported"])


@protected
def test_a_token_outside_the_authorization_header_is_refused(issuer, ada, method, path, body, scope):
    reply = call(issuer, None, method, path, body, params={"access_token": ada.token})
    assert reply.status_code == 400 and 'error="invalid_request"' in reply.headers["WWW-Authenticate"], reply.text
    ada.profile()


@protected
def test_a_token_that_is_none_is_invalid(issuer, ada, method, path, body, scope):
    head, claims, signature = ada.token.split(".")
    forged = f"{head}.{claims}.{signature[:-8]}{'A' * 8}"
    for token in ("nonsense", forged):
        dead(call(issuer, token, method, path, body))
    ada.profile()


@pytest.fixture(scope="module")
def key_token(issuer):
    return issuer.key_token(issuer.register(ECKey()).key, scope="openid profile")


@pytest.mark.parametrize("method, path, body, scope", PROTECTED[1:], ids=[f"{row[0]} {row[1]}" for row in PROTECTED[1:]])
def test_a_key_client_does_what_its_scope_allows(issuer, key_token, method, path, body, scope):
    assert set(peek(key_token)["scope"].split()) == {"openid", "profile"}
    reply = call(issuer, key_token, method, path, body)
    if scope == "profile":
        assert set(good(reply)) == USER
    else:
        insufficient(reply, scope)


def insufficient(reply, scope: str) -> None:
    assert reply.status_code == 403, f"{reply.status_code}: {reply.text[:500]}"
    challenge = reply.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in challenge and f'scope="{scope}"' in challenge


def test_a_key_clients_token_ends_with_logout(issuer):
    token = issuer.key_token(issuer.register(ECKey()).key, scope="openid profile")
    good(call(issuer, token, "GET", "/api/users/profile"))
    done(call(issuer, token, "POST", "/api/auth/logout"), "Logout successful")
    dead(call(issuer, token, "GET", "/api/users/profile"))


@protected
@pytest.mark.parametrize("granted", ["read", "openid profile profile:write friends chat:read chat:write"], ids=["none", "all"])
def test_an_application_is_nobody_here(issuer, server, granted, method, path, body, scope):
    token = good(server.add_client("client_secret_basic", scope=granted).token(issuer, scope=granted))["access_token"]
    assert set(peek(token)["scope"].split()) == set(granted.split())
    insufficient(call(issuer, token, method, path, body), scope)


# Blocked accounts


def test_a_blocked_account_is_out_at_once(issuer, server, ada, bob):
    ada.profile()
    server.run("accounts", "block", ada.id, "--data", str(server.data))
    for method, path, body, _ in PROTECTED:
        dead(ada.send(method, path, body))
    dead(issuer.userinfo(ada.token))
    blocked, wrong = login(issuer, ada.email, PASSWORD), login(issuer, ada.email, PASSWORD + "r")
    assert blocked.status_code in (401, 403) and "token" not in blocked.json()
    refused(wrong, 401)
    refused(bob.say("Hello!", ada), 404)
    bob.profile()


def test_an_unblocked_account_signs_in_again_and_its_old_token_stays_dead(server, ada, bob):
    server.run("accounts", "block", ada.id, "--data", str(server.data))
    dead(ada.send("GET", "/api/users/profile"))
    server.run("accounts", "unblock", ada.id, "--data", str(server.data))
    dead(ada.send("GET", "/api/users/profile"))
    ada.token = ada.login().json()["token"]
    done(bob.say("Hello!", ada), "Message sent successfully")
    assert texts(ada.page()) == ["Hello!"]
