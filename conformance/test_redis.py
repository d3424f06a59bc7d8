"""A Redis between memory and the database, from outside: what becomes of it costs speed, never a sign-in that should hold, and never
one that should be over. `MARTLET_REDIS_BINARY` names a binary that was built with the trait `Redis` (`make test-redis`)."""

import http.client
import os
import subprocess
import threading
import time

import pytest

import users
from keys import peek
from process import Server, clean_environment
from redis_server import RedisServer
from somebody import WAYS, Somebody

pytestmark = pytest.mark.timeout(600)  # Filling memory takes a minute or two.

#: What a sign-in at each face gives, by the way it is used.
SIGNED_IN = ["token of the chat face", "token of the account's key", "token cookie of the user-management face",
             "cookie of the session face", "cookie of the pages"]

#: Nothing takes longer, in seconds, whatever the Redis does: a few waits of 50 ms and the work itself, on a busy machine.
BOUND = 5

#: More sign-in tokens than memory has room for (16,384 in 16 parts, which fill unevenly).
OVERFLOW = 19_000


@pytest.fixture(scope="module")
def trait_binary() -> str:
    path = os.environ.get("MARTLET_REDIS_BINARY")
    if not path:
        pytest.skip("MARTLET_REDIS_BINARY names no binary that was built with --traits Redis; make test-redis does")
    assert os.access(path, os.X_OK), path
    return path


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.kill()


@pytest.fixture
def redis_user(trait_binary, tmp_path, redis):
    server = Server(trait_binary, tmp_path / "server").start(REDIS_URL=redis.url)
    health_becomes(server, "healthy")
    yield server
    server.kill()


@pytest.fixture
def person(redis_user):
    person = Somebody(redis_user)
    person.arrive()
    return person


def health(server: Server) -> str:
    """What `/health` says of the Redis; the server itself is well."""
    began = time.monotonic()
    reply = server.issuer.get("/health")
    assert time.monotonic() - began < BOUND
    assert reply.status_code == 200 and reply.json()["status"] == "healthy", reply.text
    return reply.json()["checks"]["redis"]


