"""The implicit flow, for an operator who wants it: the modules of the plans oidcc-implicit and oidcc-formpost-implicit, each for both response
types and both ways that an answer travels, and discovery as oidcc-dynamic asks for it."""

import time
from urllib.parse import parse_qsl

import pytest

import verdicts
from chromium import Chromium
from implicit_party import REDIRECT, ImplicitParty
from issuer import oauth_error
from pages import PASSWORD, Page
from relying_party import keeps_to_the_address_inside, unsigned

pytestmark = pytest.mark.usefixtures("end_of_module")
#: Of the server.
OPTIONS = ("--implicit-flow", "on")
TYPES = ["id_token", "id_token token"]
#: What prompt=none may be told when there is nobody (OIDC Core §3.1.2.6).
NOT_WITHOUT_A_PAGE = ("login_required", "interaction_required", "consent_required", "account_selection_required")


@pytest.fixture(params=[None, "form_post"], ids=["implicit", "formpost-implicit"])
def mode(request):
    return request.param


def made(provider, *arguments, **members) -> ImplicitParty:
    provider.parties.append(ImplicitParty(provider, *arguments, **members))
    return provider.parties[-1]


@pytest.fixture(params=TYPES)
def party(request, provider, mode):
    return made(provider, request.param, mode)


@pytest.fixture
def with_token(provider, mode):
    return made(provider, "id_token token", mode)


def test_oidcc_discovery_endpoint_verification(provider):
    """As the dynamic plan asks for it."""
    verdicts.discovery(provider.metadata, provider.metadata["issuer"] + "/.well-known/openid-configuration")
    assert provider.metadata["response_types_supported"] == ["code", *TYPES]
    assert {"authorization_code", "implicit"} <= set(provider.metadata["grant_types_supported"])
    assert set(provider.metadata["response_modes_supported"]) == {"query", "fragment", "form_post"}


def test_oidcc_server(party):
    answer = party.authorize()
    assert party.seen == ["sign-in", "allow"]
    party.tokens(answer)


def test_oidcc_response_type_missing(provider):
    """No type was asked for, and no token: the answer is where one to a request for a code is."""
    reply = made(provider, "id_token").open(response_type=None)
    assert reply.status_code == 303 and reply.headers["Location"].startswith(REDIRECT + "?error=invalid_request&")


def test_oidcc_idtoken_signature(party):
    """`tokens` is strict about RS256 and a published `kid`."""
    assert "id_token_signed_response_alg" not in party.wish
    party.tokens(party.authorize(), alg="RS256")


def test_oidcc_ensure_request_without_nonce_fails(party):
    verdicts.error(party.authorize(nonce=None), "invalid_request")


def test_oidcc_userinfo_get_and_post_header(with_token):
    tokens = with_token.sign_in(scope="openid email")
    for method in ("GET", "POST"):
        assert set(with_token.userinfo(tokens, method)) == {"sub", "email", "email_verified"}


def test_oidcc_userinfo_post_body(with_token):
    """Either the same answer, or a refusal, which the module takes with a warning."""
    tokens = with_token.sign_in()
    reply = with_token.ask_userinfo("", "POST", data={"access_token": tokens["access_token"]})
    assert reply.status_code in (400, 401, 405, 415) or reply.json()["sub"] == tokens["claims"]["sub"]


@pytest.mark.parametrize("words, names", [
    ("openid profile", verdicts.PROFILE), ("openid email", {"email", "email_verified"}), ("openid address", {"address"}),
    ("openid phone", {"phone_number", "phone_number_verified"}), ("email openid", {"email", "email_verified"}),
    ("openid profile email address phone", set(verdicts.STANDARD_CLAIMS)),
], ids=["profile", "email", "address", "phone", "alternate-happy-flow", "all"])
def test_oidcc_scope(party, words, names):
    """What the scope releases is in userinfo, or, where no access token comes, in the ID token (OIDC Core §5.4)."""
    assert set(party.person(party.sign_in(scope=words))) == names | {"sub"}


