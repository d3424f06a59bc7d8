"""The pages of somebody who is signed in, and what nobody may do to another."""

import pytest

from pages import PASSWORD, Page, Person, Visitor, link_in_mail

OVER = "Please sign in to go on."


@pytest.fixture
def ada(server):
    return Person(server)


@pytest.fixture
def visitor(server, ada):
    visitor = Visitor(server.issuer)
    visitor.sign_in(ada.username)
    return visitor


def test_headers_of_a_page(visitor):
    headers = visitor.send("GET", "/account").headers
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split("; ")}
    assert policy["default-src"] == ["'none'"] and "script-src" not in policy
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"] and policy["form-action"] == ["'self'"]
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY" and "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_replies_for_programs_stay_lean(issuer):
    headers = issuer.get("/oauth/jwks").headers
    assert "Permissions-Policy" not in headers and "Cross-Origin-Opener-Policy" not in headers


def test_where_one_is_is_said_in_words(visitor):
    page = visitor.get("/account/sessions")
    current = [attributes["href"] for tag, attributes in page.tags if tag == "a" and attributes.get("aria-current") == "page"]
    assert current == ["/account/sessions"]
    assert ("nav", {"aria-label": "Pages"}) in page.tags


def test_a_name_is_changed(visitor):
    page = visitor.submit(visitor.get("/account").form("change-name"), name="  Ada   <King> ")
    assert page.alert == "Your name was changed." and "Ada <King>" in page.text
    page = visitor.submit(page.form("change-name"), name="x" * 201)
    assert page.status == 422 and page.ids["name"][1]["aria-describedby"] == "name-problem" and page.title.startswith("Error: ")


def test_an_address_is_changed_and_confirmed_by_its_reader(server, visitor, ada):
    new = f"new-{ada.email}"
    page = visitor.submit(visitor.get("/account").form("change-email"), email=new, current_password="wrong")
    assert page.status == 403 and page.ids["email"][1]["value"] == new
    page = visitor.submit(page.form("change-email"), email=new, current_password=PASSWORD)
    assert page.status == 200 and f"{new} (not confirmed)" in page.text
    link, reader = link_in_mail(server, new, "/account/confirm-email/"), Visitor(server.issuer)
    for _ in range(2):
        page = reader.get(link)
    assert "(not confirmed)" in visitor.get("/account").text, "to look at a link does nothing"
    assert reader.submit(page.form("confirm")).title == "Email address confirmed – Martlet"
    assert f"{new} (confirmed)" in visitor.get("/account").text
    assert reader.submit(page.form("confirm")).status == 400


def test_a_changed_password_leaves_one_session_under_a_new_id(server, visitor, ada):
    other = Visitor(server.issuer)
    other.sign_in(ada.username)
    old = visitor.session
    page = visitor.submit(visitor.get("/account").form("change-password"), current_password=PASSWORD, new_password="another horse")
    assert page.alert == "Your password was changed and your other sessions were ended."
    assert visitor.session != old and other.get("/account").alert == OVER
    assert visitor.get("/account").status == 200
    thief = Visitor(server.issuer)
    thief.cookies["__Host-martlet"] = old
    assert thief.get("/account").alert == OVER


def test_sessions_are_listed_and_ended(server, visitor, ada):
    other = Visitor(server.issuer, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"})
    other.sign_in(ada.username)
    page = visitor.get("/account/sessions")
    assert "Firefox on Linux" in page.text and "This one" in page.text
    page = visitor.submit(page.form(action="/sessions/end"))
    assert page.alert == "The session was ended." and other.get("/account").alert == OVER
    for _ in range(2):
        Visitor(server.issuer).sign_in(ada.username)
    page = visitor.submit(visitor.get("/account/sessions").form("end-others"))
    assert page.alert == "Your other sessions were ended." and [form.action for form in page.forms] == ["/sign-out", "/language"]


def test_nobody_ends_the_session_of_another(server, visitor, ada):
    victim, eve = Visitor(server.issuer), Visitor(server.issuer)
    victim.sign_in(ada.username)
    eve.sign_in(Person(server).username)
    session = visitor.get("/account/sessions").form(action="/sessions/end").values["session"]
    form = eve.get("/account").form("sign-out")
    form.action = "/account/sessions/end"
    reply = eve.post(form, session=session)
    assert reply.status_code == 404 and Page(reply).alert == "There is no such session. It may be over already."
    assert victim.get("/account").title == "Account – Martlet"


FORMS = ["/account/name", "/account/email", "/account/email/confirm", "/account/password", "/account/sessions/end",
         "/account/sessions/end-others"]


@pytest.mark.parametrize("path", FORMS)
def test_another_person_s_form_token_is_refused(server, visitor, path):
    eve = Visitor(server.issuer)
    eve.sign_in(Person(server).username)
    form = eve.get("/account").form("sign-out")
    form.action = path
    assert visitor.post(form, name="Eve", email="eve@example.com", current_password=PASSWORD).status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_forms_are_for_who_is_signed_in(server, path):
    visitor = Visitor(server.issuer)
    reply = visitor.send("POST", path, {"Origin": visitor.origin}, data={"form_token": "x"})
    assert reply.status_code == 303 and reply.headers["Location"].startswith("/sign-in?")


def test_a_blocked_person_is_out_at_the_next_request(server, visitor, ada):
    server.run("accounts", "block", ada.username, "--data", str(server.data))
    assert visitor.get("/account").alert == OVER
    assert visitor.sign_in(ada.username).status == 403


@pytest.mark.parametrize("method, path, status", [("GET", "/no-such-page", 404), ("GET", "/sign-out", 405), ("PUT", "/account", 405)])
def test_who_asks_for_a_page_gets_one_even_where_there_is_none(server, method, path, status):
    visitor = Visitor(server.issuer)
    page = Page(visitor.send(method, path))
    assert page.status == status and "class" in page.ids["content"][1]
    assert visitor.send(method, path, {"Accept": "application/json"}).json()["error"]
