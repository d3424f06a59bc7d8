"""The user-management document over HTTP: users listed, shown, created and deleted, and who may."""

import re

import pytest

from issuer import UUID4
from users import (  # noqa: F401 - the fixtures are used by name
    ALL, OWN, PASSWORD, STRANGER, User, ada, bob, call, cleared, cookies_of, dead, forbidden, good, is_record, login, new, refused, root,
    some_name,
)

#: Each route that needs a token: method and path; `ID` stands for the id of the caller.
PROTECTED = [
    ("GET", "/v1/users/me"), ("GET", "/v1/users"), ("GET", "/v1/users/ID"), ("PATCH", "/v1/users/ID"), ("DELETE", "/v1/users/ID"),
]
protected = pytest.mark.parametrize("method, path", PROTECTED, ids=[" ".join(row) for row in PROTECTED])
FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
foreign = pytest.mark.parametrize("headers", FOREIGN, ids=[" ".join(row.values()) for row in FOREIGN])


def create(issuer, **members):
    return issuer.post("/v1/users", json={"username": some_name(), "password": PASSWORD} | members)


# The gate


@protected
def test_without_a_token(issuer, method, path):
    reply = call(issuer, method, path.replace("ID", STRANGER), {})
    refused(reply, 401)
    assert "error" not in reply.headers["WWW-Authenticate"]


@protected
def test_with_a_token_that_is_none(issuer, method, path):
    dead(call(issuer, method, path.replace("ID", STRANGER), {}, cookie="nonsense"))
    dead(call(issuer, method, path.replace("ID", STRANGER), {}, bearer="nonsense"))


@foreign
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_another_sites_page_cannot_write(issuer, ada, method, headers):
    reply = call(issuer, method, f"/v1/users/{ada.id}", {"username": some_name()}, cookie=ada.access, headers=headers)
    refused(reply, 403)
    assert ada.record()["username"] == ada.username
    own = call(issuer, method, f"/v1/users/{ada.id}", {"username": some_name()}, cookie=ada.access, headers={"Origin": issuer.url})
    assert own.status_code == 200, "the control"


@foreign
def test_a_program_with_the_header_may_say_any_origin(issuer, ada, headers):
    reply = call(issuer, "PATCH", f"/v1/users/{ada.id}", {"username": some_name()}, bearer=ada.access, headers=headers)
    assert reply.status_code == 200, reply.text


@foreign
def test_another_sites_page_cannot_create(issuer, headers):
    refused(issuer.post("/v1/users", json={"username": some_name(), "password": PASSWORD}, headers=headers), 403)


