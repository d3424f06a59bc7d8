"""Debian's Apache with mod_auth_openidc, configured in the words of README.md."""

import secrets
from urllib.parse import quote

import pytest
import requests

from apache import Apache
from provider import Provider


@pytest.fixture(scope="module")
def provider(binary, tmp_path_factory):
    provider = Provider(binary, tmp_path_factory.mktemp("apache"))
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def apache(provider):
    apache = Apache(provider.ca)
    try:
        made = provider.add_application(
            "--redirect-uri", apache.url + "/private/callback", "--post-logout-redirect-uri", apache.url + "/bye.html", name="Pages"
        )
        yield apache.start(
            ISSUER=provider.url, CLIENT_ID=made["client_id"], CLIENT_SECRET=made["client_secret"], PASSPHRASE=secrets.token_hex(16)
        )
    finally:
        apache.close()


def test_a_person_signs_in_and_out(provider, apache):
    browser = provider.browser
    page, bye = apache.url + "/private/index.html", apache.url + "/bye.html"
    reply = requests.get(page, timeout=10, allow_redirects=False, headers={"Accept": "text/html"})
    assert reply.status_code == 302 and reply.headers["Location"].startswith(provider.url + "/authorize?"), "it is protected"

    browser.open(page)
    provider.enter()
    browser.arrive(page)
    assert browser.text == f"Ada Lovelace | {provider.person.email}", apache.log_text()[-3000:]
    assert browser.complaints() == []

    browser.open(f"{apache.url}/private/callback?logout={quote(bye, safe='')}")
    browser.arrive(bye)
    assert browser.text == "Good bye"
    browser.open(page)
    assert browser.url.startswith(provider.url + "/sign-in?"), "signed out at both"
    provider.enter(is_asked=False)
    browser.arrive(page)
