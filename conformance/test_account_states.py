"""What becomes of every credential in every state of its account: each cell is written down in `TABLE` and tried."""

from pathlib import Path

import pytest

import chat
import users
from somebody import FIRST, SECOND, WAYS, Somebody

LATER = 3 * 3600

#: What must go on working in each state; everything else must be refused from the next request on.
TABLE = {
    "active": set(WAYS),
    # The new address was not confirmed. Links that went to the old one are dead.
    "unverified": set(WAYS) - {"recovery link"},
    "blacklisted": set(),
    "deleted": set(),
    # By its owner on the account page: that browser stays, under a new cookie. `p.password` is the old one.
    "password changed": {"the account's key", "cookie of the pages"},
    # Too many wrong passwords: nobody who is in is put out, and the key is no password.
    "locked": set(WAYS) - {way for way in WAYS if way.startswith("password")},
    # Three hours later: sessions were idle too long, tokens and links have reached their end.
    "expired session": {way for way in WAYS if way.startswith("password")} | {"the account's key"},
}


@pytest.fixture
def person(server):
    person = Somebody(server)
    person.arrive()
    return person


@pytest.fixture
def admin(server):
    return users.User(server, admin=True)


def look(person: Somebody, state: str, *, locked: int | None = None) -> None:
    """Tries every way; those that work must be those of the table."""
    wrong = []
    for way, (attempt, good, bad) in WAYS.items():
        works = way in TABLE[state]
        expected = good if works else (locked if locked and way.startswith("password") else bad)
        seen = attempt(person).status_code
        if seen != expected:
            wrong.append(f"{way}: {seen} instead of {expected}")
    assert not wrong, f"{state}: " + "; ".join(wrong)


def test_the_table_has_every_state_and_at_least_forty_nine_cells():
    assert list(TABLE) == [
        "active", "unverified", "blacklisted", "deleted", "password changed", "locked", "expired session"
    ]
    assert len(TABLE) * len(WAYS) >= 49
    assert all(cells <= set(WAYS) for cells in TABLE.values())


def test_active(person):
    look(person, "active")


def test_unverified(person):
    reply = chat.call(person.issuer, person.chat_token, "PUT", "/api/users/profile", {"email": f"new-{person.email}"})
    assert reply.status_code == 200, reply.text
    person.email = f"new-{person.email}"
    look(person, "unverified")


def test_blacklisted(person, admin):
    assert admin.change(person.id, blacklisted=True).status_code == 200
    look(person, "blacklisted")


def test_blacklisted_and_pardoned(person, admin):
    """What ended stays ended; what the person knows works again."""
    assert admin.change(person.id, blacklisted=True).status_code == 200
    assert admin.change(person.id, blacklisted=False).status_code == 200
    for way, (attempt, good, bad) in WAYS.items():
        known = way.startswith("password") or way == "the account's key"
        if way != "recovery link":
            assert attempt(person).status_code == (good if known else bad), way


def test_deleted(person, admin):
    assert admin.delete(person.id).status_code == 200
    look(person, "deleted")


def test_password_changed(person):
    page = person.browser.get("/account")
    changed = person.browser.submit(page.form("change-password"), current_password=FIRST, new_password=SECOND)
    assert changed.status == 200, changed.text
    look(person, "password changed")
    person.password = SECOND
    for way, (attempt, good, _) in WAYS.items():
        if way.startswith("password"):
            assert attempt(person).status_code == good, way


def test_locked(start):
    person = Somebody(start(rate_limits="on"))
    person.arrive()
    for _ in range(10):
        assert chat.login(person.issuer, person.email, "wrong wrong wrong").status_code == 401
    look_email = person.issuer.post("/api/auth/login", json={"email": person.email, "password": FIRST})
    assert look_email.status_code == 429 and int(look_email.headers["Retry-After"]) > 0
    for _ in range(10):
        assert users.login(person.issuer, person.username, "wrong wrong wrong").status_code in (401, 429)
    look(person, "locked", locked=429)


@pytest.fixture(scope="module")
def faketime() -> str:
    """The library that sets a process's clock."""
    found = [*Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1")]
    assert found, "libfaketime is not installed: `make deps` does that"
    return str(found[0])


def test_expired_session(start, faketime):
    server = start()
    person = Somebody(server)
    person.arrive()
    assert server.stop() == 0
    server.start(LD_PRELOAD=faketime, FAKETIME=f"+{LATER}s", FAKETIME_DONT_FAKE_MONOTONIC="1")
    person.clock = LATER
    look(person, "expired session")