def test_no_scripts_of_other_origins(issuer):
    reply = issuer.send("OPTIONS", "/v1/users", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert "Access-Control-Allow-Origin" not in reply.headers


# Show


def test_a_guest_sees_itself_and_nobody_else(ada, bob):
    assert is_record(good(ada.show(ada.id))) == ada.record()
    for id in (bob.id, STRANGER):
        forbidden(ada.show(id))
    forbidden(ada.send("GET", "/v1/users"))


def test_the_same_answer_for_one_that_exists_and_one_that_does_not(ada, bob):
    there, nowhere = ada.show(bob.id), ada.show(STRANGER)
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_an_administrator_sees_everybody(root, ada):
    assert is_record(good(root.show(ada.id)))["username"] == ada.username
    refused(root.show(STRANGER), 404)
    record = root.record()
    assert (record["roles"], record["permissions"]) == (["admin"], ALL)


@pytest.mark.parametrize("id", ["1", "x" * 36, STRANGER.upper(), STRANGER + "0", STRANGER[:-1], "%00", "..%2fme"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_no_id_is_nobody(root, method, id):
    assert root.send(method, f"/v1/users/{id}", {}).status_code == 404


def test_a_permission_to_get_all(root, ada, bob):
    permission = {"action": "all", "method": "GET", "resource": "users"}
    good(root.change(ada.id, permissions=[permission]))
    ada.login()
    assert good(ada.show(bob.id))["_id"] == bob.id
    assert isinstance(good(ada.send("GET", "/v1/users")), list)
    forbidden(ada.change(bob.id, username=some_name()))
    forbidden(ada.delete(bob.id))
    assert sorted(map(str, ada.record()["permissions"])) == sorted(map(str, OWN + [permission]))


# List


def test_all_users_page_by_page(issuer, root, new):
    made = [new() for _ in range(5)]
    seen, path, pages = [], "/v1/users?limit=2", 0
    while path:
        reply = root.send("GET", path)
        page = good(reply)
        assert len(page) <= 2
        seen += [is_record(record)["_id"] for record in page]
        link = reply.headers.get("Link")
        assert link is None or re.fullmatch(r'<[^<>]+>; rel="next"', link), link
        path = link and link[1:].split(">")[0]
        assert path is None or path.startswith(issuer.url + "/v1/users?")
        pages += 1
    assert len(seen) == len(set(seen)) and {root.id} | {user.id for user in made} <= set(seen)
    assert pages == -(-len(seen) // 2)


def test_the_whole_list_is_one_array(root):
    reply = root.send("GET", "/v1/users?limit=100")
    assert root.id in {record["_id"] for record in good(reply)} or "Link" in reply.headers


def test_search(root, ada):
    assert [record["_id"] for record in good(root.send("GET", f"/v1/users?search={ada.username[:9].upper()}"))] == [ada.id]
    assert good(root.send("GET", "/v1/users?search=zz-nobody")) == []
    for sought in ("%25", "_", "'"):
        assert ada.id not in {record["_id"] for record in good(root.send("GET", f"/v1/users?search={sought}"))}


def test_the_next_page_of_a_search_searches(root, new):
    prefix = some_name()
    for number in range(3):
        assert create(root.issuer, username=f"{prefix}.{number}").status_code == 201
    reply = root.send("GET", f"/v1/users?limit=2&search={prefix}")
    assert len(good(reply)) == 2
    rest = root.send("GET", reply.headers["Link"][1:].split(">")[0])
    assert [record["username"] for record in good(rest)] == [f"{prefix}.2"] and "Link" not in rest.headers


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=1.5", "after=x", f"after={STRANGER.upper()}"])
def test_a_page_that_is_none(root, query):
    refused(root.send("GET", f"/v1/users?{query}"), 400, query.split("=")[0])


def test_after_somebody_unknown_comes_nobody(root):
    assert good(root.send("GET", f"/v1/users?after={STRANGER}")) == []


# Create


def test_anybody_creates_a_guest(issuer):
    name = some_name()
    reply = create(issuer, username=name)
    record = is_record(good(reply, 201))
    assert UUID4.fullmatch(record["_id"]) and record["username"] == name
    assert (record["blacklisted"], record["roles"], record["permissions"]) == (False, ["guest"], OWN)
    assert reply.headers["Location"] == f"{issuer.url}/v1/users/{record['_id']}" and "Set-Cookie" not in reply.headers
    assert good(login(issuer, name, PASSWORD))["user"]["_id"] == record["_id"]


@pytest.mark.parametrize("name, value", [
    ("username", ...), ("username", None), ("username", ""), ("username", "a b"), ("username", "x" * 65), ("username", 1),
    ("username", STRANGER), ("password", ...), ("password", ""), ("password", "seven77"), ("password", "password"),
    ("password", "x" * 129), ("password", ["x"]), ("roles", "admin"), ("roles", []), ("roles", ["root"]), ("permissions", {}),
    ("permissions", [{"action": "all"}]), ("permissions", [{"action": "all", "method": "PUT", "resource": "users"}]),
    ("permissions", [{"action": "all", "method": "GET", "resource": "files"}]), ("blacklisted", "yes"),
])
def test_a_member_that_is_wrong_is_named(issuer, name, value):
    body = {"username": some_name(), "password": PASSWORD} | {name: value}
    refused(issuer.post("/v1/users", json={key: value for key, value in body.items() if value is not ...}), 400, name)


def test_unknown_members_are_ignored(issuer):
    record = good(create(issuer, _id=STRANGER, hash="x", salt="y", refresh_token="z", admin=True, created_at="2000-01-01"), 201)
    assert is_record(record)["_id"] != STRANGER and record["roles"] == ["guest"]


def test_a_name_is_taken_once(issuer, ada):
    for name in (ada.username, ada.username.upper()):
        refused(create(issuer, username=name), 409, "username")


GRANTS = [{"roles": ["admin"]}, {"roles": ["guest"]}, {"permissions": ALL}, {"permissions": []}, {"blacklisted": True}]


@pytest.mark.parametrize("grant", GRANTS, ids=str)
def test_rights_are_for_those_who_may_give_them(issuer, root, ada, grant):
    name = some_name()
    body = {"username": name, "password": PASSWORD} | grant
    forbidden(issuer.post("/v1/users", json=body))
    forbidden(ada.send("POST", "/v1/users", body))
    assert good(root.send("GET", f"/v1/users?search={name}")) == [], "nothing was created"
    record = good(root.send("POST", "/v1/users", body), 201)
    assert all(record[member] == value or member == "permissions" for member, value in grant.items())


def test_who_may_create_gives_no_more_than_it_has(root, ada):
    good(root.change(ada.id, permissions=[{"action": "all", "method": method, "resource": "users"} for method in ("POST", "GET")]))
    ada.login()
    body = {"username": some_name(), "password": PASSWORD}
    forbidden(ada.send("POST", "/v1/users", body | {"roles": ["admin"]}))
    forbidden(ada.send("POST", "/v1/users", body | {"permissions": [{"action": "all", "method": "DELETE", "resource": "users"}]}))
    granted = {"action": "all", "method": "GET", "resource": "users"}
    record = good(ada.send("POST", "/v1/users", body | {"permissions": [granted], "roles": ["guest"]}), 201)
    assert granted in record["permissions"]


def test_a_caller_with_a_bad_token_creates_nothing(issuer):
    dead(call(issuer, "POST", "/v1/users", {"username": some_name(), "password": PASSWORD}, bearer="nonsense"))


def test_strangers_create_thirty_an_hour(start):
    server = start(rate_limits="on")
    issuer = server.issuer
    for _ in range(30):
        good(create(issuer), 201)
    reply = create(issuer)
    refused(reply, 429)
    assert 3500 < int(reply.headers["Retry-After"]) <= 3600
    admin = User(server, admin=True)
    good(admin.send("POST", "/v1/users", {"username": some_name(), "password": PASSWORD}), 201)


# Delete


def test_deleting_oneself(issuer, ada):
    reply = ada.delete(ada.id)
    assert set(good(reply)) == {"message"}
    cleared(reply)
    dead(ada.send("GET", "/v1/users/me"))
    dead(ada.renew())
    refused(login(issuer, ada.username, PASSWORD), 401)


def test_deleting_others(issuer, root, ada, bob):
    forbidden(ada.delete(bob.id))
    forbidden(ada.delete(STRANGER))
    bob.record()
    reply = root.delete(bob.id)
    assert set(good(reply)) == {"message"} and not cookies_of(reply)
    dead(bob.send("GET", "/v1/users/me"))
    dead(bob.renew())
    refused(root.show(bob.id), 404)
    refused(root.delete(bob.id), 404)
    ada.record()


def test_who_may_delete_all_cannot_delete_an_administrator(root, ada, new):
    other = new(admin=True)
    good(root.change(ada.id, permissions=[{"action": "all", "method": "DELETE", "resource": "users"}]))
    ada.login()
    forbidden(ada.delete(other.id))
    good(root.delete(other.id))


def test_the_last_administrator_stays(start):
    server = start()
    admin = User(server, admin=True)
    refused(admin.delete(admin.id), 409)
    second = User(server, admin=True)
    good(admin.delete(admin.id))
    refused(second.delete(second.id), 409)
    second.record()
