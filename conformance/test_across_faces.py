"""One account behind all faces: what one of them does, the others see at the next request."""

import pytest

import chat
import pages
import session_face
import users
from somebody import FIRST, SECOND, WAYS, Somebody, account_page, profile, verify_session, whoami


@pytest.fixture
def person(server):
    person = Somebody(server)
    person.arrive()
    return person


@pytest.fixture
def admin(server):
    return users.User(server, admin=True)


IN = ["token of the chat face", "token of the account's key", "token cookie of the user-management face",
      "refresh cookie of the user-management face", "cookie of the session face", "cookie of the pages"]


@pytest.mark.parametrize("way", IN)
def test_blacklisting_by_one_face_stops_the_next_request_at_every_other(person, admin, way):
    attempt, good, bad = WAYS[way]
    if not way.startswith("refresh"):
        assert attempt(person).status_code == good
    assert admin.change(person.id, blacklisted=True).status_code == 200
    assert attempt(person).status_code == bad


def test_a_password_change_ends_the_others_and_keeps_the_one_that_made_it(person):
    reply = users.call(person.issuer, "PATCH", f"/v1/users/{person.id}", {"password": SECOND}, cookie=person.access)
    assert reply.status_code == 200, reply.text
    assert whoami(person).status_code == 200
    assert users.renew(person.issuer, person.refresh).status_code == 200
    for attempt, status in [(profile, 401), (verify_session, 401), (account_page, 303)]:
        assert attempt(person).status_code == status
    assert person.issuer.userinfo(person.key_token).status_code == 401
    person.password = SECOND
    assert chat.login(person.issuer, person.email, SECOND).status_code == 200
    assert chat.login(person.issuer, person.email, FIRST).status_code == 401


def test_a_name_changed_on_the_page_shows_in_all(person):
    page = person.browser.submit(person.browser.get("/account").form("change-name"), name="Grace Hopper")
    assert page.status == 200 and "Grace Hopper" in page.text
    assert verify_session(person).json()["name"] == "Grace Hopper"
    assert person.issuer.userinfo(person.key_token).json()["name"] == "Grace Hopper"


def test_a_username_changed_by_one_face_shows_in_all(person):
    other = f"new-{person.username}"
    reply = users.call(person.issuer, "PATCH", f"/v1/users/{person.id}", {"username": other}, cookie=person.access)
    assert reply.status_code == 200, reply.text
    assert profile(person).json()["username"] == other
    assert other in pages.Page(account_page(person)).text
    assert users.login(person.issuer, person.username, FIRST).status_code == 401
    assert users.login(person.issuer, other, FIRST).status_code == 200


def test_an_address_changed_by_one_face_shows_in_all_and_is_unverified(person):
    other = f"new-{person.email}"
    assert chat.call(person.issuer, person.chat_token, "PUT", "/api/users/profile", {"email": other}).status_code == 200
    assert verify_session(person).json()["email"] == other
    info = person.issuer.userinfo(person.key_token).json()
    assert (info["email"], info["email_verified"]) == (other, False)
    assert "not confirmed" in pages.Page(account_page(person)).text


def test_signing_out_of_one_face_leaves_the_others(person):
    assert chat.call(person.issuer, person.chat_token, "POST", "/api/auth/logout").status_code == 200
    assert profile(person).status_code == 401
    for attempt in (whoami, verify_session, account_page):
        assert attempt(person).status_code == 200


def test_every_session_is_on_the_page_and_can_be_ended_there(person):
    sessions = person.browser.get("/account/sessions")
    ended = 0
    while True:
        forms = [form for form in sessions.forms if form.action.endswith("/account/sessions/end")]
        if not forms:
            break
        sessions = person.browser.submit(forms[0])
        ended += 1
        assert ended <= 10
    assert ended >= 3
    for attempt, status in [(profile, 401), (verify_session, 401), (whoami, 401)]:
        assert attempt(person).status_code == status
    assert account_page(person).status_code == 200


def test_what_one_face_gives_opens_no_other(person):
    """A token or cookie is good where it was given: none can be moved."""
    assert chat.call(person.issuer, person.access, "GET", "/api/users/profile").status_code == 401
    assert users.call(person.issuer, "GET", "/v1/users/me", cookie=person.chat_token).status_code == 401
    assert users.call(person.issuer, "GET", "/v1/users/me", bearer=person.key_token).status_code == 401
    page = person.browser.cookies["__Host-martlet"]
    assert session_face.send(person.issuer, "GET", "/users/verify-session", cookie=page).status_code == 401
    thief = pages.Visitor(person.issuer)
    thief.cookies["__Host-martlet"] = person.session_cookie
    assert thief.send("GET", "/account").status_code == 303
    assert users.renew(person.issuer, person.chat_token).status_code == 401
