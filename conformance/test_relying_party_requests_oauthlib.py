"""requests-oauthlib, in the words of README.md: a command line that listens on a port of its own for the browser's return."""

import json
import subprocess
import sys

import pytest

from applications import block
from process import clean_environment
from provider import Provider


@pytest.fixture(scope="module")
def provider(binary, tmp_path_factory):
    provider = Provider(binary, tmp_path_factory.mktemp("requests-oauthlib"))
    yield provider
    provider.close()


@pytest.fixture
def tool(provider, tmp_path):
    """The program of README.md, started; its first line is where to go."""
    provider.browser.forget()
    made = provider.add_application("--auth", "none", "--native", "--redirect-uri", "http://127.0.0.1/callback", name="Tool")
    assert "client_secret" not in made
    program = tmp_path / "tool.py"
    program.write_text(block("A command line with requests-oauthlib"))
    settings = {"ISSUER": provider.url, "CLIENT_ID": made["client_id"], "REQUESTS_CA_BUNDLE": str(provider.ca)}
    process = subprocess.Popen(
        [sys.executable, str(program)], env=clean_environment(**settings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_a_person_signs_in(provider, tool):
    provider.browser.open(tool.stdout.readline().strip())
    provider.enter()
    assert provider.browser.text == "You may close this page."
    said, complaints = tool.communicate(timeout=60)
    assert tool.returncode == 0 and complaints.count("Traceback") == 0, complaints
    # Once with the first access token, and once with the one that the refresh token brought.
    first, second = map(json.loads, said.splitlines())
    assert first == second and first["sub"] == provider.person.id
    assert first["name"] == "Ada Lovelace" and first["email"] == provider.person.email


def test_a_person_does_not_allow_it(provider, tool):
    provider.browser.open(tool.stdout.readline().strip())
    provider.enter(is_asked=False)
    provider.browser.click("deny")
    said, complaints = tool.communicate(timeout=60)
    assert tool.returncode == 1 and said == ""
    assert complaints.endswith("not signed in: access_denied\n"), complaints
