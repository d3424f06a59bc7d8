"""The user-management document over HTTP: sign-in, its two cookies, refresh, and who is signed in."""

import re
import time

import pytest

from issuer import UUID4
from keys import peek
from users import (  # noqa: F401 - the fixtures are used by name
    OWN, PASSWORD, ada, bob, call, cleared, cookies_of, dead, good, is_record, login, new, refused, renew, set_cookies,
)

ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
foreign = pytest.mark.parametrize("headers", FOREIGN, ids=[" ".join(row.values()) for row in FOREIGN])


# Login


def test_login(ada):
    reply = ada.login()
    body = good(reply)
    assert set(body) == {"message", "user"}
    user = is_record(body["user"])
    assert UUID4.fullmatch(user["_id"]) and user["_id"] == ada.id and user["username"] == ada.username
    assert (user["blacklisted"], user["roles"], user["permissions"]) == (False, ["guest"], OWN)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", user[name]) for name in ("created_at", "updated_at"))


def test_the_two_cookies(issuer, ada):
    found = cookies_of(ada.login())
    access, refresh = found["access_token"], found["refresh_token"]
    assert int(access["Max-Age"]) <= 60 < int(refresh["Max-Age"])
    assert re.fullmatch(r"[0-9a-f]{128}", refresh["value"])
    header, claims = peek(access["value"], 0), peek(access["value"])
    assert (header["alg"], header["typ"]) == ("RS512", "at+jwt")
    assert header["kid"] in {key["kid"] for key in issuer.get("/oauth/jwks").json()["keys"]}
    assert claims["iss"] == issuer.name and claims["sub"] == ada.id and issuer.name in claims["aud"]
    assert claims["exp"] - claims["iat"] == 60 and ULID.fullmatch(claims["jti"]) and claims["sid"]


def test_no_token_is_in_a_body(ada):
    for reply in (ada.login(), ada.renew(), ada.send("GET", "/v1/users/me")):
        assert ada.refresh not in reply.text and not re.search(r"eyJ|[0-9a-f]{64}", reply.text), reply.text


def test_a_wrong_password_and_an_unknown_user_look_the_same(issuer, ada):
    wrong, unknown = login(issuer, ada.username, PASSWORD + "r"), login(issuer, "nobody-there", PASSWORD)
    refused(wrong, 401)
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    varying = {"date", "x-request-id"}
    names = [{name.lower() for name in reply.headers} - varying for reply in (wrong, unknown)]
    assert names[0] == names[1] and "set-cookie" not in names[0]
    assert login(issuer, ada.username, PASSWORD).status_code == 200, "the control"


@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 65, "../me", "ada@example.com"])
def test_a_name_that_nobody_can_have_is_unknown(issuer, name):
    refused(login(issuer, name, PASSWORD), 401)


def test_the_username_is_good_in_either_case(issuer, ada):
    assert login(issuer, ada.username.upper(), PASSWORD).status_code == 200


@pytest.mark.parametrize("name", ["username", "password"])
@pytest.mark.parametrize("value", [..., None, 1, ["x"], {}], ids=["absent", "null", "number", "array", "object"])
def test_login_without_a_member_names_it(issuer, ada, name, value):
    body = {"username": ada.username, "password": PASSWORD} | {name: value}
    refused(issuer.post("/v1/login", json={k: v for k, v in body.items() if v is not ...}), 400, name)


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"username": "a", "username": "b", "password": "x"}'])
def test_login_with_no_json_object_is_refused(issuer, body):
    refused(issuer.post("/v1/login", data=body, headers={"Content-Type": "application/json"}), 400)


def test_a_body_over_the_limit_is_refused_in_this_shape(issuer):
    refused(issuer.post("/v1/login", json={"username": "ada", "password": "x" * 70_000}), 413)