@pytest.mark.parametrize("changes", [
    {"display": "page"}, {"display": "popup"}, {"extra": "foobar"}, {"login_hint": "buffy@localhost"}, {"ui_locales": "se"},
    {"claims_locales": "se"},
], ids=["display-page", "display-popup", "unknown-parameter", "login-hint", "ui-locales", "claims-locales"])
def test_oidcc_what_changes_nothing(party, changes):
    party.sign_in(**changes)


def test_oidcc_ensure_request_with_acr_values_succeeds(party):
    values = party.provider.metadata["acr_values_supported"]
    assert party.sign_in(acr_values=" ".join(values))["claims"]["acr"] in values


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "1"}], ids=["prompt-login", "max-age-1"])
def test_oidcc_sign_in_again(party, changes):
    first = party.sign_in()["claims"]
    time.sleep(2)
    reply = party.open(**changes)
    assert reply.status_code == 200 and "password" in Page(reply).ids
    second = party.tokens(party.finish(reply))["claims"]
    assert second["sub"] == first["sub"] and second["auth_time"] > first["auth_time"]


def test_oidcc_prompt_none_not_logged_in(party):
    verdicts.error(party.authorize(prompt="none"), *NOT_WITHOUT_A_PAGE)
    assert party.seen == []


def test_oidcc_prompt_none_logged_in_id_token_hint_and_max_age_10000(party):
    first = party.sign_in(max_age="15000")
    time.sleep(1.1)
    for changes in ({"prompt": "none"}, {"prompt": "none", "id_token_hint": first["id_token"]}, {"max_age": "10000"}):
        second = party.sign_in(**changes)["claims"]
        assert party.seen == [] and second["sid"] != first["claims"]["sid"]
        assert (second["sub"], second["auth_time"]) == (first["claims"]["sub"], first["claims"]["auth_time"])


def test_oidcc_ensure_registered_redirect_uri(party):
    bad = "https://other.example/callback"
    verdicts.error_page(party.open(redirect_uri=bad), bad, party.redirect)


def test_oidcc_ensure_post_request_succeeds(party):
    headers = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}
    endpoint = party.provider.metadata["authorization_endpoint"]
    party.tokens(party.finish(party.follow(party.browser.send("POST", endpoint, headers, data=party.query()))))


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(provider, party):
    path = f"/implicit-{party.id}.jwt"
    uri = f"{provider.site.url}{path}#sTHwTS5sF3TgjGLuRcMEVAyO0Zu6GJXDQE1_cGCFrJ0"
    asker = made(provider, party.type, party.mode, request_uris=[uri])
    asker.query(request_uri=uri)
    inside = asker.asked | {"nonce": "the nonce inside"}
    inside.pop("request_uri")
    provider.site.put(path, unsigned(**inside), "application/oauth-authz-req+jwt")
    outside = {name: asker.asked[name] for name in ("response_type", "client_id", "scope", "request_uri", "redirect_uri")}
    reply = asker.browser.send("GET", provider.metadata["authorization_endpoint"], params=outside)
    asker.asked = inside
    asker.tokens(asker.finish(asker.follow(reply)))


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(party):
    inside = {"state": "the state inside", "nonce": "the nonce inside"}
    reply = party.open(request=unsigned(**inside), state=None, nonce=None)
    party.asked |= inside
    party.tokens(party.finish(reply))


def test_oidcc_ensure_request_object_with_redirect_uri(party):
    keeps_to_the_address_inside(party, "https://other.example/callback")


def test_oidcc_claims_essential(party):
    part = "id_token" if party.type == "id_token" else "userinfo"
    tokens = party.sign_in(claims='{"%s":{"name":{"essential":true}}}' % part)
    assert set(party.person(tokens)) == {"sub", "name"}


# What the plans do not ask for


