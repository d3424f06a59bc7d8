"""Rotation of the signing keys: `martlet keys rotate`, its plan and its emergency, beside a running server.

The servers here let their key set be cached for 4 seconds; they look at the folder of keys every 5.
"""

import json
import time

import pytest
import requests
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

MAX_AGE = 4
#: A turn of the server, and time for a busy machine.
TURN = 5 + 3
OPTIONS = ("--jwks-max-age", str(MAX_AGE))
ALGORITHMS = {"ES256", "RS256", "RS512", "PS256", "ES384", "EdDSA"}


def fetch(server, agent="watcher", max_age=MAX_AGE):
    reply = requests.get(f"{server.origin}/oauth/jwks", headers={"User-Agent": agent}, timeout=5)
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == f"public, max-age={max_age}"
    return reply.json()


def kids(server, algorithm="ES256", agent="watcher"):
    return {key["kid"] for key in fetch(server, agent)["keys"] if key["alg"] == algorithm}


def kid(token):
    return jws.extract_compact(token.encode()).headers()["kid"]


def rotate(server, *arguments):
    return server.run("keys", "rotate", "--keys", str(server.keys), *arguments)


def plan(server):
    return json.loads(rotate(server, "--plan", "--json"))


def history(server):
    return [json.loads(line) for line in (server.keys / "history.log").read_text().splitlines()]


def until(check, seconds):
    """What `check` says as soon as it is true; fails after this time."""
    limit = time.monotonic() + seconds
    while True:
        found = check()
        if found or time.monotonic() > limit:
            assert found, f"not within {seconds} s"
            return found
        time.sleep(0.2)


class Tokens:
    """A client of the server: gets tokens, and asks the server whether they are good."""

    def __init__(self, server):
        client = server.add_client("client_secret_basic", scope="read")
        self.server, self.credentials = server, (client.id, client.secret)

    def new(self):
        form = {"grant_type": "client_credentials", "scope": "read"}
        reply = requests.post(f"{self.server.origin}/oauth/token", data=form, auth=self.credentials, timeout=5)
        assert reply.status_code == 200, reply.text
        return reply.json()["access_token"]

    def is_good(self, token):
        reply = requests.post(
            f"{self.server.origin}/oauth/introspect", data={"token": token}, auth=self.credentials, timeout=5
        )
        assert reply.status_code == 200, reply.text
        return reply.json()["active"]


class Verifier:
    """Checks signatures with a copy of the key set that it fetches when the old one may be cached no longer, and at no other time."""

    def __init__(self, server, name, max_age=MAX_AGE):
        self.server, self.name, self.max_age, self.good_until = server, name, max_age, 0.0

    def accepts(self, token):
        if time.monotonic() >= self.good_until:
            self.good_until = time.monotonic() + self.max_age
            self.keys = KeySet.import_key_set(fetch(self.server, self.name, self.max_age))
        try:
            jws.deserialize_compact(token, self.keys, algorithms=["ES256"])
            return True
        except (JoseError, ValueError):
            return False


def test_a_new_key_is_published_first_and_signs_when_all_who_fetch_have_it(start):
    server = start(*OPTIONS)
    tokens = Tokens(server)
    old = tokens.new()
    assert kids(server, agent="slow") == {kid(old)}
    assert "signing from" in rotate(server, "--algorithm", "es256")
    both = until(lambda: len(found := kids(server)) == 2 and found, TURN)
    (new_kid,) = both - {kid(old)}
    published = time.monotonic()

    def waits_for():
        return {
            fetcher["user_agent"] for fetcher in plan(server)["fetchers"] if new_kid in fetcher["has_not_seen"]
        }

    until(lambda: waits_for() == {"slow"}, TURN)
    while time.monotonic() < published + MAX_AGE + TURN:
        assert kid(tokens.new()) == kid(old), "somebody has not fetched the new key yet"
        time.sleep(0.5)
    assert kids(server, agent="slow") == both
    new = until(lambda: kid(found := tokens.new()) == new_kid and found, TURN)
    assert tokens.is_good(old) and tokens.is_good(new)
    phases = {key["kid"]: key["phase"] for key in plan(server)["keys"] if key["alg"] == "ES256"}
    assert phases == {kid(old): "previous", new_kid: "current"}
    assert [(line["event"], line["kid"]) for line in history(server)] == [("made", new_kid), ("used", new_kid)]
    assert "known fetchers have it" in history(server)[-1]["reason"]
    assert "a signing key is in use" in server.log_text()


def test_the_deadline_ends_the_waiting_for_who_does_not_fetch(start):
    server = start(*OPTIONS, "--key-deadline", "12")
    tokens = Tokens(server)
    old = tokens.new()
    kids(server, agent="never again")
    rotate(server, "--algorithm", "ES256")
    begin = time.monotonic()
    until(lambda: kid(tokens.new()) != kid(old), 12 + 2 * TURN)
    assert time.monotonic() - begin > 11
    assert "deadline" in history(server)[-1]["reason"] and "0 of 1" in history(server)[-1]["reason"]


def test_who_fetched_is_known_after_a_restart(start):
    server = start(*OPTIONS)
    tokens = Tokens(server)
    old = tokens.new()
    kids(server, agent="slow")
    until(lambda: any(fetcher["user_agent"] == "slow" for fetcher in plan(server)["fetchers"]), TURN)
    server.stop()
    rotate(server, "--algorithm", "ES256")
    assert [key["published_at"] for key in plan(server)["keys"] if key["phase"] == "next"] == [None]
    server.start()
    until(lambda: len(kids(server)) == 2, TURN)
    time.sleep(MAX_AGE + TURN)
    assert kid(tokens.new()) == kid(old), "the slow one is waited for"


