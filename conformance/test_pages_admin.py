"""What administrators do to accounts by page, and that nobody else does."""

import pytest

from pages import PASSWORD, Page, Person, Visitor

OVER = "Please sign in to go on."
CHANGES = ["block", "unblock", "roles"]


@pytest.fixture
def ada(server):
    return Person(server, "--admin")


@pytest.fixture
def bob(server):
    return Person(server)


def signed_in(server, person: Person) -> Visitor:
    visitor = Visitor(server.issuer)
    assert visitor.sign_in(person.username).title == "Account – Martlet"
    return visitor


@pytest.fixture
def visitor(server, ada):
    return signed_in(server, ada)


def of(person: Person) -> str:
    return f"/admin/users/{person.id}"


def test_a_blocked_person_is_out_at_the_next_request(server, visitor, bob):
    elsewhere, here = signed_in(server, bob), signed_in(server, bob)
    here.get("/account")
    page = visitor.submit(visitor.get(of(bob)).form("block"))
    assert page.alert == "The account was blocked and signed out everywhere." and "blocked" in page.text
    for browser in (elsewhere, here):
        assert browser.get("/account").alert == OVER
    assert Visitor(server.issuer).sign_in(bob.username).alert == "The username or the password is wrong."
    page = visitor.submit(page.form("unblock"))
    assert page.alert == "The account may sign in again."
    assert here.get("/account").alert == OVER, "what was open before stays closed"
    signed_in(server, bob)


def test_the_table_has_the_same_forms(visitor, ada, bob):
    page = visitor.get(f"/admin/users?search={bob.username}")
    page = visitor.submit(page.form(action=f"{of(bob)}/block"))
    assert page.alert.startswith("The account was blocked") and page.url.endswith(f"{of(bob)}?done=account-blocked")
    actions = [form.action for form in visitor.get(f"/admin/users?search={ada.username}").forms]
    assert not [action for action in actions if ada.id in action], "administrators are not blocked from the table"


def test_a_role_is_given_and_taken(server, visitor, bob):
    other = signed_in(server, bob)
    assert other.send("GET", "/admin/users").status_code == 404
    page = visitor.submit(visitor.get(of(bob)).form("change-roles"))
    assert page.alert == "The roles were changed and the account was signed out everywhere." and "administrator" in page.text
    assert other.get("/account").alert == OVER
    other.sign_in(bob.username)
    assert other.send("GET", "/admin/users").status_code == 200
    visitor.submit(visitor.get(of(bob)).form("change-roles"))
    assert other.get("/account").alert == OVER
    other.sign_in(bob.username)
    assert other.send("GET", "/admin/users").status_code == 404


def test_who_gives_the_own_role_up_goes_on_without_it(visitor, ada):
    old = visitor.session
    page = visitor.submit(visitor.get(of(ada)).form("change-roles"))
    assert page.title.endswith("Account – Martlet") and page.alert.startswith("The roles were changed")
    assert visitor.session != old and visitor.send("GET", of(ada)).status_code == 404


@pytest.mark.parametrize("change", CHANGES)
def test_to_others_there_is_nothing_there(server, visitor, bob, change):
    eve = Person(server)
    other = signed_in(server, eve)
    own = other.get("/account").form("change-name").values["form_token"]
    headers = {"Origin": other.origin, "Sec-Fetch-Site": "same-origin"}
    for person in (bob, eve):
        reply = other.send("POST", f"{of(person)}/{change}", headers, data={"form_token": own, "role": "admin"})
        assert reply.status_code == 404 and Page(reply).title == other.get("/no-such-page").title
    assert "active" in visitor.get(of(bob)).text and "Make an administrator" in visitor.get(of(bob)).text
    stranger = Visitor(server.issuer).send("POST", f"{of(bob)}/{change}", headers, data={"form_token": own})
    assert stranger.status_code == 303 and stranger.headers["Location"].startswith("/sign-in")


OTHERS = {
    "no token": ({"form_token": None}, {}), "another token": ({"form_token": "x" * 43}, {}),
    "another origin": ({}, {"Origin": "https://evil.example"}), "no origin": ({}, {"Origin": "null", "Sec-Fetch-Site": None}),
    "a frame": ({}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
}


@pytest.mark.parametrize("button", ["block", "change-roles"])
@pytest.mark.parametrize("name", ["control", *OTHERS])
def test_a_form_of_another_site_is_refused(server, visitor, bob, name, button):
    changes, headers = OTHERS.get(name, ({}, {}))
    victim = signed_in(server, bob)
    form = visitor.get(of(bob)).form(button)
    values = {name: value for name, value in (form.values | {"other": "x"} | changes).items() if value is not None}
    own = {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}
    reply = visitor.send("POST", form.action, own | headers, data=values)
    assert reply.status_code == (303 if name == "control" else 403)
    assert (victim.get("/account").alert == OVER) is (name == "control")


@pytest.mark.parametrize("button", ["block", "change-roles"])
def test_the_last_active_administrator_stays(start, button):
    server = start()
    ada, visitor = Person(server, "--admin"), Visitor(server.issuer)
    visitor.sign_in(ada.username)
    page = visitor.submit(visitor.get(of(ada)).form(button))
    assert page.status == 409 and page.alert == "This is the last active administrator. Make another one first."
    assert visitor.get("/admin/users").status == 200
    bob = Person(server, "--admin")
    assert visitor.post(visitor.get(of(ada)).form(button)).status_code == 303, "with another one it goes"
    assert Visitor(server.issuer).sign_in(bob.username, PASSWORD).status == 200


def test_a_name_stays_text_in_front_of_an_administrator(server, visitor, bob):
    payload = '"><script>alert(1)</script>'
    other = signed_in(server, bob)
    assert other.post(other.get("/account").form("change-name"), name=payload).status_code == 303
    for path in (of(bob), f"/admin/users?search={bob.username}"):
        page = visitor.get(path)
        assert payload in page.text and "script" not in {tag for tag, _ in page.tags}
