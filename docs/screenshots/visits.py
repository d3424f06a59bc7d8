"""The way through all pages, each under the name of its picture."""

import json
import time
from email import message_from_bytes, policy
from functools import cached_property
from urllib.parse import urlencode

import requests

PASSWORD = "correct horse battery staple"
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
]
#: What the sign-in page, the consent page and the account chooser say in the other languages.
LANGUAGES = {
    "de": ("Anmelden", "diesen Zugriff behalten, wenn Sie nicht da sind", "Konto auswählen"),
    "es": ("Iniciar sesión", "Conservar este acceso cuando usted no esté presente", "Elegir una cuenta"),
    "zh": ("登录", "在您离开后保留此访问权限", "选择账号"),
}


class Visits:
    """One person's visits: an administrator, with a long name."""

    def __init__(self, server, browser, add_account, key: str):
        self.server, self.browser, self.driver = server, browser, browser.driver
        self.origin, self.key = server.origin, key
        self.username = f"ada-{key}"
        self.id = add_account(server, self.username, "Ada Lovelace, Countess of a Rather Long Name", "--admin")
        self.friend = f"grace-{key}"
        self.friend_id = add_account(server, self.friend, "Grace Hopper")
        for agent in AGENTS:
            requests.post(
                f"{self.origin}/api/auth/login", json={"email": f"{self.username}@example.com", "password": PASSWORD},
                headers={"User-Agent": agent}, timeout=10,
            ).raise_for_status()

    def open(self, path: str) -> None:
        self.driver.get(self.origin + path)

    def at(self, path: str) -> None:
        assert self.driver.current_url == self.origin + path, f"{self.driver.current_url} is not {path}"

    def says(self, text: str) -> None:
        assert text in self.driver.page_source, f"{self.driver.current_url} does not say {text!r}"

    def fill(self, button: str, **fields: str) -> None:
        for id, text in fields.items():
            self.browser.type(id.replace("__", "-"), text)
        self.browser.press(button)

    def link_in_mail(self, subject: str, to: str) -> str:
        limit = time.monotonic() + 10
        while time.monotonic() < limit:
            for file in sorted((self.server.data / "mail").glob("*.eml"), reverse=True):
                letter = message_from_bytes(file.read_bytes(), policy=policy.default)
                if letter["Subject"] == subject and to in letter["To"]:
                    return next(line for line in letter.get_content().splitlines() if line.startswith("http"))
            time.sleep(0.05)
        raise AssertionError(f"no mail {subject!r} to {to}")

    def all(self):
        yield from self.before_sign_in()
        yield from self.account()
        yield from self.application()
        if self.browser.width == 390:
            yield from self.languages()
        yield from self.lists()
        yield from self.goodbye()

    def before_sign_in(self):
        self.open("/account/sessions")
        self.says("Please sign in to go on.")
        yield "sign-in-needed"
        self.open("/sign-in")
        yield "sign-in"
        self.fill("sign-in", username=self.username, password="wrong")
        self.says("The username or the password is wrong.")
        yield "sign-in-wrong"
        # What a browser checks itself is checked by the server too.
        self.driver.execute_script("document.querySelector('form').noValidate = true")
        self.browser.press("sign-in")
        self.says("Type your password.")
        yield "sign-in-empty"
        self.open("/register")
        yield "register"
        self.driver.execute_script("document.querySelector('form').noValidate = true")
        self.fill("register", username=self.username, email="nowhere", name="Grace Hopper", password="password")
        self.says("Type an email address")
        yield "register-refused"
        self.fill("register", username=f"new-{self.key}", email=f"newcomer-{self.key}@example.com", password=PASSWORD)
        self.at("/sign-in?done=registered")
        yield "registered"
        self.open("/recover")
        yield "recover"
        self.fill("recover", email=f"{self.friend}@example.com")
        self.at("/recover?done=recovery-sent")
        yield "recover-sent"
        link = self.link_in_mail("Choose a new password", self.friend)
        self.driver.get(link)
        yield "choose-password"
        self.fill("set-password", password="password")
        self.says("is among the commonest passwords")
        yield "choose-password-refused"
        self.fill("set-password", password="another horse, another battery")
        self.at("/sign-in?done=password-set")
        yield "password-set"
        self.driver.get(link)
        yield "recovery-link-dead"
        self.open("/api/verify/x")
        yield "verification-failed"
        self.open("/no-such-page")
        self.says("There is nothing here")
        yield "not-found"
        self.open("/oauth/errors")
        yield "oauth-errors"

    def application(self):
        """What an application shows people of these pages. Its own page is one of the server, which anybody may look at."""
        request = self.request
        back = request["redirect_uri"]
        self.open("/authorize?" + urlencode(request))
        self.says("Keep this access when you are not there")
        yield "consent"
        self.browser.press("allow")
        assert self.driver.current_url.startswith(back + "?code="), self.driver.current_url
        self.open("/authorize?" + urlencode(request | {"prompt": "login"}))
        self.says("to go on to The Photo Shop")
        yield "sign-in-for-application"
        self.open("/authorize?" + urlencode(request | {"redirect_uri": "https://elsewhere.example/"}))
        self.says("This sign-in request cannot be served")
        yield "request-refused"
        self.open("/authorize?" + urlencode(request | {"prompt": "select_account"}))
        self.says("to go on to The Photo Shop")
        yield "accounts-for-application"
        self.open("/account/applications")
        self.says("The Photo Shop")
        yield "applications"
        self.open("/end-session")
        yield "sign-out-question"

    @cached_property
    def request(self) -> dict:
        """What an application asks for."""
        back = f"{self.origin}/oauth/errors"
        made = json.loads(self.server.run(
            "clients", "add", "--data", str(self.server.data), "--name", "The Photo Shop Around the Corner", "--redirect-uri", back, "--json"
        ))
        return {"client_id": made["client_id"], "redirect_uri": back, "response_type": "code", "scope": "openid profile email offline_access"}

    def languages(self):
        """The pages that an application leads to, in the languages that it may ask for; words are longest on a phone."""
        pages = (("sign-in", "login"), ("consent", "consent"), ("accounts", "select_account"))
        for language, sentences in LANGUAGES.items():
            for (name, prompt), sentence in zip(pages, sentences):
                self.open("/authorize?" + urlencode(self.request | {"prompt": prompt, "ui_locales": language}))
                self.says(f'<html lang="{language}')
                self.says(sentence)
                yield f"{name}-{language}"

    def account(self):
        self.open("/sign-in?return=%2faccount%2fsessions")
        self.fill("sign-in", username=self.username, password=PASSWORD)
        self.at("/account/sessions")
        self.open("/account")
        yield "account"
        self.fill("change-name", name="Ada King")
        self.at("/account?done=name-changed")
        yield "account-renamed"
        self.fill("change-email", email="elsewhere@example.com", email__current__password="wrong")
        self.says("This is not your current password.")
        yield "account-refused"
        self.fill("change-email", email=f"new-{self.key}@example.com", email__current__password=PASSWORD)
        self.at("/account?done=email-changed")
        yield "account-email-changed"
        self.driver.get(self.link_in_mail("Confirm your email address", f"new-{self.key}"))
        yield "confirm-email"
        self.browser.press("confirm")
        self.says("Your email address is confirmed")
        yield "email-confirmed"
        self.open("/account")
        self.fill("change-password", current__password=PASSWORD, new_password=PASSWORD + " two")
        self.at("/account?done=password-changed")
        yield "account-password-changed"

    def lists(self):
        for agent in AGENTS:
            requests.post(
                f"{self.origin}/api/auth/login", json={"email": f"new-{self.key}@example.com", "password": PASSWORD + " two"},
                headers={"User-Agent": agent}, timeout=10,
            ).raise_for_status()
        self.open("/account/sessions")
        yield "sessions"
        self.browser.press_first("#sessions td button")
        self.at("/account/sessions?done=session-ended")
        yield "sessions-ended"
        self.open("/account/details")
        yield "account-details"
        self.fill("save-profile", given_name="Ada", birthdate="10.12.1815")
        self.says("Date of birth: type it in the form of the example.")
        yield "account-details-refused"
        self.open("/account/keys")
        yield "keys-none"
        self.open("/account/friends")
        yield "friends-none"
        self.fill("add-friend", friend="nobody-at-all")
        self.says("Nobody here has this username or address.")
        yield "friends-unknown"
        self.fill("add-friend", friend=self.friend)
        self.at("/account/friends?done=friend-added")
        yield "friends"
        self.open("/admin/users")
        yield "users"
        self.fill("search-users", search="grace")
        yield "users-found"
        self.open(f"/admin/users/{self.id}")
        yield "user"
        self.open(f"/admin/users/{self.friend_id}")
        yield "user-other"
        self.browser.press("block")
        self.at(f"/admin/users/{self.friend_id}?done=account-blocked")
        yield "user-blocked"
        self.browser.press("unblock")
        self.at(f"/admin/users/{self.friend_id}?done=account-unblocked")

    def goodbye(self):
        self.open("/sign-in?again=yes")
        self.fill("sign-in", username=self.friend, password="another horse, another battery")
        self.open("/accounts")
        self.says("in use here")
        yield "accounts"
        self.browser.press("sign-out-all")
        self.at("/sign-in?done=signed-out")
        yield "signed-out"
        self.open("/account")
        self.says("Please sign in to go on.")
