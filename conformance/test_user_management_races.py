"""Many uses of one refresh token at the same instant, at `/v1/refresh/jwt`. `RACE_ROUNDS` says how often (10, or 100 for a long run)."""

import os
import time

import pytest

from users import User, call, dead, good, renew, set_cookies
from wire import Race, request

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
CALLERS = 50


@pytest.fixture(scope="module")
def race(issuer):
    with Race(issuer.url, CALLERS) as race:
        yield race


def cookie(head: str, name: str) -> str:
    [value] = [line.split("=", 1)[1].split(";")[0] for line in head.split("\r\n") if line.lower().startswith(f"set-cookie: {name}=")]
    return value


def refresh_at_once(issuer, race, token: str) -> tuple[set[str], set[str]]:
    """The successors and the access tokens that the callers got."""
    asked = request(issuer.url, "GET", "/v1/refresh/jwt", {"Cookie": f"refresh_token={token}"})
    answers = race.run([asked] * CALLERS)
    assert {status for status, _ in answers} == {200}, sorted({status for status, _ in answers})
    return {cookie(head, "refresh_token") for head in race.heads}, {cookie(head, "access_token") for head in race.heads}


@pytest.mark.timeout(900)
def test_one_refresh_token_has_one_successor(issuer, server, race):
    user = User(server)
    token, seen = user.refresh, {user.refresh}
    for _ in range(ROUNDS):
        successors, access = refresh_at_once(issuer, race, token)
        assert len(successors) == 1 and len(access) == CALLERS
        [token] = successors
        assert token not in seen, "each round goes one step on"
        seen.add(token)
        for one in list(access)[:3]:
            assert good(call(issuer, "GET", "/v1/users/me", cookie=one))["_id"] == user.id


@pytest.mark.timeout(900)
def test_reuse_after_the_grace_ends_it_for_all(issuer, server, race):
    user = User(server)
    [first], access = refresh_at_once(issuer, race, user.refresh)
    [second], _ = refresh_at_once(issuer, race, first)
    time.sleep(10.5)
    asked = request(issuer.url, "GET", "/v1/refresh/jwt", {"Cookie": f"refresh_token={user.refresh}"})
    assert {status for status, _ in race.run([asked] * CALLERS)} == {401}
    for token in (first, second):
        dead(renew(issuer, token))
    for one in access:
        dead(call(issuer, "GET", "/v1/users/me", cookie=one))
    user.login()
    set_cookies(user.renew())
