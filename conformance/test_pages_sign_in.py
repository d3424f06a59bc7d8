"""Sign-in, sign-out and recovery by page: cookies, forms of other sites, what answers give away."""

import pytest

from pages import PASSWORD, SESSION, Page, Person, Visitor, link_in_mail

WRONG = "The username or the password is wrong."


@pytest.fixture
def ada(server):
    return Person(server)


@pytest.fixture
def visitor(server):
    return Visitor(server.issuer)


@pytest.fixture
def signed_in(visitor, ada):
    assert visitor.sign_in(ada.username).title == "Account – Martlet"
    return visitor


def test_the_sign_in_page_can_be_used_by_programs_and_people(visitor):
    page = visitor.get("/sign-in")
    for id in ("username", "password", "remember"):
        assert page.ids[id][0] == "input" and id in page.labels
    assert page.ids["sign-in"][0] == "button"
    assert page.ids["username"][1]["autocomplete"] == "username"
    assert page.ids["password"][1]["autocomplete"] == "current-password"
    assert ("html", {"lang": "en"}) in page.tags
    assert not {tag for tag, _ in page.tags} & {"script", "style", "iframe"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("name", ["username", "email"])
def test_sign_in_and_out(server, visitor, ada, name):
    page = visitor.sign_in(getattr(ada, name))
    assert page.title == "Account – Martlet" and ada.email in page.text
    old = visitor.session
    page = visitor.submit(page.form("sign-out"))
    assert page.alert == "You are signed out." and visitor.session is None
    visitor.cookies[SESSION] = old
    assert visitor.get("/account").alert == "Please sign in to go on.", "the old cookie is dead on the server"


def test_cookies(visitor, ada):
    visitor.get("/sign-in")
    assert [line.partition("=")[0] for line in visitor.set_cookies] == ["__Host-martlet-form"]
    for remember, age in ((None, False), ("yes", True)):
        reply = visitor.post(visitor.get("/sign-in").form("sign-in"), username=ada.username, password=PASSWORD, remember=remember)
        assert reply.status_code == 303
        line = next(line for line in visitor.set_cookies if line.startswith(SESSION + "="))
        attributes = {part.strip().partition("=")[0].lower() for part in line.split(";")[1:]}
        assert {"path", "httponly", "secure", "samesite"} <= attributes and "domain" not in attributes
        assert "; Path=/;" in line and "SameSite=Lax" in line and ("Max-Age=" in line) is age
        visitor.cookies.pop(SESSION)


def test_a_session_cannot_be_fixed_beforehand(server, visitor, ada):
    eve = Visitor(server.issuer)
    eve.sign_in(Person(server).username)
    form = visitor.get("/sign-in").form("sign-in")
    visitor.cookies[SESSION] = eve.session
    assert visitor.post(form, username=ada.username, password=PASSWORD).status_code == 303
    assert visitor.session != eve.session
    assert ada.email in visitor.get("/account").text
    # What was brought along waits beside it, as one more account of this browser: it is Eve's still, and nobody else's.
    assert ada.email not in eve.get("/account").text
    assert visitor.cookies[f"{SESSION}-2"] not in (visitor.session, eve.session)


def test_a_cookie_that_nobody_made_opens_nothing(signed_in):
    good = signed_in.session
    for bad in ("x", "v4.local.AAAA", good[:-1] + ("A" if good[-1] != "A" else "B"), good + "A", f"{good}; {SESSION}={good}"):
        signed_in.cookies[SESSION] = bad
        assert signed_in.send("GET", "/account").status_code == 303, bad
    signed_in.cookies[SESSION] = good
    assert signed_in.send("GET", "/account").status_code == 200


def without_marks(reply) -> tuple:
    """What a stranger can compare: all but ids, times and tokens."""
    headers = {name: value for name, value in reply.headers.items() if name not in ("X-Request-Id", "Date", "Set-Cookie")}
    page = Page(reply) if reply.text else None
    text = reply.text.replace(page.forms[0].values["form_token"], "token") if page else ""
    return reply.status_code, headers, len(text), [line.partition("=")[0] for line in reply.raw.headers.getlist("Set-Cookie")]


def test_sign_in_does_not_tell_who_has_an_account(server, ada):
    replies = []
    for name in (ada.username, "p" + "0" * 12, ada.email, f"p{'0' * 12}@example.com"):
        visitor = Visitor(server.issuer)
        reply = visitor.post(visitor.get("/sign-in").form("sign-in"), username=name, password="wrong")
        assert Page(reply).alert == WRONG and reply.status_code == 403
        replies.append(without_marks(reply))
    assert replies[0] == replies[1]
    assert replies[2] == replies[3]


def test_recovery_does_not_tell_who_has_an_account(server, ada):
    replies = []
    for email in (ada.email, "p" + "0" * 12 + "@example.com"):
        visitor = Visitor(server.issuer)
        reply = visitor.post(visitor.get("/recover").form("recover"), email=email)
        assert reply.status_code == 303
        shown = visitor.send("GET", reply.headers["Location"])
        assert Page(shown).alert == "If an account has this address, a mail is on its way to it."
        replies.append((without_marks(reply), without_marks(shown)))
    assert replies[0] == replies[1]


def test_a_recovery_link_is_looked_at_often_and_works_once(server, visitor, ada):
    elsewhere = Visitor(server.issuer)
    elsewhere.sign_in(ada.username)
    visitor.submit(visitor.get("/recover").form("recover"), email=ada.email)
    link = link_in_mail(server, ada.email, "/recover/")
    for _ in range(3):
        assert visitor.get(link).title == "Choose a new password – Martlet"
    page = visitor.submit(visitor.get(link).form("set-password"), password="password")
    assert page.status == 422 and "is among the commonest passwords" in page.text
    page = visitor.submit(page.form("set-password"), password="another horse, another battery")
    assert page.alert == "Your password was set and all sessions were ended. Sign in with the new one."
    assert visitor.send("GET", link).status_code == 400
    assert elsewhere.get("/account").alert == "Please sign in to go on."
    assert visitor.sign_in(ada.username).alert == WRONG
    assert visitor.sign_in(ada.username, "another horse, another battery").status == 200


OTHERS = {
    "no token": ({"form_token": None}, {}), "another token": ({"form_token": "x" * 43}, {}),
    "another origin": ({}, {"Origin": "https://evil.example"}), "no origin": ({}, {"Origin": "null", "Sec-Fetch-Site": None}),
    "a frame": ({}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    "a neighbour": ({}, {"Origin": None, "Sec-Fetch-Site": "same-site"}),
}


@pytest.mark.parametrize("name", ["control", *OTHERS])
def test_a_form_of_another_site_is_refused(server, visitor, ada, name):
    changes, headers = OTHERS.get(name, ({}, {}))
    form = visitor.get("/sign-in").form("sign-in")
    values = form.values | {"username": ada.username, "password": PASSWORD} | changes
    own = {"Origin": visitor.origin, "Sec-Fetch-Site": "same-origin"}
    reply = visitor.send("POST", form.action, own | headers, data={k: v for k, v in values.items() if v is not None})
    assert reply.status_code == (303 if name == "control" else 403)
    assert (visitor.session is not None) is (name == "control")


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example", "%09//evil.example", "\t//evil.example",
                                    "https://evil.example/account", "/account//evil.example", "javascript:alert(1)", "/account/../x",
                                    "/account\r\nX-Evil: 1", "/accountevil"])
