"""The user-management document over HTTP: the one-time key that makes the first administrator."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from users import ALL, PASSWORD, User, good, is_record, login, refused, some_name

KEY = re.compile(r"^X-Auth-Token: (\S+)$", re.MULTILINE)


def said(server) -> str:
    return (server.folder / "server.out").read_text()


def keys(server) -> list[str]:
    return KEY.findall(said(server))


def create(server, key: str | None, **members):
    headers = {} if key is None else {"X-Auth-Token": key}
    return server.issuer.post("/v1/users", json={"username": some_name(), "password": PASSWORD} | members, headers=headers)


def test_the_key_makes_one_administrator(start):
    server = start()
    [key] = keys(server)
    name = some_name()
    record = is_record(good(create(server, key, username=name), 201))
    assert (record["username"], record["roles"], record["permissions"]) == (name, ["admin"], ALL)
    refused(create(server, key), 403, "X-Auth-Token")
    assert good(login(server.issuer, name, PASSWORD))["user"] == record


@pytest.mark.parametrize("key", ["", "x", "martlet_ak_" + "A" * 43])
def test_a_wrong_key_makes_nobody(start, key):
    server = start()
    name = some_name()
    refused(create(server, key, username=name), 403)
    refused(login(server.issuer, name, PASSWORD), 401)
    good(create(server, keys(server)[0], username=name), 201)


def test_a_creation_that_fails_leaves_the_key_good(start):
    server = start()
    [key] = keys(server)
    guest = User(server)
    refused(create(server, key, username=guest.username), 409)
    refused(create(server, key, password="short"), 400)
    refused(create(server, key, username=None), 400)
    good(create(server, key), 201)


def test_two_set_ups_at_once(start):
    server = start()
    [key] = keys(server)
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda _: create(server, key).status_code, range(12)))
    assert sorted(replies) == [201] + [403] * 11


def test_the_key_is_shown_once(start):
    server = start("--log-level", "trace")
    [key] = keys(server)
    create(server, "wrong" + key)
    server.stop()
    server.start()
    assert keys(server) == [key]
    good(create(server, key), 201)
    server.stop()
    server.start()
    assert keys(server) == [key] and key not in server.log_text()
    for file in server.data.rglob("*"):
        assert not file.is_file() or key.encode() not in file.read_bytes(), file


def test_where_there_is_an_administrator_no_key_is_made(start):
    server = start()
    good(create(server, keys(server)[0]), 201)
    server.stop()
    (server.folder / "server.out").unlink()
    server.start()
    assert not keys(server)


def test_the_operator_makes_another_key(start):
    server = start()
    [first] = keys(server)
    printed = server.run("accounts", "admin-key", "--data", str(server.data))
    [second] = KEY.findall(printed)
    assert second != first
    refused(create(server, first), 403)
    good(create(server, second), 201)
    refused(create(server, second), 403)


def test_the_key_is_no_token(start):
    server = start()
    [key] = keys(server)
    refused(server.issuer.get("/v1/users", headers={"X-Auth-Token": key}), 401)
    refused(server.issuer.get("/v1/users", headers={"Authorization": f"Bearer {key}"}), 401)
