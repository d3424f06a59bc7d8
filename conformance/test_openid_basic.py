"""The plans oidcc-basic and oidcc-formpost-basic with clients that register themselves: every module a test of its name, each for both ways
that an answer travels."""

import sys
import time

import pytest

import verdicts
from pages import Page
from relying_party import keeps_to_the_address_inside, refreshes, unsigned

pytestmark = pytest.mark.usefixtures("end_of_module")
MODULES = """
    oidcc-server oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned oidcc-userinfo-get oidcc-userinfo-post-header
    oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow oidcc-scope-profile oidcc-scope-email
    oidcc-scope-address oidcc-scope-phone oidcc-scope-all oidcc-alternate-happy-flow oidcc-display-page oidcc-display-popup
    oidcc-prompt-login oidcc-prompt-none-not-logged-in oidcc-prompt-none-logged-in oidcc-max-age-1 oidcc-max-age-10000
    oidcc-ensure-request-with-unknown-parameter-succeeds oidcc-id-token-hint oidcc-login-hint oidcc-ui-locales oidcc-claims-locales
    oidcc-ensure-request-with-acr-values-succeeds oidcc-codereuse oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri
    oidcc-ensure-post-request-succeeds oidcc-server-client-secret-post
    oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
    oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-claims-essential
    oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds
""".split()
#: What prompt=none may be told when there is nobody, or nobody who agreed (OIDC Core §3.1.2.6).
NOT_WITHOUT_A_PAGE = ("login_required", "interaction_required", "consent_required", "account_selection_required")


@pytest.fixture(params=[None, "form_post"], ids=["basic", "formpost-basic"])
def mode(request):
    return request.param


@pytest.fixture
def party(provider, mode):
    return provider.party(mode)


@pytest.fixture(scope="module", autouse=True)
def spent(provider):
    """A code of each mode that was redeemed before the first test, its tokens, and when: the 30 seconds pass beside the other modules."""
    found = {}
    for mode in (None, "form_post"):
        party = provider.party(mode)
        provider.parties.remove(party)  # lives longer than one module
        answer = party.authorize()
        found[mode] = (party, answer, party.tokens(answer))
    return found, time.monotonic()


def test_every_module_of_the_plan_is_here():
    named = {name for name in dir(sys.modules[__name__]) if name.startswith("test_oidcc_")}
    assert named == {"test_" + name.replace("-", "_") for name in MODULES} and len(MODULES) == 38


def test_oidcc_server(party, provider):
    answer = party.authorize()
    assert verdicts.is_hard_to_guess(answer["code"])
    tokens = party.tokens(answer)
    assert party.seen == ["sign-in", "allow"]
    party.userinfo(tokens)
    assert party.mode in [None, *provider.metadata["response_modes_supported"]]


def test_oidcc_response_type_missing(party):
    verdicts.error(party.authorize(response_type=None), "unsupported_response_type", "invalid_request")


def test_oidcc_idtoken_signature(party):
    """`tokens` is strict about RS256 and a published `kid`."""
    assert "id_token_signed_response_alg" not in party.wish
    party.tokens(party.authorize(), alg="RS256")


def test_oidcc_idtoken_unsigned(provider, mode):
    """The module is skipped where `none` is not advertised; then nobody gets one by asking either."""
    assert "none" not in provider.metadata["id_token_signing_alg_values_supported"]
    wish = {"redirect_uris": [provider.site.url + "/callback"], "id_token_signed_response_alg": "none"}
    verdicts.token_error(provider.issuer.post(provider.metadata["registration_endpoint"], json=wish), "invalid_client_metadata")


def test_oidcc_userinfo_get(party):
    party.userinfo(party.sign_in(), "GET")


def test_oidcc_userinfo_post_header(party):
    party.userinfo(party.sign_in(), "POST")


