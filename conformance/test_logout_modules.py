"""The plans for RP-initiated, front-channel and back-channel logout: every module a test of its name."""

import re
import secrets
import sys
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

import verdicts
from keys import peek
from pages import Page
from relying_party import unsigned

pytestmark = pytest.mark.usefixtures("end_of_module")
MODULES = """
    oidcc-rp-initiated-logout-discovery-endpoint-verification oidcc-rp-initiated-logout oidcc-rp-initiated-logout-no-state
    oidcc-rp-initiated-logout-bad-post-logout-redirect-uri oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri
    oidcc-rp-initiated-logout-modified-id-token-hint oidcc-rp-initiated-logout-bad-id-token-hint
    oidcc-rp-initiated-logout-no-id-token-hint oidcc-rp-initiated-logout-no-params
    oidcc-rp-initiated-logout-no-post-logout-redirect-uri oidcc-rp-initiated-logout-only-state
    oidcc-frontchannel-logout-discovery-endpoint-verification oidcc-frontchannel-rp-initiated-logout
    oidcc-backchannel-logout-discovery-endpoint-verification oidcc-backchannel-rp-initiated-logout
""".split()
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class SignedIn:
    """A relying party with an address to come back to, and somebody who is signed in there."""

    def __init__(self, provider, **members):
        self.provider, self.back = provider, provider.site.url + "/post_logout_redirect"
        self.party = provider.party(post_logout_redirect_uris=[self.back], **members)
        self.tokens = self.party.sign_in()
        self.state = secrets.token_hex(64)

    @property
    def token(self) -> str:
        return self.tokens["id_token"]

    def end(self, **parameters: str):
        """What the browser shows first."""
        endpoint = self.provider.metadata["end_session_endpoint"]
        return self.party.browser.send("GET", f"{endpoint}?{urlencode(parameters)}" if parameters else endpoint)

    def end_in_order(self, **parameters: str):
        """The same, where the person says yes if asked."""
        reply = self.end(**parameters)
        if reply.status_code == 200 and "sign-out" in Page(reply).ids:
            reply = self.party.browser.post(Page(reply).form("sign-out"))
        return reply

    def comes_back(self, reply, query: str) -> None:
        """The browser is sent to the registered address with this query, and nothing else in it."""
        assert reply.status_code == 303 and reply.headers["Location"] == self.back + query, reply.headers

    def is_still_here(self) -> bool:
        answer = self.party.authorize(prompt="none")
        assert self.party.seen == []
        return "code" in answer

    def is_gone(self) -> None:
        answer = self.party.authorize(prompt="none")
        assert self.party.seen == []
        verdicts.error(answer, "login_required", "interaction_required", "consent_required", "account_selection_required")

    def stays(self, reply, *uris: str) -> None:
        """No redirect, neither now nor by the page itself; its links lead to none of these."""
        assert reply.status_code in (200, 400) and "Location" not in reply.headers and "Refresh" not in reply.headers
        page = Page(reply)
        assert not [about for tag, about in page.tags if tag == "meta" and "http-equiv" in about]
        assert not [form for form in page.forms if not form.action.startswith("/")]
        for uri in uris:
            assert uri not in reply.text, f"the page has {uri}"
        assert "This sign-out request cannot be served" in page.text or "sign-out" in page.ids
        assert self.is_still_here()


@pytest.fixture
def signed_in(provider):
    return SignedIn(provider)


def test_every_module_of_the_plans_is_here():
    named = {name for name in dir(sys.modules[__name__]) if name.startswith("test_oidcc_")}
    assert named == {"test_" + name.replace("-", "_") for name in MODULES} and len(MODULES) == 11 + 2 + 2


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(provider):
    reply = provider.issuer.get("/.well-known/openid-configuration")
    verdicts.discovery(reply.json(), reply.url)
    assert urlsplit(reply.json()["end_session_endpoint"]).scheme == "https"


def test_oidcc_rp_initiated_logout(signed_in):
    assert signed_in.is_still_here(), "the control"
    reply = signed_in.end_in_order(
        id_token_hint=signed_in.token, post_logout_redirect_uri=signed_in.back, state=signed_in.state
    )
    signed_in.comes_back(reply, "?state=" + signed_in.state)
    signed_in.is_gone()


def test_oidcc_rp_initiated_logout_no_state(signed_in):
    reply = signed_in.end_in_order(id_token_hint=signed_in.token, post_logout_redirect_uri=signed_in.back)
    signed_in.comes_back(reply, "")
    signed_in.is_gone()


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(signed_in):
    bad = signed_in.provider.site.url + "/elsewhere"
    reply = signed_in.end(id_token_hint=signed_in.token, post_logout_redirect_uri=bad, state=signed_in.state)
    signed_in.stays(reply, bad, signed_in.back)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(signed_in):
    bad = signed_in.back + "?foo=bar"
    reply = signed_in.end(id_token_hint=signed_in.token, post_logout_redirect_uri=bad, state=signed_in.state)
    signed_in.stays(reply, signed_in.back)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(signed_in):
    """The same claims, said to be unsigned."""
    hint = unsigned(**peek(signed_in.token))
    reply = signed_in.end(id_token_hint=hint, post_logout_redirect_uri=signed_in.back, state=signed_in.state)
    signed_in.stays(reply)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(signed_in):
    """The same claims and the same `kid`, signed by a key that is not the provider's."""
    stranger = RSAKey.generate_key(2048)
    hint = jwt.encode(peek(signed_in.token, 0), peek(signed_in.token), stranger, algorithms=["RS256"])
    reply = signed_in.end(id_token_hint=hint, post_logout_redirect_uri=signed_in.back, state=signed_in.state)
    signed_in.stays(reply)