def test_sign_in_leads_nowhere_else(visitor, ada, target):
    form = visitor.get("/sign-in").form("sign-in")
    reply = visitor.post(form, username=ada.username, password=PASSWORD, **{"return": target})
    assert reply.headers["Location"] == "/account" and "X-Evil" not in reply.headers
    again = visitor.send("GET", "/sign-in", params={"return": target})
    assert again.status_code == 303 and again.headers["Location"] == "/account"


def test_sign_in_leads_to_the_page_that_was_asked_for(visitor, ada):
    page = visitor.get("/account/sessions")
    assert page.title.endswith("Sign in – Martlet")
    page = visitor.submit(page.form("sign-in"), username=ada.username, password=PASSWORD)
    assert page.title == "Sessions – Martlet"


PAYLOADS = ['"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "{{base}}", "</title><script>", "javascript:alert(1)", "\u202e"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_typed_stays_text(visitor, payload):
    page = visitor.sign_in(payload, "wrong")
    assert page.ids["username"][1]["value"] == payload and page.alert == WRONG
    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    page = visitor.submit(visitor.get("/recover").form("recover"), email=payload)
    assert page.status == 422 and page.ids["email"][1]["value"] == payload
    assert visitor.send("GET", "/sign-in", params={"done": payload, "return": payload}).status_code == 200


def test_failures_are_limited_and_the_page_says_for_how_long(start):
    server = start(rate_limits="on")
    ada, visitor = Person(server), Visitor(server.issuer)
    for _ in range(10):
        assert visitor.sign_in(ada.username, "wrong").status == 403
    page = visitor.sign_in(ada.username)
    assert page.status == 429 and page.alert.startswith("Too many failed sign-ins.")
    assert 1 <= int(page.reply.headers["Retry-After"]) <= 60 and visitor.session is None
