"""Tokens for the resource that a client names: RFC 8707, with RFC 9728's metadata of the server's own APIs."""

import base64
import json
import subprocess

import pytest

from code_flow import Asker
from issuer import oauth_error
from process import clean_environment

ORDERS, STOCK = "https://orders.example", "https://stock.example/api"


@pytest.fixture(scope="module")
def shop(server, tmp_path_factory):
    """An application that somebody allowed `openid`, on a server with two resources of the operator's."""
    path = tmp_path_factory.mktemp("file") / "resources.json"
    path.write_text(json.dumps({"name": "resources", "resources": [
        {"resource": ORDERS, "resource_name": "Orders", "scopes": ["openid"]}, {"resource": STOCK, "resource_name": "Stock"},
    ]}))
    subprocess.run(
        [server.binary, "apply", str(path), "--data", str(server.data), "--keys", str(server.keys)], check=True, env=clean_environment()
    )
    return Asker(server)


def claims(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def allowed_form(shop, *resources: str) -> dict:
    """What redeems a code for `resources`, which the person allows where they are asked."""
    verifier = shop._verifier()
    path = "/authorize?" + shop.query(verifier, scope="openid offline_access") + "".join(f"&resource={name}" for name in resources)
    reply = shop.visitor.send("GET", path)
    if reply.status_code == 200:
        page = shop.visitor.get(path)
        assert all(name in page.text for name in resources)
        reply = shop.visitor.post(page.form("allow"), choice="allow")
    return {
        "grant_type": "authorization_code", "code": shop.answer(reply)["code"], "redirect_uri": shop.redirect,
        "code_verifier": verifier, "client_id": shop.client["client_id"], "client_secret": shop.client["client_secret"],
    }


def test_codes_and_refresh_tokens_give_what_is_named_and_never_more(issuer, shop):
    first = issuer.post("/oauth/token", data=allowed_form(shop, ORDERS, STOCK) | {"resource": ORDERS})
    assert first.status_code == 200 and claims(first.json()["access_token"])["aud"] == ORDERS
    assert first.json()["scope"] == "openid" and "id_token" in first.json()
    secret = {"client_id": shop.client["client_id"], "client_secret": shop.client["client_secret"]}
    refresh = secret | {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"]}
    other = issuer.post("/oauth/token", data=refresh | {"resource": STOCK}).json()
    assert claims(other["access_token"])["aud"] == STOCK
    both = issuer.post("/oauth/token", data=list(refresh.items()) + [("resource", STOCK), ("resource", ORDERS)]).json()
    assert claims(both["access_token"])["aud"] == [STOCK, ORDERS]
    for wider in (issuer.name, "https://other.example", "orders", ORDERS + "/"):
        oauth_error(issuer.post("/oauth/token", data=refresh | {"resource": wider}), 400, "invalid_target")
    oauth_error(issuer.post("/oauth/token", data=allowed_form(shop, ORDERS) | {"resource": STOCK}), 400, "invalid_target")


def test_a_token_for_another_api_opens_none_of_the_servers(issuer, shop):
    for resource, status in ((STOCK, 401), (issuer.name, 200)):
        token = issuer.post("/oauth/token", data=allowed_form(shop, resource)).json()["access_token"]
        reply = issuer.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == status
        if status == 401:
            challenge = reply.headers["WWW-Authenticate"]
            url = challenge.split('resource_metadata="')[1].split('"')[0]
            assert 'error="invalid_token"' in challenge and issuer.get(url).json()["resource"] == issuer.name
        seen = issuer.post("/oauth/introspect", data={
            "token": token, "client_id": shop.client["client_id"], "client_secret": shop.client["client_secret"],
        }).json()
        assert seen["active"] is True and seen["aud"] == resource


def test_who_names_nothing_gets_what_was_there_before(issuer, shop):
    token = issuer.post("/oauth/token", data=allowed_form(shop)).json()["access_token"]
    assert claims(token)["aud"] == issuer.name
    assert issuer.metadata()["protected_resources"] == [issuer.name]


@pytest.mark.parametrize("resource", ["https://other.example", "orders", ORDERS + "%23x", "/orders"])
def test_the_application_hears_that_there_is_no_such_resource(shop, resource):
    reply = shop.visitor.send("GET", "/authorize?" + shop.query(shop._verifier()) + f"&resource={resource}")
    assert shop.answer(reply)["error"] == "invalid_target" and shop.answer(reply)["state"] == "s"


def test_nothing_else_may_be_repeated(issuer):
    form = [("grant_type", "client_credentials"), ("scope", "a"), ("scope", "b"), ("resource", ORDERS), ("resource", STOCK)]
    oauth_error(issuer.post("/oauth/token", data=form), 400, "invalid_request")
