"""A relying party that gets its tokens from the authorization endpoint (OIDC Core §3.2)."""

from urllib.parse import parse_qsl

import verdicts
from pages import Page
from relying_party import RelyingParty

#: A host that nobody calls: a fragment stays in the browser, and where a form leads is read off the page.
REDIRECT = "https://app.example/callback"


class ImplicitParty(RelyingParty):
    """Registered for one of the two response types, and asks for it."""

    def __init__(self, provider, response_type: str, mode: str | None = None, **members):
        self.type = response_type
        own = {"grant_types": ["implicit"], "response_types": [response_type], "redirect_uris": [REDIRECT]}
        super().__init__(provider, mode, **own | members)

    def query(self, **changes: str | None) -> str:
        return super().query(**{"response_type": self.type} | changes)

    def _by_redirect(self, location: str) -> dict:
        assert self.mode != "form_post", location
        assert location.startswith(self.redirect + "#"), location
        return self.answer(parse_qsl(location.partition("#")[2], keep_blank_values=True, strict_parsing=True))

    def _by_form(self, page: Page) -> dict:
        assert self.mode == "form_post" and page.status == 200 and "no-store" in page.reply.headers["Cache-Control"]
        (form,) = page.forms
        assert form.method == "post" and form.action == self.redirect
        return self.answer(list(form.values.items()))

    def answer(self, pairs: list[tuple[str, str]]) -> dict:
        answer = dict(pairs)
        assert len(answer) == len(pairs), f"a parameter twice: {pairs}"
        assert answer.get("state") == self.asked.get("state") and answer["iss"] == self.provider.metadata["issuer"]
        assert ("id_token" in answer) != ("error" in answer) and "code" not in answer, answer
        if "error" not in answer:
            more = {"access_token", "token_type", "expires_in", "scope"} if self.type == "id_token token" else set()
            assert set(answer) == {"id_token", "state", "iss"} | more, answer
        return answer

    def tokens(self, answer: dict, alg: str = "RS256") -> dict:
        """The answer, and under `claims` what its ID token says; of the person under `told`."""
        assert "id_token" in answer, answer
        claims = verdicts.signed(answer["id_token"], self.provider.keys(), alg)
        told = {name: claims.pop(name) for name in set(claims) & set(verdicts.STANDARD_CLAIMS)}
        token = answer.get("access_token")
        verdicts.id_token(
            claims, issuer=self.provider.metadata["issuer"], client=self.id, nonce=self.asked["nonce"], access_token=token
        )
        verdicts.claims_of_person(told)
        assert ("at_hash" in claims) == (token is not None) and claims["sid"]
        if token:
            assert answer["token_type"].lower() == "bearer" and 0 < int(answer["expires_in"]) <= verdicts.YEAR
            assert verdicts.is_hard_to_guess(token)
        return answer | {"claims": claims, "told": told}

    def person(self, tokens: dict) -> dict:
        """What the client can learn of the person, with the `sub`: from userinfo, or where no token came from the ID token."""
        if "access_token" in tokens:
            assert tokens["told"] == {}, "userinfo tells it"
            return self.userinfo(tokens)
        return tokens["told"] | {"sub": tokens["claims"]["sub"]}