def test_oidcc_rp_initiated_logout_no_id_token_hint(signed_in):
    reply = signed_in.end(post_logout_redirect_uri=signed_in.back, state=signed_in.state)
    signed_in.stays(reply)


def tells_it(signed_in, reply) -> None:
    """A page says that the person is signed out, and goes nowhere."""
    assert reply.status_code == 200 and "You are signed out" in Page(reply).text
    assert not [about for tag, about in Page(reply).tags if tag == "meta" and "http-equiv" in about]
    signed_in.is_gone()


def test_oidcc_rp_initiated_logout_no_params(signed_in):
    tells_it(signed_in, signed_in.end_in_order())


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(signed_in):
    tells_it(signed_in, signed_in.end_in_order(id_token_hint=signed_in.token, state=signed_in.state))


def test_oidcc_rp_initiated_logout_only_state(signed_in):
    tells_it(signed_in, signed_in.end_in_order(state=signed_in.state))


def test_oidcc_frontchannel_logout_discovery_endpoint_verification(provider):
    for name in ("frontchannel_logout_supported", "frontchannel_logout_session_supported"):
        assert provider.metadata[name] is True
    assert "end_session_endpoint" in provider.metadata


def test_oidcc_frontchannel_rp_initiated_logout(provider):
    """What the page says; that browsers do it is asked in test_browser_modules.py."""
    address = provider.site.url + "/frontchannel_logout"
    signed_in = SignedIn(provider, frontchannel_logout_uri=address, frontchannel_logout_session_required=True)
    reply = signed_in.end_in_order(
        id_token_hint=signed_in.token, post_logout_redirect_uri=signed_in.back, state=signed_in.state
    )
    page = Page(reply)
    (frame,) = [about["src"] for tag, about in page.tags if tag == "iframe"]
    assert frame.startswith(address + "?")
    assert parse_qsl(urlsplit(frame).query) == [("iss", provider.metadata["issuer"]), ("sid", signed_in.tokens["claims"]["sid"])]
    policy = reply.headers["Content-Security-Policy"].partition("frame-src")[2].partition(";")[0]
    assert policy.split() == [provider.site.url]
    (refresh,) = [about["content"] for tag, about in page.tags if tag == "meta" and about.get("http-equiv") == "refresh"]
    assert re.fullmatch(r"\d+; ?url=" + re.escape(f"{signed_in.back}?state={signed_in.state}"), refresh), refresh
    signed_in.is_gone()


def test_oidcc_backchannel_logout_discovery_endpoint_verification(provider):
    for name in ("backchannel_logout_supported", "backchannel_logout_session_supported"):
        assert provider.metadata[name] is True
    assert "end_session_endpoint" in provider.metadata


def logout_claims(provider, signed_in, arrival) -> dict:
    """The claims of a logout token (OIDC Back-Channel Logout §2.4, §2.6)."""
    assert arrival.method == "POST" and arrival.content_type.split(";")[0] == "application/x-www-form-urlencoded"
    ((name, token),) = arrival.pairs
    assert name == "logout_token" and arrival.query == ""
    claims = verdicts.signed(token, provider.keys(), "RS256", typ="logout+jwt")
    now = time.time()
    assert claims["iss"] == provider.metadata["issuer"] and claims["aud"] in (signed_in.party.id, [signed_in.party.id])
    assert type(claims["iat"]) is int and now - 86_400 < claims["iat"] <= now + 5
    assert type(claims["exp"]) is int and claims["iat"] < claims["exp"] <= claims["iat"] + 120, "two minutes, §4"
    assert type(claims["jti"]) is str and claims["jti"]
    assert claims["events"] == {EVENT: {}} and "nonce" not in claims
    assert (claims["sub"], claims["sid"]) == tuple(signed_in.tokens["claims"][name] for name in ("sub", "sid"))
    return claims


def test_oidcc_backchannel_rp_initiated_logout(provider):
    """The host fails at first: it is told again."""
    path = "/backchannel_logout"
    provider.site.failing[path] = ["500 INTERNAL SERVER ERROR"]
    signed_in = SignedIn(provider, backchannel_logout_uri=provider.site.url + path, backchannel_logout_session_required=True)
    assert provider.site.at(path) == []
    reply = signed_in.end_in_order(
        id_token_hint=signed_in.token, post_logout_redirect_uri=signed_in.back, state=signed_in.state
    )
    signed_in.comes_back(reply, "?state=" + signed_in.state)
    signed_in.is_gone()
    first, again = provider.site.wait(path, 2)
    logout_claims(provider, signed_in, first)
    logout_claims(provider, signed_in, again)


def test_a_host_that_heard_of_it_is_left_alone(provider):
    """The control of the module above: it is the failure that has it told again, and every sign-in has a session of its own."""
    path = "/backchannel_logout_once"
    first, second = (SignedIn(provider, backchannel_logout_uri=provider.site.url + path) for _ in range(2))
    assert first.tokens["claims"]["sid"] != second.tokens["claims"]["sid"]
    for signed_in in (first, second):
        signed_in.end_in_order(id_token_hint=signed_in.token)
    one, other = provider.site.wait(path, 2)
    time.sleep(6)
    assert provider.site.at(path) == [one, other]
