"""The plans oidcc-config, oidcc-dynamic for the response type `code`, and oidcc-3rdparty-init-login: every module a test of its name."""

import sys
import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

import verdicts
from pages import Page
from relying_party import keeps_to_the_address_inside, refreshes, unsigned

pytestmark = pytest.mark.usefixtures("end_of_module")
MODULES = """
    oidcc-idtoken-rs256 oidcc-idtoken-unsigned oidcc-userinfo-rs256 oidcc-ensure-redirect-uri-in-authorization-request
    oidcc-redirect-uri-query-OK oidcc-redirect-uri-query-mismatch oidcc-redirect-uri-query-added oidcc-redirect-uri-regfrag
    oidcc-discovery-endpoint-verification oidcc-server oidcc-registration-logo-uri oidcc-registration-policy-uri
    oidcc-registration-tos-uri oidcc-registration-jwks-uri oidcc-registration-sector-uri oidcc-registration-sector-bad
    oidcc-server-rotate-keys oidcc-refresh-token-rp-key-rotation oidcc-request-uri-unsigned oidcc-request-uri-signed-rs256
    oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-client-assertion-with-iss-aud-succeeds
    oidcc-3rd_party-init-login oidcc-3rd_party-init-login-nohttps
""".split()
SIGNED = {"token_endpoint_auth_method": "private_key_jwt"}
PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@pytest.fixture
def party(provider):
    return provider.party(**SIGNED)


class Rotating:
    """A client with published keys, the next one of them published already, and the refresh token that it got by the old one."""

    WAIT = 60

    def __init__(self, provider):
        self.keys = [RSAKey.generate_key(2048, {"use": "sig", "kid": name, "alg": "RS256"}) for name in ("old", "new")]
        url = self._publish(provider, 0)
        members = SIGNED | {"jwks": None, "jwks_uri": url, "grant_types": ["authorization_code", "refresh_token"]}
        self.party = provider.party(key=self.keys[0], **members)
        provider.parties.remove(self.party)  # lives longer than one module
        self.token = self.party.sign_in(scope="openid offline_access", prompt="consent")["refresh_token"]
        self._publish(provider, 1)
        self.since = time.monotonic()

    def _publish(self, provider, number: int) -> str:
        return provider.site.put("/rotating.jwks", {"keys": [self.keys[number].as_dict(private=False)]})


@pytest.fixture(scope="module", autouse=True)
def rotating(provider):
    """Made before the first test: the minute that the module waits passes beside the others."""
    return Rotating(provider)


def test_every_module_of_the_plans_is_here():
    named = {name for name in dir(sys.modules[__name__]) if name.startswith("test_oidcc_")}
    assert named == {"test_" + name.replace("-", "_").lower() for name in MODULES} and len(MODULES) == 23 + 2


def refused(provider, *errors: str, **members) -> None:
    """Such a client is not registered."""
    wish = {"redirect_uris": [provider.site.url + "/callback"]} | members
    verdicts.token_error(provider.issuer.post(provider.metadata["registration_endpoint"], json=wish), *errors)


def test_oidcc_idtoken_rs256(provider):
    party = provider.party(**SIGNED, id_token_signed_response_alg="RS256")
    party.tokens(party.authorize(), alg="RS256")
    other = provider.party(**SIGNED, id_token_signed_response_alg="ES256")
    other.tokens(other.authorize(), alg="ES256")


def test_oidcc_idtoken_unsigned(provider):
    """Skipped where `none` is not advertised; then nobody gets one by asking either."""
    assert "none" not in provider.metadata["id_token_signing_alg_values_supported"]
    refused(provider, "invalid_client_metadata", id_token_signed_response_alg="none")


def test_oidcc_userinfo_rs256(provider):
    assert "RS256" in provider.metadata["userinfo_signing_alg_values_supported"]
    party = provider.party(**SIGNED, userinfo_signed_response_alg="RS256")
    tokens = party.sign_in(scope="openid email")
    reply = party.ask_userinfo(tokens["access_token"])
    assert reply.status_code == 200 and reply.headers["Content-Type"].split(";")[0] == "application/jwt"
    claims = verdicts.signed(reply.text, provider.keys(), "RS256")
    assert claims["sub"] == tokens["claims"]["sub"] and claims["email"] == provider.person.email
    assert claims["iss"] == provider.metadata["issuer"] and claims["aud"] in (party.id, [party.id]) and "nonce" not in claims


