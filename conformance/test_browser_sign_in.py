"""The way of a sign-in in a real Chromium: to another origin and back, with scripts and without, wide and narrow."""

import secrets
import threading
import time
from urllib.parse import parse_qsl, urlencode

import pytest

from applications import Listener
from chromium import Chromium
from pages import PASSWORD, Person
from process import free_port
from provider import Provider


class Landing:
    """Where browsers arrive: keeps what they bring. Another site than the provider's."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/callback"
        self.arrivals: list[tuple[str, dict]] = []
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/callback":
            start_response("204 No Content", [])
            return []
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body, query = environ["wsgi.input"].read(size).decode(), environ.get("QUERY_STRING", "")
        with self.lock:
            self.arrivals.append((environ["REQUEST_METHOD"], dict(parse_qsl(body or query, keep_blank_values=True))))
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<!DOCTYPE html><title>There</title><p>There</p>"]


@pytest.fixture(scope="module")
def provider(binary, tmp_path_factory):
    provider = Provider(binary, tmp_path_factory.mktemp("browser"))
    yield provider
    provider.close()


@pytest.fixture(scope="module", params=["scripts", "no scripts"])
def narrow(request, provider, tmp_path_factory):
    """A browser as wide as a phone."""
    browser = Chromium(tmp_path_factory.mktemp("narrow"), scripts=request.param == "scripts", width=390)
    browser.runs_scripts = request.param == "scripts"
    yield browser
    browser.close()


@pytest.fixture
def landing(provider):
    landing = Landing()
    landing.client = provider.add_application("--redirect-uri", landing.url)["client_id"]
    with Listener(landing.port, landing):
        yield landing


def request_of(provider: Provider, landing: Landing, **changes: str) -> str:
    """The URL of a sign-in request. The code is not redeemed, so the challenge is any."""
    return provider.url + "/authorize?" + urlencode({
        "response_type": "code", "client_id": landing.client, "redirect_uri": landing.url, "scope": "openid profile",
        "state": "a state & more", "nonce": secrets.token_urlsafe(16), "code_challenge": secrets.token_urlsafe(32),
        "code_challenge_method": "S256",
    } | changes)


def fits(browser: Chromium) -> bool:
    """Whether nothing has to be scrolled to sideways."""
    size = browser.command("Page.getLayoutMetrics")["cssContentSize"]
    return size["width"] <= 390


def test_scripts_are_off_where_they_are_meant_to_be(narrow):
    """The control of the tests below."""
    narrow.open("data:text/html,<title>before</title><script>document.title='after'</script>")
    assert narrow.driver.title == ("after" if narrow.runs_scripts else "before")


def test_a_policy_for_forms_ends_ways_that_lead_out(landing, narrow):
    """Another control: the browser would not have gone there from a page that says `form-action 'self'`."""

    def strict(environ, start_response):
        if environ["REQUEST_METHOD"] == "POST":
            start_response("303 See Other", [("Location", landing.url)])
            return []
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Security-Policy", "form-action 'self'")])
        return [b'<!DOCTYPE html><form method="post" action="/"><button id="go">Go</button></form>']

    port = free_port()
    with Listener(port, strict):
        narrow.open(f"http://localhost:{port}/")
        narrow.driver.find_element("id", "go").click()
        time.sleep(1)
        assert landing.arrivals == []
    assert any("form-action" in complaint for complaint in narrow.complaints())


@pytest.mark.parametrize("choice", ["allow", "deny"])
def test_the_way_back_leads_to_another_origin(provider, landing, narrow, choice):
    """Chromium holds redirects after a form to `form-action` too: a policy that names 'self' alone would end the way here."""
    narrow.forget()
    narrow.open(request_of(provider, landing))
    assert fits(narrow), "sign-in"
    provider.enter(narrow, is_asked=False)
    assert narrow.has("allow") and "Shop" in narrow.text and landing.url.removesuffix("/callback") in narrow.text
    assert fits(narrow), "consent"
    narrow.click(choice)
    narrow.arrive(landing.url)
    ((method, answer),) = landing.arrivals
    assert method == "GET" and answer["state"] == "a state & more" and answer["iss"] == provider.url
    assert ("code" in answer, answer.get("error")) == ((True, None) if choice == "allow" else (False, "access_denied"))
    assert narrow.complaints() == []

    # Signed in, and allowed before: straight through by the sign-in form alone, which leads out as well.
    if choice == "allow":
        narrow.forget()
        narrow.open(request_of(provider, landing, prompt="login"))
        provider.enter(narrow, is_asked=False)
        narrow.arrive(landing.url)
        assert narrow.complaints() == []


def test_an_answer_by_form(provider, landing, narrow):
    """response_mode=form_post: sent by the page's script, or by its button."""
    narrow.forget()
    narrow.open(request_of(provider, landing, response_mode="form_post"))
    provider.enter(narrow)
    if not narrow.runs_scripts:
        assert narrow.has("continue") and landing.arrivals == [] and fits(narrow)
        narrow.click("continue")
    narrow.arrive(landing.url)
    ((method, answer),) = landing.arrivals
    assert method == "POST" and answer["code"] and answer["state"] == "a state & more" and answer["iss"] == provider.url
    assert "?" not in narrow.url, "nothing of it is in the address"
    assert narrow.complaints() == []


def test_an_account_is_chosen_among_several(provider, landing, narrow):
    """Two people at one browser: an application asks for one of them, and the pages stay the other's."""
    narrow.forget()
    other = Person(provider.server)
    for person in (provider.person, other):
        narrow.open(provider.url + "/sign-in?again=yes")
        narrow.sign_in(person.username, PASSWORD)
    narrow.open(request_of(provider, landing, prompt="select_account"))
    assert narrow.has("account-chooser") and narrow.has("account-1") and narrow.has("account-2") and fits(narrow)
    assert provider.person.username in narrow.text and other.username in narrow.text
    narrow.click("account-2")
    if narrow.has("allow"):
        narrow.click("allow")
    narrow.arrive(landing.url)
    ((_, answer),) = landing.arrivals
    assert answer["code"] and narrow.complaints() == []
    narrow.open(provider.url + "/account")
    assert other.email in narrow.text and narrow.has("switch-account"), "the pages are still those of the other"
    narrow.open(provider.url + "/accounts")
    narrow.click("account-2")
    assert provider.person.email in narrow.text
    narrow.open(provider.url + "/accounts")
    narrow.click("sign-out-all")
    assert "You are signed out." in narrow.text and not narrow.has("choose-account")