@pytest.mark.parametrize("name", [None, "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "web_message"])
@pytest.mark.parametrize("asked", ["code", *TYPES, "token id_token", "token", "code id_token", "code token", "code id_token token", "none"])
def test_ar_21_no_token_is_in_a_query(provider, asked, name):
    """Every type by every mode, of a client that may have all types that there are."""
    party = made(provider, "code", grant_types=["authorization_code", "implicit"], response_types=["code", *TYPES])
    reply = party.open(response_type=asked, response_mode=name)
    if reply.status_code == 200 and "password" in Page(reply).ids:
        is_good = asked in ("code", *TYPES, "token id_token") and name in (None, "form_post", "query" if asked == "code" else "fragment")
        assert is_good, "this is served"
        return
    answer = reply.headers["Location"] if reply.status_code == 303 else ""
    assert "error=" in answer or name == "form_post" and 'name="error"' in reply.text
    place = "#" if "token" in asked else "?"
    assert not answer or answer.startswith(REDIRECT + place)
    assert "token=" not in answer


@pytest.mark.parametrize("members, error", [
    ({"response_types": ["id_token"]}, "invalid_client_metadata"), ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
    ({"grant_types": ["implicit", "authorization_code"], "response_types": ["id_token"]}, "invalid_client_metadata"),
    ({"grant_types": ["implicit"], "response_types": ["code", "id_token"]}, "invalid_client_metadata"),
    ({"grant_types": ["implicit"], "response_types": ["token"]}, "invalid_client_metadata"),
    ({"grant_types": ["implicit"], "response_types": ["id_token"], "redirect_uris": ["http://localhost:5000/"]}, "invalid_redirect_uri"),
    ({"grant_types": ["implicit"], "response_types": ["id_token"], "redirect_uris": ["https://localhost/"]}, "invalid_redirect_uri"),
])
def test_what_cannot_be_registered_is_named(provider, members, error):
    oauth_error(provider.issuer.post("/oauth/register", json={"redirect_uris": [REDIRECT]} | members), 400, error)


def test_the_tokens_end_with_the_session_of_the_browser(provider):
    party = made(provider, "id_token token")
    tokens = party.sign_in()
    assert party.ask_userinfo(tokens["access_token"]).status_code == 200, "the control"
    party.browser.get("/end-session?id_token_hint=" + tokens["id_token"])
    assert party.ask_userinfo(tokens["access_token"]).status_code == 401
    verdicts.error(party.authorize(prompt="none"), "login_required")


@pytest.mark.parametrize("response_type", TYPES)
def test_a_browser_brings_it(provider, mode, response_type, tmp_path):
    """To a program on its own machine, as the site is one: the fragment reaches the page and not its host, a form the host alone."""
    site = provider.site
    party = made(provider, response_type, mode, application_type="native", redirect_uris=[site.url + "/callback"])
    chromium, before = Chromium(tmp_path), len(site.at("/callback"))
    try:
        chromium.open(provider.metadata["authorization_endpoint"] + "?" + party.query(scope="openid email"))
        chromium.sign_in(provider.person.username, PASSWORD)
        chromium.click("allow")
        chromium.arrive(party.redirect)
        (arrival,) = site.wait("/callback", before + 1)[before:]
        address, _, fragment = chromium.url.partition("#")
        assert address == party.redirect and arrival.query == "" and bool(fragment) == (mode is None)
        pairs = parse_qsl(fragment, strict_parsing=True) if mode is None else arrival.pairs
        assert set(party.person(party.tokens(party.answer(pairs)))) == {"sub", "email", "email_verified"}
        assert chromium.complaints() == []
    finally:
        chromium.close()


def test_off_unless_said(start):
    server = start()
    metadata = server.issuer.metadata()
    assert metadata["response_types_supported"] == ["code"] and "implicit" not in metadata["grant_types_supported"]
    assert metadata["response_modes_supported"] == ["query", "form_post"]
    wish = {"redirect_uris": [REDIRECT], "grant_types": ["implicit"], "response_types": ["id_token"]}
    oauth_error(server.issuer.post("/oauth/register", json=wish), 400, "invalid_client_metadata")
    client = server.issuer.post("/oauth/register", json={"redirect_uris": [REDIRECT]}).json()["client_id"]
    request = {"client_id": client, "redirect_uri": REDIRECT, "scope": "openid", "nonce": "n", "response_type": "id_token"}
    reply = server.issuer.get("/authorize", params=request)
    assert reply.headers["Location"].startswith(REDIRECT + "?error=unsupported_response_type&")
