"""An OpenID provider over TLS for applications of other people's making, a person, and a browser."""

import json
from pathlib import Path

from chromium import Chromium
from pages import PASSWORD, Person
from process import Server


class Provider:
    """A server at https://localhost, known by a certificate of its own; calls to clients reach this machine and trust `authority`."""

    def __init__(self, binary: str, folder: Path, authority: Path | None = None):
        self.browser = Chromium(folder / "profile")
        self.ca = folder / "server" / "data" / "tls-self-signed.pem"
        calls = ["--outbound-allow", "127.0.0.0/8,::1/128", "--outbound-ca", str(authority)] if authority else []
        self.server = Server(
            binary, folder / "server", "--tls", "self-signed", *calls, scheme="https", ca=str(self.ca)
        ).start()
        self.url = self.server.origin
        self.person = Person(self.server)

    def close(self) -> None:
        self.browser.close()
        assert self.server.process.poll() is None, self.server.log_text()[-2000:]
        self.server.kill()

    def add_application(self, *options: str, name: str = "Shop") -> dict:
        """`client_id` and, where there is one, `client_secret`."""
        data = ["--data", str(self.server.data), "--keys", str(self.server.keys)]
        return json.loads(self.server.run("clients", "add", *data, "--name", name, "--json", *options))

    def enter(self, browser: Chromium | None = None, is_asked: bool = True) -> None:
        """Signs in on the page that is shown, and allows what is asked for then."""
        browser = browser or self.browser
        assert browser.url.startswith(self.url + "/sign-in?"), browser.url
        browser.sign_in(self.person.username, PASSWORD)
        if is_asked:
            assert browser.has("allow") and browser.has("deny"), browser.text
            browser.click("allow")
