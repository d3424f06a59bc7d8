"""Registration by page: the way to an account, and that nobody learns there which addresses have one."""

import secrets
import statistics
import time

import pytest

from pages import PASSWORD, Page, Person, Visitor, link_in_mail

SENT = "A mail is on its way. Follow its link, then sign in."


class Newcomer:
    """Somebody without an account, and what they type."""

    def __init__(self, **typed: str):
        self.username = f"n{secrets.token_hex(6)}"
        self.email = f"{self.username}@example.com"
        self.typed = {"username": self.username, "email": self.email, "name": "Grace Hopper", "password": PASSWORD} | typed


@pytest.fixture
def visitor(server):
    return Visitor(server.issuer)


def register(visitor: Visitor, **typed: str):
    return visitor.post(visitor.get("/register").form("register"), **Newcomer(**typed).typed)


def test_the_page_can_be_used_by_programs_and_people(visitor):
    assert "/register" in [attributes.get("href") for tag, attributes in visitor.get("/sign-in").tags if tag == "a"]
    page = visitor.get("/register")
    purposes = {"username": "username", "email": "email", "name": "name", "password": "new-password"}
    for id, purpose in purposes.items():
        assert page.ids[id][0] == "input" and id in page.labels and page.ids[id][1]["autocomplete"] == purpose
    assert page.ids["password"][1]["type"] == "password" and not page.ids["password"][1].get("value")
    assert not {tag for tag, _ in page.tags} & {"script", "style", "iframe"}


def test_from_registration_to_sign_in(server, visitor):
    grace = Newcomer()
    page = visitor.submit(visitor.get("/register").form("register"), **grace.typed)
    assert page.alert == SENT and page.title.endswith("Sign in – Martlet")
    assert visitor.sign_in(grace.username).status == 403, "before the link was followed"
    link = link_in_mail(server, grace.email, "/account/confirm-email/")
    for _ in range(2):
        page = visitor.get(link)
    assert visitor.sign_in(grace.username).status == 403, "a look at the link does nothing"
    assert visitor.submit(visitor.get(link).form("confirm")).title.startswith("Email address confirmed")
    page = visitor.sign_in(grace.username)
    assert page.title == "Account – Martlet" and f"{grace.email} (confirmed)" in page.text
    assert visitor.send("GET", "/admin/users").status_code == 404
    assert visitor.post(Visitor(server.issuer).get(link).form("confirm")).status_code in (400, 403), "the link works once"


def without_marks(reply) -> tuple:
    """What a stranger can compare: all but ids, times and tokens."""
    headers = {name: value for name, value in reply.headers.items() if name not in ("X-Request-Id", "Date", "Set-Cookie")}
    return reply.status_code, headers, len(reply.content), [line.partition("=")[0] for line in reply.raw.headers.getlist("Set-Cookie")]


def test_registration_does_not_tell_who_has_an_account(server):
    ada, replies = Person(server), []
    for email in (ada.email, ada.email.upper(), Newcomer().email):
        visitor = Visitor(server.issuer)
        reply = register(visitor, email=email)
        assert reply.status_code == 303 and reply.headers["Location"] == "/sign-in?done=registered"
        shown = visitor.send("GET", reply.headers["Location"])
        assert Page(shown).alert == SENT
        replies.append((without_marks(reply), without_marks(shown)))
    assert replies[0] == replies[1] == replies[2]
    assert Visitor(server.issuer).sign_in(ada.username).status == 200, "the account is as it was"


def test_the_owner_of_a_taken_address_is_told_by_mail(server, visitor):
    ada = Person(server)
    assert register(visitor, email=ada.email).status_code == 303
    assert link_in_mail(server, ada.email, "/sign-") == "/sign-in"
    assert link_in_mail(server, ada.email, "/rec") == "/recover"
    with pytest.raises(AssertionError):
        link_in_mail(server, ada.email, "/account/confirm-email/", seconds=0.3)


def test_a_taken_address_takes_as_long_as_a_free_one(server):
    """The password is hashed either way. Without that a taken address would answer in a fraction of the time."""
    ada = Person(server)
    visitor, times = Visitor(server.issuer), {"taken": [], "free": []}
    form = visitor.get("/register").form("register")
    for _ in range(9):
        for kind, spent in times.items():
            typed = Newcomer(**({"email": ada.email} if kind == "taken" else {})).typed
            start = time.perf_counter()
            assert visitor.post(form, **typed).status_code == 303
            spent.append(time.perf_counter() - start)
    taken, free = (statistics.median(times[kind]) for kind in ("taken", "free"))
    assert 1 / 2 < taken / free < 2, f"{taken * 1000:.1f} ms and {free * 1000:.1f} ms"


FAULTS = {
    "no username": ({"username": ""}, "username"), "a username with a space": ({"username": "a b"}, "username"),
    "no address": ({"email": "nowhere"}, "email"), "no name": ({"name": " "}, "name"),
    "a short password": ({"password": "short"}, "password"), "a common password": ({"password": "password"}, "password"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_beside_its_field(visitor, name):
    changes, field = FAULTS[name]
    grace = Newcomer(**changes)
    page = Page(visitor.post(visitor.get("/register").form("register"), **grace.typed))
    assert page.status == 422 and page.title.startswith("Error: ") and f"{field}-problem" in page.ids
    assert [id for id in page.ids if id.endswith("-problem")] == [f"{field}-problem"]
    for id in ("username", "email", "name"):
        assert page.ids[id][1].get("value", "") == grace.typed[id]
    assert not page.ids["password"][1].get("value") and PASSWORD not in page.reply.text


def test_a_taken_username_is_told(server, visitor):
    ada = Person(server)
    for username in (ada.username, ada.username.upper()):
        page = Page(register(visitor, username=username))
        assert page.status == 422 and "Somebody has this username already." in page.text
    page = Page(register(visitor, username=ada.username, email=ada.email))
    assert page.status == 422 and [id for id in page.ids if id.endswith("-problem")] == ["username-problem"]


PAYLOADS = ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "{{base}}", "</title><script>", "javascript:alert(1)", "\u202e"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_typed_stays_text(visitor, payload):
    page = Page(register(visitor, username=payload, email=payload, name=payload))
    assert page.status == 422
    for id in ("username", "email", "name"):
        assert page.ids[id][1]["value"] == payload
    assert not {tag for tag, _ in page.tags} & {"script", "img"}


@pytest.mark.parametrize("changes, headers, status", [
    ({}, {}, 303), ({"form_token": None}, {}, 403), ({"form_token": "x" * 43}, {}, 403), ({}, {"Origin": "https://evil.example"}, 403),
    ({}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
])
def test_a_form_of_another_site_makes_no_account(visitor, changes, headers, status):
    form, grace = visitor.get("/register").form("register"), Newcomer()
    values = {name: value for name, value in (form.values | grace.typed | changes).items() if value is not None}
    own = {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}
    assert visitor.send("POST", form.action, own | headers, data=values).status_code == status


@pytest.mark.parametrize("is_taken", [True, False])
def test_limits_do_not_tell_either(start, is_taken):
    server = start(rate_limits="on")
    email = Person(server).email if is_taken else Newcomer().email
    visitor = Visitor(server.issuer)
    replies = [register(visitor, email=email) for _ in range(6)]
    assert [reply.status_code for reply in replies] == [303] * 5 + [429]
    assert 3500 < int(replies[-1].headers["Retry-After"]) <= 3600
