"""The chat document over HTTP: which tokens open what, and blocked accounts."""

import re

import pytest

from chat import PASSWORD, PROTECTED, SCOPES, USER, ada, bob, call, dead, done, good, login, new, refused, protected, texts  # noqa: F401 - the fixtures are used by name
from keys import ECKey, peek


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