def test_oidcc_ensure_redirect_uri_in_authorization_request(provider):
    uris = [provider.site.url + path for path in ("/callback", "/other-callback")]
    party = provider.party(**SIGNED, redirect_uris=uris)
    verdicts.error_page(party.open(redirect_uri=None), *uris)
    party.sign_in()


def test_oidcc_redirect_uri_query_ok(provider):
    """The query of the address is kept (`_by_redirect`)."""
    party = provider.party(**SIGNED, redirect_uris=[provider.site.url + "/callback?bar=foo"])
    party.sign_in()
    assert provider.site.at("/callback")[-1].pairs[0] == ("bar", "foo")


@pytest.mark.parametrize("query", ["?bar=baz", "", "?bar=foo&foo=bar", "?foo=foo"])
def test_oidcc_redirect_uri_query_mismatch(provider, query):
    party = provider.party(**SIGNED, redirect_uris=[provider.site.url + "/callback?bar=foo"])
    verdicts.error_page(party.open(redirect_uri=provider.site.url + "/callback" + query), provider.site.url)


def test_oidcc_redirect_uri_query_added(party, provider):
    verdicts.error_page(party.open(redirect_uri=party.redirect + "?foo=bar"), provider.site.url)


def test_oidcc_redirect_uri_regfrag(provider):
    refused(provider, "invalid_redirect_uri", redirect_uris=[provider.site.url + "/callback#foobar"])


def test_oidcc_discovery_endpoint_verification(provider):
    """In oidcc-config and in oidcc-dynamic. The response types and grants of the implicit flow are not asked for here."""
    reply = provider.issuer.get("/.well-known/openid-configuration")
    assert reply.status_code == 200 and reply.headers["Content-Type"].split(";")[0] == "application/json"
    verdicts.discovery(reply.json(), reply.url)
    keys = provider.keys()
    assert [key for key in keys if key["kty"] == "RSA" and key.get("alg", "RS256") == "RS256" and key.get("use", "sig") == "sig"]


def test_oidcc_server(party, provider):
    assert "private_key_jwt" in provider.metadata["token_endpoint_auth_methods_supported"]
    answer = party.authorize()
    assert verdicts.is_hard_to_guess(answer["code"])
    party.userinfo(party.tokens(answer))


@pytest.fixture
def sign_in_page(provider):
    """The sign-in page for a client with addresses for people."""
    logo = provider.site.put("/logo.svg", PIXEL, "image/svg+xml")
    party = provider.party(**SIGNED, logo_uri=logo, policy_uri=provider.site.url + "/policy", tos_uri=provider.site.url + "/tos")
    page = Page(party.open())
    assert "password" in page.ids
    return page


def has(page: Page, tag: str, attribute: str, uri: str) -> bool:
    return any(found == tag and about.get(attribute) == uri for found, about in page.tags)


def test_oidcc_registration_logo_uri(provider, sign_in_page):
    """The page has the picture, by way of the server, and its policy lets it in; the host of the picture hears of no visitor."""
    (source,) = [about["src"] for tag, about in sign_in_page.tags if tag == "img" and "client_id=" in about["src"]]
    picture = provider.issuer.get(source)
    assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/svg+xml" and picture.text == PIXEL
    policy = sign_in_page.reply.headers["Content-Security-Policy"].partition("img-src")[2].partition(";")[0].split()
    assert "'self'" in policy and provider.site.url not in policy


def test_oidcc_registration_policy_uri(provider, sign_in_page):
    assert has(sign_in_page, "a", "href", provider.site.url + "/policy")


def test_oidcc_registration_tos_uri(provider, sign_in_page):
    assert has(sign_in_page, "a", "href", provider.site.url + "/tos")


def test_oidcc_registration_jwks_uri(provider):
    key = RSAKey.generate_key(2048, {"use": "sig", "kid": "published", "alg": "RS256"})
    url = provider.site.put("/party.jwks", {"keys": [key.as_dict(private=False)]})
    party = provider.party(**SIGNED, jwks=None, jwks_uri=url, key=key)
    party.sign_in()
    assert provider.site.at("/party.jwks"), "the server fetched it"
    party.key = provider.key
    verdicts.token_error(party.redeem(party.authorize()), "invalid_client", status=401)


def pairwise(provider, uris: list[str]) -> dict:
    url = provider.site.put("/sector.json", uris)
    return SIGNED | {"subject_type": "pairwise", "sector_identifier_uri": url}


def test_oidcc_registration_sector_uri(provider):
    assert "pairwise" in provider.metadata["subject_types_supported"]
    party = provider.party(**pairwise(provider, [provider.site.url + "/callback"]))
    tokens = party.sign_in()
    party.userinfo(tokens)
    assert tokens["claims"]["sub"] != provider.party(**SIGNED).sign_in()["claims"]["sub"]