@foreign
def test_another_sites_page_cannot_sign_a_browser_in(issuer, ada, headers):
    body = {"username": ada.username, "password": PASSWORD}
    reply = issuer.post("/v1/login", json=body, headers=headers)
    refused(reply, 403)
    assert "Set-Cookie" not in reply.headers
    own = issuer.post("/v1/login", json=body, headers={"Origin": issuer.url, "Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 200, "the control"


def test_failures_are_limited(start):
    server = start(rate_limits="on")
    issuer = server.issuer
    for _ in range(10):
        refused(login(issuer, "nobody-there", PASSWORD), 401)
    reply = login(issuer, "nobody-there", PASSWORD)
    refused(reply, 429)
    assert 0 < int(reply.headers["Retry-After"]) <= 60


# Who is signed in


def test_me(ada):
    assert is_record(ada.record())["_id"] == ada.id


def test_the_token_is_good_in_the_header_too(issuer, ada):
    assert good(call(issuer, "GET", "/v1/users/me", bearer=ada.access))["_id"] == ada.id
    assert good(call(issuer, "GET", "/v1/users/me", bearer=ada.access, cookie=ada.access))["_id"] == ada.id


def test_two_different_tokens_are_refused(issuer, ada, bob):
    reply = call(issuer, "GET", "/v1/users/me", bearer=ada.access, cookie=bob.access)
    refused(reply, 400)
    assert 'error="invalid_request"' in reply.headers["WWW-Authenticate"]


def test_without_a_token_there_is_a_challenge_without_an_error_code(issuer):
    reply = call(issuer, "GET", "/v1/users/me")
    refused(reply, 401)
    challenge = reply.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ") and "error" not in challenge


def test_a_token_that_is_none_is_invalid(issuer, ada):
    head, claims, signature = ada.access.split(".")
    forged = f"{head}.{claims}.{'A' * 8}{signature[8:]}"
    for token in ("nonsense", forged, ada.refresh):
        dead(call(issuer, "GET", "/v1/users/me", cookie=token))
        dead(call(issuer, "GET", "/v1/users/me", bearer=token))
    ada.record()


def test_a_token_in_the_query_is_refused(issuer, ada):
    refused(issuer.get("/v1/users/me", params={"access_token": ada.access}), 400)


def test_the_token_is_good_at_no_other_face(issuer, ada):
    bearer = {"Authorization": f"Bearer {ada.access}"}
    assert issuer.get("/oauth/userinfo", headers=bearer).status_code == 401
    assert issuer.get("/api/users/profile", headers=bearer).status_code == 401
    assert issuer.get("/api/chat/messages", headers=bearer).status_code == 401
    ada.record()


def test_tokens_of_other_faces_are_not_good_here(issuer, account):
    token = issuer.key_token(account.key)
    assert issuer.userinfo(token).status_code == 200, "the control"
    dead(call(issuer, "GET", "/v1/users/me", bearer=token))


# Refresh


def test_refresh_rotates_both(issuer, ada):
    reply = ada.renew()
    assert set(good(reply)) == {"message"}
    access, refresh = set_cookies(reply)
    assert access != ada.access and refresh != ada.refresh
    assert peek(access)["sid"] == peek(ada.access)["sid"] and peek(access)["jti"] != peek(ada.access)["jti"]
    assert good(call(issuer, "GET", "/v1/users/me", cookie=access))["_id"] == ada.id


def test_a_retry_gets_the_same_successor(issuer, ada):
    first, second = set_cookies(ada.renew()), set_cookies(ada.renew())
    assert first[1] == second[1] and first[0] != second[0]
    set_cookies(renew(issuer, first[1]))


def test_without_a_refresh_token(issuer, ada):
    reply = renew(issuer, None)
    refused(reply, 401)
    assert "error" not in reply.headers["WWW-Authenticate"] and "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("token", ["x", "0" * 128, "g" * 128, "0" * 127, "0" * 129])
def test_what_is_no_refresh_token(issuer, token):
    reply = renew(issuer, token)
    dead(reply)
    cleared(reply)


def test_a_guessed_secret_is_nothing(issuer, ada):
    dead(renew(issuer, ada.refresh[:-1] + ("0" if ada.refresh[-1] != "0" else "1")))
    set_cookies(ada.renew())


def test_an_access_token_refreshes_nothing(issuer, ada):
    dead(renew(issuer, ada.access))
    refused(issuer.get("/v1/refresh/jwt", headers={"Authorization": f"Bearer {ada.refresh}"}), 401)


@foreign
def test_another_sites_page_cannot_refresh(issuer, ada, headers):
    reply = renew(issuer, ada.refresh, **headers)
    refused(reply, 403)
    assert "Set-Cookie" not in reply.headers
    set_cookies(ada.renew())


def test_reuse_after_the_grace_ends_the_session(issuer, ada):
    access, refresh = set_cookies(ada.renew())
    time.sleep(10.5)
    reply = ada.renew()
    dead(reply)
    cleared(reply)
    dead(renew(issuer, refresh))
    dead(call(issuer, "GET", "/v1/users/me", cookie=access))
    ada.login()
    ada.record()
