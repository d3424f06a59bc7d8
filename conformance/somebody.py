"""One person with everything: a key, a username, a password, and a sign-in at every face."""

import re
import secrets
import time
from pathlib import Path

import chat
import pages
import session_face
import users
from issuer import Issuer
from keys import ECKey
from process import Server

FIRST, SECOND = "correct horse battery staple", "another battery and another horse"

#: What an account's key may ask for here.
SCOPE = "openid profile email address phone profile:write friends chat:read chat:write"


class Somebody:
    """An account made by its key; username and password came later, as people do it. Credentials are got by `arrive`."""

    def __init__(self, server: Server):
        self.server, self.issuer, self.key, self.clock = server, server.issuer, ECKey(), 0
        account = self.issuer.register(self.key)
        self.id, self.email = account.id, account.email
        self.username, self.password = f"s{secrets.token_hex(6)}", FIRST
        token = self.issuer.key_token(self.key, scope=SCOPE)
        reply = chat.call(self.issuer, token, "PUT", "/api/users/profile", {"username": self.username})
        assert reply.status_code == 200, reply.text
        self.recover(self.ask_recovery(), FIRST)

    def arrive(self) -> None:
        """Signs in everywhere, and keeps what that gave."""
        self.chat_token = chat.login(self.issuer, self.email, self.password).json()["token"]
        self.key_token = self.issuer.key_token(self.key, scope=SCOPE)
        self.access, self.refresh = users.set_cookies(users.login(self.issuer, self.username, self.password))
        self.session_cookie = session_face.cookies(self.session_login())[session_face.COOKIE].value
        self.browser = pages.Visitor(self.issuer)
        assert self.browser.sign_in(self.username, self.password).status == 200
        self.recovery_link = self.ask_recovery()

    # Ways in

    def session_login(self):
        body = {"email": self.email, "password": self.password}
        return session_face.send(self.issuer, "POST", "/users/login", body)

    def page_login(self):
        visitor = pages.Visitor(self.issuer)
        return visitor.post(visitor.get("/sign-in").form("sign-in"), username=self.username, password=self.password)

    def sign(self):
        """A token by the key, on the clock of the server."""
        challenge, now = self.issuer.challenge(), int(time.time()) + self.clock
        assertion = self.issuer.assertion(self.key, challenge=challenge, iat=now, exp=now + 120)
        return self.issuer.token(self.issuer.form(self.key.client_id, assertion, challenge=challenge))

    # Recovery

    def ask_recovery(self) -> str:
        """The path of the link in a fresh mail."""
        before = set(self._letters())
        visitor = pages.Visitor(self.issuer)
        page = visitor.submit(visitor.get("/recover").form(action="/recover"), email=self.email)
        assert page.status == 200, page.text
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            for file in set(self._letters()) - before:
                found = re.search(r"/recover/[A-Za-z0-9_-]+", file.read_text())
                if self.email in file.read_text() and found:
                    return found.group()
            time.sleep(0.05)
        raise AssertionError(f"no recovery mail to {self.email}")

    def recover(self, link: str, password: str):
        visitor = pages.Visitor(self.issuer)
        page = visitor.get(link)
        assert page.status == 200, page.text
        reply = visitor.post(page.form(action=link), password=password)
        assert reply.status_code == 303, reply.text
        self.password = password

    def _letters(self) -> list[Path]:
        return list((self.server.data / "mail").glob("*.eml"))


def profile(person: Somebody):
    return chat.call(person.issuer, person.chat_token, "GET", "/api/users/profile")


def whoami(person: Somebody):
    return users.call(person.issuer, "GET", "/v1/users/me", cookie=person.access)


def verify_session(person: Somebody):
    return session_face.send(person.issuer, "GET", "/users/verify-session", cookie=person.session_cookie)


def account_page(person: Somebody):
    return person.browser.send("GET", "/account")


#: Each way to get or use a credential, the status when it works, and when it does not.
WAYS = {
    "password at the chat face": (lambda p: chat.login(p.issuer, p.email, p.password), 200, 401),
    "password at the user-management face": (lambda p: users.login(p.issuer, p.username, p.password), 200, 401),
    "password at the session face": (lambda p: p.session_login(), 200, 404),
    "password on the sign-in page": (lambda p: p.page_login(), 303, 403),
    "the account's key": (lambda p: p.sign(), 200, 401),
    "token of the chat face": (profile, 200, 401),
    "token of the account's key": (lambda p: p.issuer.userinfo(p.key_token), 200, 401),
    "token cookie of the user-management face": (whoami, 200, 401),
    "refresh cookie of the user-management face": (lambda p: users.renew(p.issuer, p.refresh), 200, 401),
    "cookie of the session face": (verify_session, 200, 401),
    "cookie of the pages": (account_page, 200, 303),
    "recovery link": (lambda p: p.issuer.get(p.recovery_link), 200, 400),
}
