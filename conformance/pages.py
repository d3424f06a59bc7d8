"""A visitor of the pages without scripts: reads HTML, keeps cookies, fills forms in, presses buttons."""

import json
import re
import secrets
import subprocess
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

from issuer import Issuer
from process import Server, clean_environment

PASSWORD = "correct horse battery staple"
FORM = "application/x-www-form-urlencoded"
VOID = {"meta", "link", "input", "br", "img", "hr"}
SESSION = "__Host-martlet"


@dataclass
class Form:
    action: str
    method: str
    values: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)


class Page(HTMLParser):
    """A page that was read; asserts that it is well-formed."""

    def __init__(self, reply):
        super().__init__(convert_charrefs=True)
        self.reply, self.status, self.url = reply, reply.status_code, reply.url
        self.forms, self.tags, self.ids, self.labels, self.open = [], [], {}, {}, []
        self.texts = {}
        assert reply.headers["Content-Type"] == "text/html; charset=utf-8", reply.headers["Content-Type"]
        assert reply.text.startswith("<!DOCTYPE html>\n")
        self.feed(reply.text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"an attribute twice: {attrs}"
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attributes:
            assert attributes["id"] not in self.ids, f"an id twice: {attributes['id']}"
            self.ids[attributes["id"]] = (tag, attributes)
        if tag == "form":
            self.forms.append(Form(attributes["action"], attributes["method"]))
        elif tag == "input" and (attributes["type"] != "checkbox" or "checked" in attributes):
            self.forms[-1].values[attributes["name"]] = attributes.get("value", "")
        elif tag == "button":
            self.forms[-1].buttons.append(attributes.get("id"))
        elif tag == "label":
            self.labels[attributes["for"]] = tag

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open}"
        self.open.pop()

    def handle_data(self, data):
        for tag in self.open:
            self.texts[tag] = self.texts.get(tag, "") + data

    @property
    def title(self) -> str:
        return self.texts["title"]

    @property
    def text(self) -> str:
        return " ".join(self.texts["main"].split())

    @property
    def alert(self) -> str | None:
        """What the box above the page says."""
        if "alert" not in self.ids:
            return None
        box = self.reply.text.partition('id="alert"')[2].partition("</p>")[0].partition("</strong>")[2]
        return " ".join(box.replace("&#39;", "'").split())

    def form(self, button: str | None = None, action: str | None = None, number: int = 0) -> Form:
        """The form with a button of this id, or the one that goes to `action`."""
        found = [form for form in self.forms if (button in form.buttons if button else form.action.endswith(action))]
        assert len(found) > number, f"{self.url} has no form {button or action}"
        return found[number]


class Visitor:
    """One browser. Follows redirects to pages of the server, and only by GET."""

    def __init__(self, issuer: Issuer, **headers):
        self.issuer, self.headers = Issuer(issuer.url, issuer.name), {"Accept": "text/html"} | headers
        # Cookies are kept here: the library would not send Secure ones to http://127.0.0.1, which browsers do.
        self.issuer.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(issuer.url))

    def send(self, method: str, path: str, headers: dict | None = None, **options):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        fields = self.headers | ({"Cookie": cookie} if cookie else {}) | (headers or {})
        fields = {name: value for name, value in fields.items() if value is not None}
        reply = self.issuer.send(method, urljoin(self.issuer.url + "/", path), headers=fields, **options)
        self.set_cookies = reply.raw.headers.getlist("Set-Cookie")
        for line in self.set_cookies:
            name, value = line.partition(";")[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return reply

    def get(self, path: str) -> Page:
        """The page at `path`, after at most three redirects."""
        for _ in range(4):
            reply = self.send("GET", path)
            if reply.status_code != 303:
                return Page(reply)
            path = reply.headers["Location"]
            assert path.startswith("/") and not path.startswith("//"), path
        raise AssertionError(f"too many redirects, the last to {path}")

    def post(self, form: Form, **changes):
        """Sends a form as a browser does, and gives the reply itself."""
        assert form.method == "post"
        values = {name: value for name, value in (form.values | changes).items() if value is not None}
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        return self.send("POST", form.action, headers, data=values)

    def submit(self, form: Form, **changes) -> Page:
        """Sends a form, and gives the page that the browser shows then."""
        reply = self.post(form, **changes)
        return self.get(reply.headers["Location"]) if reply.status_code == 303 else Page(reply)

    def sign_in(self, username: str, password: str = PASSWORD, **more) -> Page:
        return self.submit(self.get("/sign-in").form("sign-in"), username=username, password=password, **more)

    @property
    def session(self) -> str | None:
        return self.cookies.get(SESSION)


class Person:
    """An account with a password, made on the command line."""

    def __init__(self, server: Server, *options: str):
        self.username = f"p{secrets.token_hex(6)}"
        self.email = f"{self.username}@example.com"
        done = subprocess.run(
            [server.binary, "accounts", "add", "--username", self.username, "--email", self.email, "--name", "Ada Lovelace",
             "--data", str(server.data), "--json", *options],
            input=PASSWORD + "\n", cwd=server.folder, env=clean_environment(), capture_output=True, text=True, timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.id = json.loads(done.stdout)["id"]

    def __str__(self) -> str:
        return self.username


def link_in_mail(server: Server, email: str, path: str, seconds: float = 10) -> str:
    """The path of the newest link below `path` that was mailed to an address."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        for file in sorted((server.data / "mail").glob("*.eml"), reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            found = re.search(rf"{re.escape(path)}\S+", letter.get_content())
            if email in letter["To"] and found:
                return found.group()
        time.sleep(0.05)
    raise AssertionError(f"no mail with {path} to {email}")
