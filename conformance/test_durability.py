"""Nothing acknowledged is lost: `kill -9` under registration load, and what a restart forgets or keeps.

Clients write into a ledger only what a complete 200 acknowledged. After the kill each entry must hold; what was not
acknowledged may be either. The control: with `synchronous = OFF` and replies sent before the commit the ledger test fails
(acknowledged keys are answered with "User not found"). `KILL_ROUNDS` says how often (5, or 20 for a long run).
"""

import os
import random
import threading
import time

import pytest
import requests

from issuer import CHALLENGE_HEADER, Issuer, oauth_error
from keys import ECKey, peek

ROUNDS = int(os.environ.get("KILL_ROUNDS", "5"))
WRITERS = 4


def registering(url: str, ledger: list, stop: threading.Event) -> None:
    issuer = Issuer(url)
    while not stop.is_set():
        try:
            ledger.append(issuer.register(ECKey()))
        except (requests.RequestException, AssertionError):
            time.sleep(0.01)  # the server is gone; nothing was acknowledged


@pytest.mark.timeout(900)
def test_kill_9_loses_no_registration(start):
    server = start()
    ledger: list = []
    for round in range(ROUNDS):
        stop, fresh = threading.Event(), []
        writers = [threading.Thread(target=registering, args=(server.issuer.url, fresh, stop)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.3, 1.2))
        server.kill()
        stop.set()
        for writer in writers:
            writer.join()
        assert fresh, "no registration was acknowledged: the round shows nothing"
        began = time.monotonic()
        server.start()
        assert time.monotonic() - began < 3, "ready again within 3 s"
        time.sleep(1.1)  # an assertion must be younger than the process
        for account in fresh:
            assert peek(server.issuer.key_token(account.key))["sub"] == account.id, f"lost in round {round}"
        ledger += fresh
    for account in random.sample(ledger, min(len(ledger), 100)):
        assert server.issuer.userinfo(server.issuer.key_token(account.key)).json()["email"] == account.email
    print(f"{len(ledger)} registrations acknowledged over {ROUNDS} kills, none lost")


def test_ca_19_a_restart_revives_nothing(start):
    server = start()
    issuer, account, client = server.issuer, server.issuer.register(), server.add_client("private_key_jwt")
    spent = issuer.key_form(account.key)
    assert issuer.token(spent).status_code == 200
    unspent = issuer.key_form(account.key)
    used = client.credentials(issuer)["data"] | {"grant_type": "client_credentials"}
    assert issuer.token(used).status_code == 200
    token = issuer.key_token(account.key)
    revoked = issuer.key_token(account.key)
    form = {name: value for name, value in issuer.key_form(account.key, token=revoked).items() if name not in ("grant_type", "scope")}
    assert issuer.post("/oauth/revoke", data=form).status_code == 200

    server.kill()
    server.start()
    issuer = server.issuer
    for form in (spent, unspent):
        reply = issuer.token(form)
        oauth_error(reply, 400, "invalid_grant")
        assert reply.headers[CHALLENGE_HEADER]
    oauth_error(issuer.token(used), 401, "invalid_client")
    assert issuer.userinfo(token).status_code == 200, "a token outlives the process"
    assert issuer.userinfo(revoked).status_code == 401, "so does its revocation"
    time.sleep(1.1)
    assert client.token(issuer).status_code == 200
    assert issuer.token(issuer.key_form(account.key)).status_code == 200


def test_a_verification_survives_a_restart(start):
    server = start()
    asked = server.issuer.ask_verification("restart@example.com")
    server.kill()
    server.start()
    issuer = server.issuer
    assert issuer.get(asked["verification_url"]).status_code == 200
    server.kill()
    server.start()
    body = {"email": "restart@example.com", "name": "Ada", "public_key": ECKey().hex(), "registration_token": asked["registration_token"]}
    assert server.issuer.post("/api/register", json=body).status_code == 200
    assert server.issuer.get(asked["verification_url"]).status_code == 400


def test_the_signing_key_survives_a_restart(start):
    server = start()
    before = server.issuer.get("/oauth/jwks").json()
    server.kill()
    server.start()
    assert server.issuer.get("/oauth/jwks").json() == before
