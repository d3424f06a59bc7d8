"""The user-management document over HTTP: what a change of a user does, who may make it, and what it ends."""

import pytest

from keys import peek
from users import (  # noqa: F401 - the fixtures are used by name
    ALL, OWN, PASSWORD, STRANGER, User, ada, bob, call, cleared, cookies_of, dead, forbidden, good, is_record, login, new, refused, root,
    set_cookies, some_name,
)

NEW_PASSWORD = "another battery staple"


def permission(method: str, action: str = "all") -> dict:
    return {"action": action, "method": method, "resource": "users"}


def second_session(user: User) -> User:
    """The same account, signed in once more."""
    other = User.__new__(User)
    other.__dict__ = dict(user.__dict__)
    other.login()
    return other


def test_a_new_username(issuer, ada):
    name = some_name()
    before = ada.record()
    record = is_record(good(ada.change(ada.id, username=name)))
    assert record["username"] == name and record["updated_at"] > before["updated_at"]
    assert {key: value for key, value in record.items() if key not in ("username", "updated_at")} == {
        key: value for key, value in before.items() if key not in ("username", "updated_at")}
    assert ada.record() == record, "the session goes on"
    refused(login(issuer, ada.username, PASSWORD), 401)
    assert login(issuer, name, PASSWORD).status_code == 200


def test_a_taken_username_leaves_the_rest_unwritten(issuer, root, ada, bob):
    before = bob.record()
    refused(bob.change(bob.id, username=ada.username, password=NEW_PASSWORD), 409, "username")
    refused(root.change(bob.id, username=ada.username.upper(), blacklisted=True, roles=["admin"]), 409, "username")
    assert bob.record() == before
    assert login(issuer, bob.username, PASSWORD).status_code == 200
    good(bob.change(bob.id, username=bob.username.upper()))


def test_a_new_password_ends_the_other_sessions(issuer, ada):
    other = second_session(ada)
    other.record()
    reply = ada.change(ada.id, password=NEW_PASSWORD)
    is_record(good(reply))
    assert not cookies_of(reply)
    ada.record()
    set_cookies(ada.renew())
    dead(other.send("GET", "/v1/users/me"))
    dead(other.renew())
    refused(login(issuer, ada.username, PASSWORD), 401)
    assert login(issuer, ada.username, NEW_PASSWORD).status_code == 200


def test_a_new_password_by_an_administrator_ends_every_session(issuer, root, ada):
    good(root.change(ada.id, password=NEW_PASSWORD))
    dead(ada.send("GET", "/v1/users/me"))
    dead(ada.renew())
    assert login(issuer, ada.username, NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize("name, value", [
    ("username", ""), ("username", "a b"), ("username", 1), ("username", ["x"]), ("password", "seven77"), ("password", 12345678),
    ("roles", "admin"), ("roles", ["root"]), ("roles", [1]), ("permissions", [1]), ("permissions", "all"), ("blacklisted", "true"),
    ("blacklisted", 1),
])
def test_a_member_that_is_wrong_is_named_and_nothing_is_written(root, ada, name, value):
    before = ada.record()
    body = {"username": some_name()} | {name: value}
    refused(root.change(ada.id, **body), 400, name)
    assert ada.record() == before


def test_unknown_members_change_nothing(ada):
    before = ada.record()
    after = good(ada.change(ada.id, _id=STRANGER, hash="x", created_at="2000-01-01", admin=True, name="x"))
    assert {**after, "updated_at": 0} == {**before, "updated_at": 0}


@pytest.mark.parametrize("body", ["", "[]", "{", "null"])
def test_no_json_object(issuer, ada, body):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ada.access}"}
    refused(issuer.send("PATCH", f"/v1/users/{ada.id}", data=body, headers=headers), 400)


AUTHORITY = [{"roles": ["admin"]}, {"roles": ["guest"]}, {"permissions": ALL}, {"permissions": []}, {"blacklisted": False}]


@pytest.mark.parametrize("members", AUTHORITY, ids=str)
def test_nobody_gives_rights_to_themselves(ada, members):
    before = ada.record()
    forbidden(ada.change(ada.id, username=some_name(), **members))
    assert ada.record() == before


def test_a_guest_changes_nobody_else(ada, bob):
    for id in (bob.id, STRANGER):
        forbidden(ada.change(id, username=some_name()))
    assert bob.record()["username"] == bob.username


def test_an_administrator_of_nobody(root):
    refused(root.change(STRANGER, username=some_name()), 404)