def test_oidcc_userinfo_post_body(party):
    """Either the same answer, or a refusal, which the module takes with a warning."""
    tokens = party.sign_in()
    reply = party.ask_userinfo("", "POST", data={"access_token": tokens["access_token"]})
    assert reply.status_code in (400, 401, 405, 415) or reply.json()["sub"] == tokens["claims"]["sub"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(party):
    assert "nonce" not in party.sign_in(nonce=None)["claims"]


def scope(party, words: str, names: set[str]) -> None:
    """The claims of these words are in userinfo, all of them and no others, and none of them is in the ID token (`verdicts.id_token`)."""
    assert set(words.split()) <= set(party.provider.metadata["scopes_supported"])
    assert set(party.userinfo(party.sign_in(scope=words))) == names | {"sub"}


def test_oidcc_scope_profile(party):
    assert len(verdicts.PROFILE) == 14
    scope(party, "openid profile", verdicts.PROFILE)


def test_oidcc_scope_email(party):
    scope(party, "openid email", {"email", "email_verified"})


def test_oidcc_scope_address(party):
    scope(party, "openid address", {"address"})


def test_oidcc_scope_phone(party):
    scope(party, "openid phone", {"phone_number", "phone_number_verified"})


def test_oidcc_scope_all(party):
    scope(party, "openid profile email address phone", set(verdicts.STANDARD_CLAIMS))


def test_oidcc_alternate_happy_flow(party):
    """The words of the scope and the parameters in another order."""
    party.query(scope="email openid")
    backwards = dict(reversed(party.asked.items()))
    assert list(backwards)[-1] == "response_type"
    endpoint = party.provider.metadata["authorization_endpoint"]
    reply = party.follow(party.browser.send("GET", endpoint, params=backwards))
    assert set(party.userinfo(party.tokens(party.finish(reply)))) == {"sub", "email", "email_verified"}


def test_oidcc_display_page(party):
    party.sign_in(display="page")


def test_oidcc_display_popup(party):
    party.sign_in(display="popup")


def shows_sign_in(reply) -> bool:
    return reply.status_code == 200 and "password" in Page(reply).ids


def test_oidcc_prompt_login(party):
    first = party.sign_in()["claims"]
    time.sleep(1.1)
    reply = party.open(prompt="login")
    assert shows_sign_in(reply)
    second = party.tokens(party.finish(reply))["claims"]
    assert second["sub"] == first["sub"] and second["auth_time"] > first["auth_time"]


def test_oidcc_prompt_none_not_logged_in(party):
    answer = party.authorize(prompt="none")
    assert party.seen == [] and len(answer["state"]) == 128
    verdicts.error(answer, *NOT_WITHOUT_A_PAGE)


def unseen(party, first: dict, **changes: str) -> None:
    """A second sign-in without a page, of the same person at the same time."""
    second = party.sign_in(**changes)["claims"]
    assert party.seen == []
    assert (second["sub"], second.get("auth_time")) == (first["sub"], first.get("auth_time"))


def test_oidcc_prompt_none_logged_in(party):
    first = party.sign_in()["claims"]
    time.sleep(1.1)
    unseen(party, first, prompt="none")


def test_oidcc_max_age_1(party):
    first = party.sign_in()["claims"]
    time.sleep(2)
    reply = party.open(max_age="1")
    assert shows_sign_in(reply)
    second = party.tokens(party.finish(reply))["claims"]
    assert second["auth_time"] > first["auth_time"]


def test_oidcc_max_age_10000(party):
    first = party.sign_in(max_age="15000")["claims"]
    assert "auth_time" in first
    time.sleep(1.1)
    unseen(party, first, max_age="10000")


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(party):
    party.sign_in(extra="foobar")


def test_oidcc_id_token_hint(party):
    first = party.sign_in()
    unseen(party, first["claims"], prompt="none", id_token_hint=first["id_token"])


def test_oidcc_login_hint(party):
    party.sign_in(login_hint="buffy@localhost")


def test_oidcc_ui_locales(party):
    party.sign_in(ui_locales="se")


def test_oidcc_claims_locales(party):
    party.sign_in(claims_locales="se")


def test_oidcc_ensure_request_with_acr_values_succeeds(party):
    values = party.provider.metadata["acr_values_supported"]
    assert party.sign_in(acr_values=" ".join(values))["claims"]["acr"] in values


def test_oidcc_codereuse(party):
    answer = party.authorize()
    party.tokens(answer)
    verdicts.token_error(party.redeem(answer), "invalid_grant")


def test_oidcc_ensure_registered_redirect_uri(party):
    bad = party.provider.site.url + "/unregistered"
    verdicts.error_page(party.open(redirect_uri=bad), bad, party.redirect)
    assert party.provider.site.at("/unregistered") == []


def test_oidcc_ensure_post_request_succeeds(party):
    """As a form of the relying party's own page sends it; the browser's cookies are not with it, there being none."""
    headers = {"Origin": party.provider.site.url, "Sec-Fetch-Site": "same-site", "Content-Type": "application/x-www-form-urlencoded"}
    endpoint = party.provider.metadata["authorization_endpoint"]
    party.tokens(party.finish(party.follow(party.browser.send("POST", endpoint, headers, data=party.query()))))


def test_oidcc_server_client_secret_post(provider, mode):
    party = provider.party(mode, token_endpoint_auth_method="client_secret_post")
    party.userinfo(party.sign_in())


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(provider, mode):
    """The `#` is for a hash, of something random here, which is not to be checked against the content."""
    uri = f"{provider.site.url}/request-{mode}.jwt#sTHwTS5sF3TgjGLuRcMEVAyO0Zu6GJXDQE1_cGCFrJ0"
    party = provider.party(mode, request_uris=[uri])
    party.query(request_uri=uri)
    inside = party.asked | {"nonce": "the nonce inside"}
    inside.pop("request_uri")
    provider.site.put(f"/request-{mode}.jwt", unsigned(**inside), "application/oauth-authz-req+jwt")
    outside = {name: party.asked[name] for name in ("response_type", "client_id", "scope", "request_uri", "redirect_uri")}
    reply = party.browser.send("GET", provider.metadata["authorization_endpoint"], params=outside)
    party.asked = inside
    party.tokens(party.finish(party.follow(reply)))
    assert "none" in provider.metadata["request_object_signing_alg_values_supported"]
    assert provider.metadata.get("request_uri_parameter_supported", True) is True


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(party):
    """State and nonce are in the object alone: an answer that ignores it would have neither."""
    inside = {"state": "the state inside", "nonce": "the nonce inside"}
    reply = party.open(request=unsigned(**inside), state=None, nonce=None)
    party.asked |= inside
    party.tokens(party.finish(reply))
    assert party.provider.metadata["request_parameter_supported"] is True


def test_oidcc_claims_essential(party):
    tokens = party.sign_in(claims='{"userinfo":{"name":{"essential":true}}}')
    assert set(party.userinfo(tokens)) == {"sub", "name"}


def test_oidcc_ensure_request_object_with_redirect_uri(party):
    keeps_to_the_address_inside(party, party.provider.site.url + "/bad")


def test_oidcc_refresh_token(provider, mode):
    first, second = (provider.party(mode, grant_types=["authorization_code", "refresh_token"]) for _ in range(2))
    refreshes(first, scope="openid offline_access")
    kept = refreshes(second)
    verdicts.token_error(first.refresh(kept), "invalid_grant")
    assert second.refresh(kept).status_code == 200, "the control"


def test_oidcc_ensure_request_with_valid_pkce_succeeds(party):
    challenge, verifier = party.challenge()
    answer = party.authorize(**challenge)
    verdicts.token_error(party.redeem(answer, code_verifier=verifier[::-1]), "invalid_grant")
    answer = party.authorize(**challenge)
    party.verifier = verifier
    party.tokens(answer)


def test_oidcc_codereuse_30seconds(spent, mode):
    """The last of the file: most of its wait has passed."""
    found, since = spent
    party, answer, tokens = found[mode]
    time.sleep(max(0, since + 30 - time.monotonic()))
    assert party.ask_userinfo(tokens["access_token"]).status_code == 200, "the control"
    verdicts.token_error(party.redeem(answer), "invalid_grant")
    assert party.ask_userinfo(tokens["access_token"]).status_code == 401