def test_no_verification_fails_while_keys_rotate(start):
    """The least that a verifier may do is enough. The control is the emergency below, in which the same verifier fails."""
    server = start(*OPTIONS)
    tokens = Tokens(server)
    verifiers = [Verifier(server, f"verifier {number}") for number in range(3)]
    live, seen, failures, checks = [], [], 0, 0

    def step():
        nonlocal live, failures, checks
        live = [*live[-15:], tokens.new()]
        if kid(live[-1]) not in seen:
            seen.append(kid(live[-1]))
        for number, verifier in enumerate(verifiers):
            if len(live) > 3 * number:  # not all fetch at once
                failures += sum(not verifier.accepts(token) for token in live)
                checks += len(live)

    for rotation in range(2):
        rotate(server, "--algorithm", "ES256")
        limit = time.monotonic() + MAX_AGE + 3 * TURN
        while len(seen) < rotation + 2:
            assert time.monotonic() < limit, "the new key never signed"
            step()
            time.sleep(0.05)
    assert failures == 0 and checks > 500


def signing(reply) -> list[dict]:
    """The published keys without those that others encrypt for."""
    return [key for key in reply.json()["keys"] if key["use"] == "sig"]


def test_an_emergency_replaces_all_keys_now(start):
    server = start()
    tokens, verifier = Tokens(server), Verifier(server, "verifier", max_age=300)
    old = tokens.new()
    assert verifier.accepts(old)
    before = {key["kid"] for key in signing(requests.get(f"{server.origin}/oauth/jwks", timeout=5))}
    said = rotate(server, "--emergency", "--reason", "a laptop was stolen")
    assert "What breaks" in said and "client-secrets.key" in said

    def after():
        keys = signing(requests.get(f"{server.origin}/oauth/jwks", timeout=5))
        return not before & {key["kid"] for key in keys} and keys

    assert sorted(key["alg"] for key in until(after, TURN)) == sorted(ALGORITHMS)
    assert not tokens.is_good(old)
    new = tokens.new()
    assert tokens.is_good(new) and kid(new) not in before
    assert verifier.accepts(old) and not verifier.accepts(new), "what the command warns of"
    lines = history(server)
    assert {line["reason"] for line in lines} == {"a laptop was stolen"}
    assert sorted(line["event"] for line in lines) == ["emergency"] * 6 + ["removed"] * 6
    assert {line["kid"] for line in lines if line["event"] == "removed"} == before
    assert server.log_text().count("a signing key was taken away") == 6
    server.stop()
    server.start()
    assert tokens.is_good(new) and not tokens.is_good(old)


def test_an_emergency_of_one_algorithm_leaves_the_others(start):
    server = start(*OPTIONS)
    before = {key["alg"]: key["kid"] for key in fetch(server)["keys"] if key["use"] == "sig"}
    rotate(server, "--emergency", "--reason", "x", "--algorithm", "RS512")
    until(lambda: kids(server, "RS512") != {before["RS512"]}, TURN)
    after = {key["alg"]: key["kid"] for key in fetch(server)["keys"] if key["use"] == "sig"}
    assert set(after) == ALGORITHMS
    assert {name for name in ALGORITHMS if before[name] != after[name]} == {"RS512"}


def test_a_rotation_makes_one_next_key_of_each_algorithm_and_no_second(start):
    server = start(*OPTIONS)
    server.stop()
    made = rotate(server)
    assert {line.split("(")[1].split(")")[0] for line in made.splitlines() if line.startswith("made")} == ALGORITHMS
    names = sorted(path.name for path in server.keys.glob("*.pem"))
    assert sum(name.startswith("signing-") for name in names) == 12
    again = rotate(server)
    assert again.count("kept") == 6 and "made" not in again
    assert sorted(path.name for path in server.keys.glob("*.pem")) == names
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in server.keys.iterdir())


def test_a_plan_changes_nothing(start):
    server = start(*OPTIONS)
    fetch(server, 'odd "agent" \\')
    rotate(server, "--algorithm", "ES256")
    until(lambda: len(kids(server)) == 2, TURN)
    server.stop()
    before = {path.name: path.read_bytes() for path in server.keys.iterdir()}
    text = rotate(server, "--plan")
    assert {path.name: path.read_bytes() for path in server.keys.iterdir()} == before
    assert "FETCHER" in text and "127.0.0.1" in text and "odd ?agent? ?" in text and "has not seen ES256" in text
    assert text.count("current") == 6 and text.count("next ") == 1


def test_a_plan_before_the_first_start_makes_no_folder(binary, start, tmp_path):
    server = start()
    code, said = server.run_in_vain_with(["keys", "rotate", "--plan", "--keys", str(tmp_path / "none")])
    assert code == 0 and "Nobody is known" in said
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("arguments,word", [
    (["--emergency"], "--reason"), (["--emergency", "--reason", ""], "--reason"), (["--reason", "x"], "--emergency"),
    (["--emergency", "--reason", "x", "--plan"], "--plan"), (["--json"], "--plan"), (["--algorithm", "ES256K"], "ES256"),
    (["--algorithm", "none"], "ES256"),
])
def test_a_command_that_is_not_clear_changes_nothing(server, arguments, word):
    before = sorted(path.name for path in server.keys.glob("*.pem"))
    code, said = server.run_in_vain_with(["keys", "rotate", "--keys", str(server.keys), *arguments])
    assert code != 0 and word in said
    assert sorted(path.name for path in server.keys.glob("*.pem")) == before


@pytest.mark.parametrize("option", ["--jwks-max-age", "--key-deadline"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "99999999"])
def test_a_time_that_makes_no_sense_refuses(binary, start, option, value):
    server = start()
    server.stop()
    code, said = server.run_in_vain(options=[f"{option}={value}"])
    assert code != 0 and f"{option} must be a number" in said