def test_who_may_change_all_gives_no_more_than_it_has(root, ada, bob, new):
    good(root.change(ada.id, permissions=[permission("PATCH"), permission("GET")]))
    ada.login()
    forbidden(ada.change(bob.id, roles=["admin"]))
    forbidden(ada.change(ada.id, roles=["admin"]))
    forbidden(ada.change(bob.id, permissions=[permission("DELETE")]))
    forbidden(ada.change(bob.id, permissions=[permission("POST", "self")]))
    assert bob.record()["permissions"] == OWN
    assert permission("GET") in good(ada.change(bob.id, permissions=[permission("GET")]))["permissions"]
    # An administrator who got its password, or its end, from somebody with fewer rights would be no administrator.
    other = new(admin=True)
    for members in ({"password": NEW_PASSWORD}, {"blacklisted": True}, {"roles": ["guest"]}, {"username": some_name()}):
        forbidden(ada.change(other.id, **members))
    other.record()
    good(root.change(other.id, roles=["guest"]))


def test_what_a_role_brings_goes_with_it(root, new):
    other = new(admin=True)
    good(root.change(other.id, roles=["admin"], permissions=ALL))
    record = good(root.change(other.id, roles=["guest"]))
    assert (record["roles"], record["permissions"]) == (["guest"], OWN)


@pytest.mark.parametrize("members", [{"roles": ["admin"]}, {"permissions": [permission("GET")]}], ids=str)
def test_other_rights_end_the_sessions(root, ada, members):
    good(root.change(ada.id, **members))
    dead(ada.send("GET", "/v1/users/me"))
    dead(ada.renew())
    ada.login()
    ada.record()
    if "roles" in members:
        good(root.change(ada.id, roles=["guest"]))


def test_the_same_rights_end_nothing(root, ada):
    good(root.change(ada.id, roles=["guest"], permissions=OWN, blacklisted=False))
    ada.record()
    set_cookies(ada.renew())


def test_ones_own_rights_change_the_session(issuer, new):
    admin = new(admin=True)
    other = second_session(admin)
    reply = admin.change(admin.id, permissions=[permission("GET", "self")])
    good(reply)
    access, refresh = set_cookies(reply)
    assert peek(access)["sid"] != peek(admin.access)["sid"] and peek(access)["jti"] != peek(admin.access)["jti"]
    for old in (admin, other):
        dead(old.send("GET", "/v1/users/me"))
        dead(old.renew())
    admin.access, admin.refresh = access, refresh
    set_cookies(admin.renew())
    reply = admin.change(admin.id, roles=["guest"])
    assert good(reply)["roles"] == ["guest"]
    admin.access, admin.refresh = set_cookies(reply)
    assert admin.record()["roles"] == ["guest"]
    forbidden(admin.send("GET", "/v1/users"))


def test_a_blacklisted_account_is_out_at_once(issuer, root, ada):
    other = second_session(ada)
    record = good(root.change(ada.id, blacklisted=True))
    assert record["blacklisted"] is True
    for user in (ada, other):
        dead(user.send("GET", "/v1/users/me"))
        dead(user.send("PATCH", f"/v1/users/{ada.id}", {"username": some_name()}))
        dead(user.renew())
    wrong, blocked = login(issuer, ada.username, PASSWORD + "r"), login(issuer, ada.username, PASSWORD)
    refused(blocked, 401)
    assert (wrong.status_code, wrong.content) == (blocked.status_code, blocked.content)
    assert good(root.change(ada.id, blacklisted=False))["blacklisted"] is False
    dead(ada.send("GET", "/v1/users/me"))
    dead(ada.renew())
    ada.login()
    ada.record()


def test_blacklisting_oneself_takes_the_cookies(root, new):
    admin = new(admin=True)
    reply = admin.change(admin.id, blacklisted=True)
    good(reply)
    cleared(reply)
    dead(admin.send("GET", "/v1/users/me"))


def test_the_last_administrator_stays(start):
    server = start()
    admin = User(server, admin=True)
    second = User(server, admin=True)
    good(admin.change(second.id, blacklisted=True))
    before = admin.record()
    for members in ({"blacklisted": True}, {"roles": ["guest"]}):
        refused(admin.change(admin.id, username=some_name(), **members), 409, "administrator")
    assert admin.record() == before, "nothing was written"
    good(admin.change(second.id, blacklisted=False))
    good(admin.change(admin.id, roles=["guest"]))