def test_oidcc_registration_sector_bad(provider):
    jwks = {"keys": [provider.key.as_dict(private=False)]}
    refused(provider, "invalid_client_metadata", jwks=jwks, **pairwise(provider, [provider.site.url + "/other"]))


def by_reference(provider, made) -> None:
    """A sign-in whose parameters are at a registered `request_uri`; `made` gives the object with the claims that it is to have."""
    uri = provider.site.url + "/request.jwt#sTHwTS5sF3TgjGLuRcMEVAyO0Zu6GJXDQE1_cGCFrJ0"
    party = provider.party(**SIGNED, request_uris=[uri])
    reply = lambda: party.open(request_uri=uri, state=None, nonce=None)
    inside = {"response_type": "code", "client_id": party.id, "redirect_uri": party.redirect, "scope": "openid email"}
    inside |= {"state": "the state inside", "nonce": "the nonce inside", "iss": party.id, "aud": provider.metadata["issuer"]}
    provider.site.put("/request.jwt", made(inside), "application/oauth-authz-req+jwt")
    shown = reply()
    party.asked |= inside
    assert set(party.userinfo(party.tokens(party.finish(shown)))) == {"sub", "email", "email_verified"}


def test_oidcc_request_uri_unsigned(provider):
    """The `#` is for a hash, of something random here, which is not to be checked against the content."""
    assert provider.metadata.get("request_uri_parameter_supported", True) is True
    assert "none" in provider.metadata["request_object_signing_alg_values_supported"]
    by_reference(provider, lambda claims: unsigned(**claims))


def test_oidcc_request_uri_signed_rs256(provider):
    assert "RS256" in provider.metadata["request_object_signing_alg_values_supported"]
    by_reference(provider, lambda claims: jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key, algorithms=["RS256"]))


def test_oidcc_ensure_request_object_with_redirect_uri(party, provider):
    keeps_to_the_address_inside(party, provider.site.url + "/bad")


def test_oidcc_refresh_token(provider):
    first, second = (provider.party(**SIGNED, grant_types=["authorization_code", "refresh_token"]) for _ in range(2))
    refreshes(first, scope="openid offline_access")
    kept = refreshes(second)
    verdicts.token_error(first.refresh(kept), "invalid_grant")
    assert second.refresh(kept).status_code == 200, "the control"


def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(party, provider):
    form = {"grant_type": "authorization_code", "redirect_uri": party.redirect}
    for audience, status in ((provider.metadata["issuer"], 200), (party.redirect, 401)):
        reply = party.post(form | {"code": party.authorize()["code"]}, aud=audience)
        assert reply.status_code == status, reply.text
        assert status == 200 or reply.json()["error"] == "invalid_client"


def test_oidcc_3rd_party_init_login(provider):
    """`_registered` asserts that the answer to the registration has it."""
    uri = provider.site.url + "/initiate"
    party = provider.party(**SIGNED, initiate_login_uri=uri)
    read = party.manage("GET")
    assert read.status_code == 200 and read.headers["Content-Type"].split(";")[0] == "application/json"
    assert read.json()["initiate_login_uri"] == uri


def test_oidcc_3rd_party_init_login_nohttps(provider):
    refused(provider, "invalid_client_metadata", initiate_login_uri="http://app.example/initiate")


def test_oidcc_server_rotate_keys(party, provider):
    """The server looks at its keys every five seconds; the old ones stay for the tokens that they signed."""
    before = {key["kid"] for key in provider.keys() if key.get("use", "sig") == "sig"}
    provider.server.run("keys", "rotate", "--keys", str(provider.server.keys), "--algorithm", "RS256")
    limit = time.monotonic() + 30
    while not (new := {key["kid"] for key in provider.keys() if key.get("use", "sig") == "sig"} - before):
        assert time.monotonic() < limit, "no new key was published"
        time.sleep(0.2)
    assert len(new) == 1 and before <= {key["kid"] for key in provider.keys()}
    party.sign_in()


def test_oidcc_refresh_token_rp_key_rotation(rotating):
    """The last of the file: most of its minute has passed."""
    party = rotating.party
    time.sleep(max(0, rotating.since + rotating.WAIT + 1 - time.monotonic()))
    party.key = rotating.keys[1]
    party.judged(party.refresh(rotating.token))
    party.key = rotating.keys[0]
    verdicts.token_error(party.refresh(rotating.token), "invalid_client", status=401)
