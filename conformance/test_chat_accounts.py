"""The chat document over HTTP: sign-in, sign-out, profile, friends."""

import json
import re
import secrets
import time

import pytest

from chat import PASSWORD, PROTECTED, SCOPES, STRANGER, ULID, USER, ada, bob, call, dead, done, good, letter_to, login, new, recent, refused  # noqa: F401 - the fixtures are used by name
from issuer import UUID4, Issuer
from keys import peek
from pages import Visitor


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
    visitor = Visitor(issuer)
    page = visitor.get(link)
    reply = visitor.post(page.forms[0]) if page.forms else page.reply
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


def test_a_refused_update_changes_nothing(ada, bob):
    refused(ada.update(username=f"n{secrets.token_hex(6)}", email=bob.email), 409)
    refused(ada.update(username=bob.username, email=f"{secrets.token_hex(8)}@example.com"), 409)
    refused(ada.update(username=f"n{secrets.token_hex(6)}", email="no address"), 400)
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
