"""What the plans leave to a browser, in a real Chromium with scripts and without: answers by form, front-channel logout. Its console says
whether a policy of the pages was in the way."""

import secrets
import time
from urllib.parse import urlencode

import pytest

import verdicts
from applications import Listener
from chromium import Chromium
from pages import PASSWORD
from process import free_port
from relying_party import RelyingParty

pytestmark = pytest.mark.usefixtures("end_of_module")
BACK = "/post_logout_redirect"


@pytest.fixture(scope="module", params=["scripts", "no scripts"])
def chromium(request, tmp_path_factory):
    chromium = Chromium(tmp_path_factory.mktemp("chromium"), scripts=request.param == "scripts")
    chromium.runs_scripts = request.param == "scripts"
    yield chromium
    chromium.close()


@pytest.fixture(autouse=True)
def forgotten(chromium):
    chromium.forget()


class Way:
    """A request of a client, gone in the browser."""

    def __init__(self, party: RelyingParty, chromium: Chromium):
        self.party, self.chromium, self.provider = party, chromium, party.provider

    def go(self, **changes: str | None) -> dict:
        """What the relying party gets in the end. The person signs in and allows where that is asked for; nothing is in the way."""
        before = len(self.provider.site.at("/callback"))
        self.chromium.open(self.provider.metadata["authorization_endpoint"] + "?" + self.party.query(**changes))
        if self.chromium.has("sign-in"):
            self.chromium.sign_in(self.provider.person.username, PASSWORD)
        if self.chromium.has("allow"):
            self.chromium.click("allow")
        is_form = self.party.mode == "form_post"
        if is_form and not self.chromium.runs_scripts:
            assert self.chromium.has("continue") and len(self.provider.site.at("/callback")) == before, "it waits for the person"
            self.chromium.click("continue")
        self.chromium.arrive(self.party.redirect)
        arrival = self.provider.site.wait("/callback", before + 1)[-1]
        assert len(self.provider.site.at("/callback")) == before + 1, "sent twice"
        assert self.chromium.complaints() == []
        assert arrival.method == ("POST" if is_form else "GET")
        if is_form:
            assert arrival.query == "" and arrival.content_type == "application/x-www-form-urlencoded"
            assert self.chromium.url == self.party.redirect, "nothing of the answer is in the address"
        return self.party.answer(arrival.pairs)


@pytest.mark.parametrize("mode", [None, "form_post"], ids=["basic", "formpost-basic"])
def test_oidcc_server(provider, chromium, mode):
    way = Way(provider.party(mode), chromium)
    way.party.userinfo(way.party.tokens(way.go()))


@pytest.mark.parametrize("mode", [None, "form_post"], ids=["basic", "formpost-basic"])
@pytest.mark.parametrize("changes,errors", [
    pytest.param({"response_type": None}, ("unsupported_response_type", "invalid_request"), id="oidcc-response-type-missing"),
    pytest.param({"prompt": "none"}, ("login_required", "interaction_required"), id="oidcc-prompt-none-not-logged-in"),
])
def test_errors_travel_the_same_way(provider, chromium, mode, changes, errors):
    verdicts.error(Way(provider.party(mode), chromium).go(**changes), *errors)


class SignedIn(Way):
    """Somebody is signed in at a client that hears of sign-outs from the browser, at `path`."""

    def __init__(self, provider, chromium, path: str):
        site = provider.site.url
        members = {"frontchannel_logout_uri": site + path, "frontchannel_logout_session_required": True}
        super().__init__(provider.party(post_logout_redirect_uris=[site + BACK], **members), chromium)
        self.path, self.tokens = path, self.party.tokens(self.go())

    def heard(self) -> None:
        """The browser brought it, and nothing beside who says it and of which session."""
        (arrival,) = self.provider.site.wait(self.path)
        expected = [("iss", self.provider.metadata["issuer"]), ("sid", self.tokens["claims"]["sid"])]
        assert arrival.method == "GET" and arrival.pairs == expected

    def end(self, **parameters: str) -> None:
        self.chromium.open(self.provider.metadata["end_session_endpoint"] + "?" + urlencode(parameters))

    def is_gone(self) -> None:
        verdicts.error(self.go(prompt="none"), "login_required", "interaction_required")


@pytest.fixture
def path():
    """One of each test, as nothing else may come there."""
    return f"/frontchannel_logout/{secrets.token_hex(4)}"


def test_oidcc_frontchannel_rp_initiated_logout(provider, chromium, path):
    signed_in = SignedIn(provider, chromium, path)
    signed_in.end(id_token_hint=signed_in.tokens["id_token"], post_logout_redirect_uri=provider.site.url + BACK, state="a state & more")
    chromium.arrive(provider.site.url + BACK)
    signed_in.heard()
    assert provider.site.at(BACK)[-1].pairs == [("state", "a state & more")]
    assert chromium.complaints() == []
    signed_in.is_gone()


def test_all_clients_of_the_browser_hear_of_it(provider, chromium, path):
    """Two clients, and nowhere to go on to: the person says yes on the page, and stays there."""
    both = [SignedIn(provider, chromium, path + name) for name in ("/one", "/other")]
    chromium.open(provider.metadata["end_session_endpoint"])
    assert provider.site.at(path + "/one") == [], "the person is asked first"
    chromium.click("sign-out")
    assert "You are signed out" in chromium.text
    for signed_in in both:
        signed_in.heard()
    assert chromium.complaints() == []
    both[0].is_gone()


def test_the_console_tells_of_a_frame_that_may_not_be(provider, chromium):
    """The control: this browser says so when a policy blocks a frame."""
    with Listener(port := free_port(), framing(provider.site.url + "/blocked")):
        chromium.open(f"http://localhost:{port}/")
        limit = time.monotonic() + 10
        while not (said := chromium.complaints()) and time.monotonic() < limit:
            time.sleep(0.1)
    assert any("frame-src" in complaint for complaint in said), said
    assert provider.site.at("/blocked") == []


def framing(url: str):
    """An application whose page has a frame that its own policy does not let in."""

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html"), ("Content-Security-Policy", "frame-src 'self'")])
        return [f'<!DOCTYPE html><title>x</title><iframe src="{url}"></iframe>'.encode()]

    return application
