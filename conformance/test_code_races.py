"""One code gets tokens once, however many redeem it at the same instant. `RACE_ROUNDS` says how often (5, or 100 for a long run).

The control: where the server reads a code, yields, and marks it used afterwards, this fails in its first rounds; that the driver is able to see
such a mistake is shown in test_the_suite.py.
"""

import json
import os

import pytest

from code_flow import Asker
from wire import Race, form_request

ROUNDS = int(os.environ.get("RACE_ROUNDS", "5"))
CALLERS = 200


@pytest.fixture(scope="module")
def asker(server):
    return Asker(server)


@pytest.mark.timeout(900)
def test_one_code_gets_tokens_once(asker, issuer):
    with Race(issuer.url, CALLERS) as race:
        for _ in range(ROUNDS):
            request = form_request(issuer.url, "/oauth/token", asker.form())
            answers = race.run([request] * CALLERS)
            won = [json.loads(body) for status, body in answers if status == 200]
            lost = [(status, json.loads(body)["error"]) for status, body in answers if status != 200]
            assert len(won) == 1 and won[0]["access_token"], f"{len(won)} successes, {set(lost)}"
            assert set(lost) == {(400, "invalid_grant")} and len(lost) == CALLERS - 1, set(lost)
            # Who redeems it twice may have stolen it: what it brought is dead (RFC 6749 §4.1.2).
            assert issuer.userinfo(won[0]["access_token"]).status_code == 401