def health_becomes(server: Server, wanted: str, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while health(server) != wanted:
        assert time.monotonic() < limit, f"the Redis is not {wanted} after {seconds} s"
        time.sleep(0.02)


def answers(person: Somebody) -> dict[str, int]:
    """The status that each sign-in gets, each within the bound."""
    found = {}
    for way in SIGNED_IN:
        began = time.monotonic()
        found[way] = WAYS[way][0](person).status_code
        assert time.monotonic() - began < BOUND, way
    return found


def signed_in(person: Somebody) -> None:
    assert answers(person) == {way: WAYS[way][1] for way in SIGNED_IN}


def signed_out(person: Somebody) -> None:
    assert answers(person) == {way: WAYS[way][2] for way in SIGNED_IN}


def block(person: Somebody) -> None:
    person.server.run("accounts", "block", person.email, "--data", str(person.server.data))


# What lies in it


def test_what_lies_in_the_redis_has_our_prefix_and_an_end_and_cannot_be_read(person, redis):
    signed_in(person)
    health_becomes(person.server, "healthy")  # What was sent before has arrived.
    names = redis.names()
    kinds = {name.split(":")[1] for name in names}
    assert all(name.startswith("martlet:") for name in names) and {"session", "live-token"} <= kinds, names
    secrets = [person.email, person.username, person.id, "Ada Lovelace", "generation", "subject", person.access, person.chat_token,
               person.session_cookie]
    for name in names:
        value, left = redis.command("GET", name), redis.command("PTTL", name)
        assert 0 < left <= 400 * 86_400_000, f"{name}: {left} ms"
        assert not [secret for secret in secrets if secret.encode() in value], name
        assert len(name) < 200 and not [secret for secret in secrets if secret in name and secret != person.id], name


def test_a_logout_takes_the_record_away(person, redis):
    signed_in(person)
    health_becomes(person.server, "healthy")
    assert len([name for name in redis.names() if name.startswith("martlet:session:")]) == 1
    reply = person.issuer.post("/users/logout", headers={"Cookie": f"session_uuid={person.session_cookie}"})
    assert reply.status_code in (200, 204), reply.text
    health_becomes(person.server, "healthy")
    assert not [name for name in redis.names() if name.startswith("martlet:session:")]


# When it is lost, every sign-in holds


def test_a_flush_signs_nobody_out(person, redis):
    signed_in(person)
    redis.command("FLUSHALL")
    signed_in(person)
    assert health(person.server) == "healthy"


@pytest.mark.parametrize("lose", [RedisServer.kill, RedisServer.freeze], ids=["killed", "frozen"])
def test_a_redis_that_is_lost_signs_nobody_out(person, redis, lose):
    signed_in(person)
    lose(redis)
    for _ in range(3):
        signed_in(person)
    health_becomes(person.server, "degraded")
    other = Somebody(person.server)
    other.arrive()
    signed_in(other)
    block(other)
    signed_out(other)


@pytest.mark.parametrize("lose, mend", [(RedisServer.kill, RedisServer.start), (RedisServer.freeze, RedisServer.thaw)],
                         ids=["killed", "frozen"])
def test_a_redis_that_comes_back_is_used_again_and_what_ended_meanwhile_stays_ended(person, redis, lose, mend):
    signed_in(person)
    health_becomes(person.server, "healthy")
    redis.save()
    before = {name for name in redis.names() if ":live-token:" in name}
    lose(redis)
    block(person)
    signed_out(person)
    mend(redis)
    health_becomes(person.server, "healthy")
    assert before and before <= set(redis.names()), "control: the old values are there again"
    signed_out(person)
    other = Somebody(person.server)
    other.arrive()
    signed_in(other)
    health_becomes(person.server, "healthy")
    assert {name for name in redis.names() if ":live-token:" in name} - before, "what is new is written"


def test_a_server_starts_without_its_redis_and_takes_it_when_it_comes(trait_binary, tmp_path):
    redis = RedisServer(tmp_path / "redis")
    server = Server(trait_binary, tmp_path / "server").start(REDIS_URL=redis.url)
    try:
        assert health(server) == "degraded"
        person = Somebody(server)
        person.arrive()
        signed_in(person)
        redis.start()
        health_becomes(server, "healthy")
        signed_in(person)
    finally:
        server.kill()
        redis.kill()


# What somebody else writes into it


def test_what_a_stranger_writes_is_a_miss(person, redis):
    signed_in(person)
    health_becomes(person.server, "healthy")
    restart(person.server, redis)  # So that memory knows nothing.
    names = redis.names()
    values = {name: redis.command("GET", name) for name in names}
    wrong = [b"", b"\x00", b"{}", b"v4.local.AAAA", b"\xff" * 200, b"x" * 100_000]
    for number, name in enumerate(names):
        other = values[names[(number + 1) % len(names)]]
        flipped = values[name][:-1] + bytes([values[name][-1] ^ 1])
        redis.command("SET", name, [*wrong, other, flipped][number % 8])
    before = redis.hits()
    signed_in(person)
    assert redis.hits() > before, "control: the Redis was asked and had something"
    for name in names:
        redis.command("DEL", name)
        redis.command("LPUSH", name, "of another type")
    restart(person.server, redis)
    signed_in(person)
    block(person)
    signed_out(person)


def restart(server: Server, redis: RedisServer) -> None:
    assert server.stop() == 0
    server.start(REDIS_URL=redis.url)
    health_becomes(server, "healthy")


def test_a_restarted_server_does_not_believe_what_another_run_left(person, redis):
    other = Somebody(person.server)
    other.arrive()
    signed_in(person)
    signed_in(other)
    health_becomes(person.server, "healthy")
    assert person.server.stop() == 0
    left = redis.names()
    block(person)
    person.server.start(REDIS_URL=redis.url)
    health_becomes(person.server, "healthy")
    assert set(left) <= set(redis.names()), "control: what the other run left is there"
    before = redis.hits()
    signed_out(person)
    assert redis.hits() > before, "control: the Redis was asked and had something"
    signed_in(other)


# What memory has no room for is answered by the Redis, as long as nothing has changed


@pytest.fixture(scope="module")
def full(trait_binary, tmp_path_factory):
    """A server whose memory has dropped the sign-ins of `people`, and whose Redis has them."""
    redis = RedisServer(tmp_path_factory.mktemp("redis")).start()
    server = Server(trait_binary, tmp_path_factory.mktemp("server"), "--user-token-lifetime", "3600").start(REDIS_URL=redis.url)
    people = [users.User(server) for _ in range(7)]
    for user in people:
        assert user.send("GET", "/v1/users/me").status_code == 200
    crowd(server)
    health_becomes(server, "healthy")
    yield server, redis, people
    server.kill()
    redis.kill()


def crowd(server: Server) -> None:
    """Uses more tokens than memory has room for: a few people who renew theirs all the time."""
    problems = []

    def stay_busy(user: users.User):
        visitor, refresh = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30), user.refresh
        try:
            for _ in range(OVERFLOW // 4):
                visitor.request("GET", "/v1/refresh/jwt", headers={"Cookie": f"refresh_token={refresh}"})
                reply = visitor.getresponse()
                reply.read()
                made = dict(line.split(";")[0].split("=", 1) for line in reply.headers.get_all("Set-Cookie"))
                refresh = made["refresh_token"]
                visitor.request("GET", "/v1/users/me", headers={"Cookie": f"access_token={made['access_token']}"})
                reply = visitor.getresponse()
                assert reply.status == 200, reply.read()
                reply.read()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=stay_busy, args=[users.User(server)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems[0]


def ended(server: Server, user: users.User) -> None:
    server.run("accounts", "block", user.username, "--data", str(server.data))


def test_control_the_redis_answers_for_memory(full):
    server, redis, people = full
    before = redis.hits()
    assert people[0].record()["_id"] == people[0].id
    assert redis.hits() == before + 1


def test_a_sign_in_that_ended_is_over_though_the_redis_has_it(full):
    server, redis, people = full
    ended(server, people[1])
    before = redis.hits()
    users.dead(people[1].send("GET", "/v1/users/me"))
    assert redis.hits() == before + 1, "control: the Redis said that it goes on"


def test_a_sign_in_that_ended_while_the_redis_was_frozen_is_over(full):
    server, redis, people = full
    redis.freeze()
    ended(server, people[2])
    redis.thaw()
    health_becomes(server, "healthy")
    before = redis.hits()
    users.dead(people[2].send("GET", "/v1/users/me"))
    assert redis.hits() == before + 1, "control: the Redis said that it goes on"


def test_a_sign_in_that_ended_while_the_redis_was_away_is_over_when_its_old_values_are_back(full):
    server, redis, people = full
    redis.save()
    redis.kill()
    health_becomes(server, "degraded")
    ended(server, people[3])
    redis.start()
    health_becomes(server, "healthy")
    before = redis.hits()
    users.dead(people[3].send("GET", "/v1/users/me"))
    assert redis.hits() == before + 1, "control: the Redis said that it goes on"


def test_the_entry_of_another_is_not_believed(full):
    server, redis, people = full
    mine, theirs = ("martlet:live-token:" + peek(user.access)["jti"] for user in people[4:6])
    value = redis.command("GET", theirs)
    assert value and redis.command("GET", mine), "control: both are there"
    redis.command("SET", mine, value)
    before = redis.hits()
    assert people[4].record()["_id"] == people[4].id
    assert redis.hits() == before + 1


def test_what_is_flushed_is_read_from_the_database(full):
    server, redis, people = full
    redis.command("FLUSHALL")
    before = redis.hits()
    assert people[6].record()["_id"] == people[6].id
    assert redis.hits() == before


# The address


def test_a_password(trait_binary, tmp_path):
    redis = RedisServer(tmp_path / "redis", password="p@ss:w/rd").start()
    server = Server(trait_binary, tmp_path / "server")
    address = f"127.0.0.1:{redis.port}"
    try:
        server.start(REDIS_URL=f"redis://:p%40ss%3Aw%2Frd@{address}")
        health_becomes(server, "healthy")
        server.stop()
        server.start(REDIS_URL=f"redis://:p@ss:w/rd@{address}")
        health_becomes(server, "healthy")
        server.stop()
        server.start(REDIS_URL=f"redis://:another-secret@{address}/3")
        limit = time.monotonic() + 10
        while "it refuses: WRONGPASS" not in server.log_text():
            assert time.monotonic() < limit, server.log_text()[-1000:]
            time.sleep(0.05)
        assert health(server) == "degraded"
        assert not [secret for secret in ("p%40", "p@ss", "another-secret") if secret in server.log_text()]
    finally:
        server.kill()
        redis.kill()


@pytest.mark.parametrize("url, why", [
    ("rediss://:secret-word@127.0.0.1:6379", "rediss:// is not supported"),
    ("127.0.0.1:6379", "does not begin with redis://"),
    ("redis://127.0.0.1:0", "port"),
    ("redis://:secret-word@127.0.0.1/zero", "number of a database"),
])
def test_an_address_that_is_none_stops_the_start(trait_binary, tmp_path, url, why):
    code, said = Server(trait_binary, tmp_path / "server").run_in_vain(environment={"REDIS_URL": url})
    assert code > 0 and why in said and "REDIS_URL" in said and "secret-word" not in said, said


def test_a_binary_without_the_trait_refuses_the_setting(binary, tmp_path):
    said = subprocess.run([binary, "serve", "--dev", "--redis-url", "redis://127.0.0.1:6379", "--data", str(tmp_path / "data")],
                          cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=20)
    assert said.returncode > 0 and "built without Redis" in said.stdout + said.stderr, said
