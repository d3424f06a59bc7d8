"""The token-store document over HTTP: two tokens with an id each, and what happens on each request: the token is decoded, its id
leads to an account, the account is looked up, and the request is executed or denied."""

import re
import sqlite3
import time
from contextlib import closing

import pytest

from keys import peek
from users import (  # noqa: F401 - the fixtures are used by name
    User, ada, call, cookies_of, dead, good, new, refused, renew, root, set_cookies,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def asked(user: User):
    """A request with the access token in the header, as the document sends it."""
    return call(user.issuer, "GET", "/v1/users/me", bearer=user.access)


def refresh_id(token: str) -> str:
    """The ULID in a refresh token: its first 16 bytes, in the letters of ULIDs."""
    number = int(token[:32], 16)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def rows(server, table: str) -> dict[str, tuple[str, int]]:
    """The token store of a stopped server: token id to account id and expiry in milliseconds."""
    with closing(sqlite3.connect(server.data / "martlet.db")) as database:
        found = database.execute(f"SELECT t.id, s.account_id, t.expires_at FROM {table} t JOIN session s ON s.id = t.session_id")
        return {id: (account, expiry) for id, account, expiry in found}


def forget(server, table: str) -> None:
    with closing(sqlite3.connect(server.data / "martlet.db")) as database, database:
        database.execute(f"DELETE FROM {table}")


def test_two_tokens_with_an_id_each(ada):
    before = time.time() * 1000
    ada.login()
    for id in (peek(ada.access)["jti"], refresh_id(ada.refresh)):
        assert re.fullmatch(f"[0-7][{CROCKFORD}]{{25}}", id), id
        made = sum(CROCKFORD.index(letter) << 5 * place for place, letter in enumerate(reversed(id[:10])))
        assert before - 2000 < made < time.time() * 1000 + 2000, "a ULID begins with its time"
    assert peek(ada.access)["jti"] != refresh_id(ada.refresh)


def test_the_claims_of_the_document(issuer, ada):
    claims = peek(ada.access)
    assert claims["iss"] == issuer.name and claims["sub"] == ada.id
    assert claims["iat"] <= time.time() < claims["exp"]


def test_the_id_of_each_token_leads_to_the_account(start):
    server = start()
    user = User(server)
    now = time.time()
    server.stop()
    account, expiry = rows(server, "issued_token")[peek(user.access)["jti"]]
    assert account == user.id and expiry // 1000 == peek(user.access)["exp"]
    account, expiry = rows(server, "refresh_token")[refresh_id(user.refresh)]
    assert account == user.id and abs(expiry / 1000 - now - 7200) < 60
    secret = bytes.fromhex(user.refresh[32:])
    assert all(secret not in file.read_bytes() for file in server.data.glob("martlet.db*")), "no token can be read from the store"
    server.start()
    assert good(asked(user))["_id"] == user.id, "the store survives a restart"


def test_lifetimes_come_from_the_env_file(start, tmp_path):
    server = start()
    server.stop()
    (server.folder / ".env").write_text("MARTLET_USER_TOKEN_LIFETIME=2\nMARTLET_REFRESH_TOKEN_LIFETIME=90\n")
    server.start()
    user = User(server)
    found = cookies_of(user.login())
    assert int(found["access_token"]["Max-Age"]) <= 2 and 60 < int(found["refresh_token"]["Max-Age"]) <= 90
    user.access = found["access_token"]["value"]
    assert peek(user.access)["exp"] - peek(user.access)["iat"] == 2
    good(asked(user))
    time.sleep(3)
    dead(asked(user))
    user.refresh = found["refresh_token"]["value"]
    user.access, user.refresh = set_cookies(user.renew())
    good(asked(user))


@pytest.mark.parametrize("name, value", [("USER_TOKEN", 0), ("USER_TOKEN", 3601), ("REFRESH_TOKEN", 59), ("REFRESH_TOKEN", "x")])
def test_a_lifetime_that_cannot_be_is_refused_at_start(start, name, value):
    server = start()
    server.stop()
    code, text = server.run_in_vain(environment={f"MARTLET_{name}_LIFETIME": str(value)})
    assert code != 0 and f"{name.lower().replace('_', '-')}-lifetime" in text


def test_a_token_that_is_not_decoded_is_denied(ada):
    head, claims, signature = ada.access.split(".")
    for token in (claims, f"{head}.{claims}.", f"{head}.{claims}.{signature[::-1]}", ada.access + "x"):
        dead(call(ada.issuer, "GET", "/v1/users/me", bearer=token))
    good(asked(ada))


def test_a_token_whose_id_is_not_in_the_store_is_denied(start):
    server = start()
    user = User(server)
    good(asked(user))
    server.stop()
    forget(server, "issued_token")
    server.start()
    dead(asked(user))
    user.access, user.refresh = set_cookies(user.renew())
    good(asked(user))
    server.stop()
    forget(server, "refresh_token")
    server.start()
    dead(user.renew())


def test_a_deleted_account_is_denied(root, ada):
    good(asked(ada))
    good(root.delete(ada.id))
    dead(asked(ada))
    dead(ada.renew())


def test_a_blocked_account_is_denied(server, ada):
    good(asked(ada))
    server.run("accounts", "block", ada.id, "--data", str(server.data))
    dead(asked(ada))
    dead(ada.renew())


def test_an_ended_session_is_denied(start):
    server = start()
    user = User(server)
    old_access, old_refresh = user.access, user.refresh
    access, refresh = set_cookies(user.renew())
    good(call(user.issuer, "GET", "/v1/users/me", bearer=access))
    time.sleep(10.5)
    dead(renew(user.issuer, old_refresh))
    for token in (old_access, access):
        dead(call(user.issuer, "GET", "/v1/users/me", bearer=token))
    dead(renew(user.issuer, refresh))


def test_without_a_token_it_is_denied(issuer):
    refused(call(issuer, "GET", "/v1/users/me"), 401)
