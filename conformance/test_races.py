"""What works once works once, however many try at the same instant. `RACE_ROUNDS` says how often (10, or 100 for a long run).

The control: replace the single-use statement of the server (`UPDATE … WHERE state = 'fresh' RETURNING …`, the insertion into the
replay guard) by a read, a yield and a write, and each of these tests fails in its first rounds. That the driver is able to see
it is shown without the server in test_the_suite.py, against a store that makes this very mistake.
"""

import os

import pytest

from issuer import ASSERTION_TYPE
from keys import ECKey
from wire import Race, form_request, request

ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
CALLERS = 200


@pytest.fixture(scope="module")
def race(issuer):
    with Race(issuer.url, CALLERS) as race:
        yield race


def exactly_one(answers, refusals: set[int]) -> None:
    seen = [status for status, _ in answers]
    assert seen.count(200) == 1, f"{seen.count(200)} successes of {len(seen)}: {sorted(set(seen))}"
    assert set(seen) <= {200} | refusals, sorted(set(seen))


@pytest.mark.timeout(900)
def test_one_challenge_gets_one_token(issuer, race, account):
    for _ in range(ROUNDS):
        challenge = issuer.challenge()
        forms = [issuer.form(account.key.client_id, issuer.assertion(account.key, challenge=challenge)) for _ in range(CALLERS)]
        exactly_one(race.run([form_request(issuer.url, "/oauth/token", form) for form in forms]), {400})


@pytest.mark.timeout(900)
def test_one_challenge_gets_one_token_from_many_keys(issuer, race):
    keys = [issuer.register(ECKey()).key for _ in range(20)]
    for _ in range(ROUNDS):
        challenge = issuer.challenge()
        forms = [issuer.form(key.client_id, issuer.assertion(key, challenge=challenge)) for key in keys * (CALLERS // len(keys))]
        exactly_one(race.run([form_request(issuer.url, "/oauth/token", form) for form in forms]), {400})


@pytest.mark.timeout(900)
def test_one_link_verifies_once(issuer, race):
    for number in range(ROUNDS):
        url = issuer.ask_verification(f"race-{os.getpid()}-{number}@example.com")["verification_url"]
        target = url.removeprefix(issuer.url)
        exactly_one(race.run([request(issuer.url, "GET", target)] * CALLERS), {400})


@pytest.mark.timeout(900)
def test_one_jti_gets_one_token(issuer, race, key_client):
    for _ in range(ROUNDS):
        form = {
            "grant_type": "client_credentials", "client_id": key_client.id, "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": issuer.assertion(key_client.key, key_client.id),
        }
        exactly_one(race.run([form_request(issuer.url, "/oauth/token", form)] * CALLERS), {401})


@pytest.mark.timeout(900)
def test_one_verified_address_registers_once(issuer, race):
    for _ in range(ROUNDS):
        email, token = issuer.verified_email()
        bodies = [
            f'{{"email":"{email}","name":"Ada","public_key":"{ECKey().hex()}","registration_token":"{token}"}}'.encode()
            for _ in range(CALLERS)
        ]
        requests = [request(issuer.url, "POST", "/api/register", {"Content-Type": "application/json"}, body) for body in bodies]
        exactly_one(race.run(requests), {400, 409})
