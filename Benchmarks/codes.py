"""The rows of the code flow: an authorize request with a live session, a code redeemed, a refresh; each against the sum of its parts."""

import base64
import hashlib
import json
import multiprocessing
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from issuer import Issuer
from keys import ECKey
from measure import CORES, HERE, compiled, wrk
from pages import Person, Visitor
from population import TEXT
from process import Server
from report import Table

REDIRECT = "https://app.example/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def _assertions(work: tuple[str, str, bytes, int]) -> list[str]:
    """Assertions that live 280 s, each with a `jti` of its own."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    url, client, pem, count = work
    issuer, key = Issuer(url), ECKey("P-256")
    key.private = load_pem_private_key(pem, None)
    form = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    return [urlencode(form | {"client_assertion": issuer.assertion(key, client, exp=int(time.time()) + 280)}) for _ in range(count)]


class Application:
    """A confidential client that signs ES256, gets ES256 ID tokens, and was allowed offline access by a person with a live session."""

    def __init__(self, server: Server):
        from cryptography.hazmat.primitives import serialization

        self.server = server
        self.key = ECKey("P-256")
        self.pem = self.key.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        jwks = server.folder / "app.json"
        jwks.write_text(json.dumps({"keys": [self.key.jwk]}))
        made = json.loads(server.run(
            "clients", "add", "--data", str(server.data), "--name", "app", "--auth", "private_key_jwt", "--jwks", str(jwks),
            "--redirect-uri", REDIRECT, "--id-token-alg", "ES256", "--scope", "openid offline_access", "--json",
        ))
        self.id = made["client_id"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        self.query = {
            "client_id": self.id, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid offline_access", "state": "s",
            "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256",
        }
        visitor = Visitor(server.issuer)
        visitor.sign_in(Person(server).username)
        page = visitor.get("/authorize?" + urlencode(self.query))
        visitor.post(page.form("allow"), choice="allow")
        self.cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())

    @property
    def silent(self) -> str:
        return self.server.origin + "/authorize?" + urlencode(self.query | {"prompt": "none"})

    def assertions(self, count: int) -> list[str]:
        work = [(self.server.origin, self.id, self.pem, -(-count // CORES)) for _ in range(CORES)]
        with multiprocessing.Pool(CORES) as pool:
            return [one for part in pool.map(_assertions, work) for one in part][:count]

    def codes(self, count: int, folder: Path) -> list[str]:
        file = folder / "codes.txt"
        command = ["wrk", "-t1", "-c32", "-d60s", "-s", str(HERE / "wrk" / "codes.lua"), "-H", f"Cookie: {self.cookie}", self.silent]
        subprocess.run(command, stdout=subprocess.DEVNULL, env=os.environ | {"CODES": str(file), "COUNT": str(count)}, check=True)
        return file.read_text().split()

    def redeem(self, forms: list[dict], assertions: list[str], seconds: float, folder: Path):
        file = folder / "forms"
        file.write_text("".join(f"{urlencode(form)}&{assertion}\n" for form, assertion in zip(forms, assertions)))
        return wrk(self.server.origin, seconds, "redeem.lua", connections=64, FORMS=str(file))


def codes(table: Table, options, h: float, folder: Path, parts: dict) -> None:
    """`parts` are the ceilings V and S, on all cores."""
    server = Server(str(options.binaries / "martlet"), folder / "codes").start()
    try:
        app = Application(server)
        Person(server)  # the bare loop writes messages from one to another
        load = wrk(app.silent, options.seconds, headers={"Cookie": app.cookie})
        table.add("authorize, prompt=none, live session", load.rate, "/s", "at least 5,000/s", load.rate >= 5000 and not load.spoiled,
                  note=f"a durable write each; p50 {load.p50} µs, p99 {load.p99} µs; {load.spoiled or 'none refused'}")
        writes = float(compiled("message_writes", folder, "-lsqlite3")(copy(server, folder), TEXT, options.crypto_seconds))
        redeemed(table, options, app, folder, 1 / (1 / h + 1 / parts["V"] + 2 / parts["S"] + 2 / writes))
        refreshed(table, options, app, folder, 1 / (1 / h + 1 / parts["V"] + 2 / parts["S"] + 1 / writes))
    finally:
        server.kill()


def copy(server: Server, folder: Path) -> Path:
    """The database as it is, for the bare loop of writes."""
    import sqlite3

    target = folder / "codes.db"
    source, destination = sqlite3.connect(server.data / "martlet.db"), sqlite3.connect(target)
    source.backup(destination)
    source.close()
    destination.close()
    return target


def redeemed(table: Table, options, app: Application, folder: Path, ceiling: float) -> None:
    guess = ceiling
    for _ in range(4):
        count = int(guess * options.seconds * 1.1)
        assertions = app.assertions(count)
        found = app.codes(count, folder)
        forms = [{"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER} for code in found]
        load = app.redeem(forms, assertions, options.seconds, folder)
        if load.refused >= 0:
            break
        guess = load.rate * 1.3
    table.rate("code redeemed: private_key_jwt in, ES256 ID and access token, refresh token", load, ceiling, 0.6,
               "ceiling 1/(1/H + 1/V + 2/S + 2/W), W: rows written in a bare loop, 64 a transaction; wrk -c64")


def refreshed(table: Table, options, app: Application, folder: Path, ceiling: float) -> None:
    code = app.codes(1, folder)[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    first = app.server.issuer.post("/oauth/token", data=dict(
        (name, values[0]) for name, values in parse_qs(urlencode(form) + "&" + app.assertions(1)[0]).items()
    )).json()
    guess = ceiling
    for _ in range(4):
        assertions = app.assertions(int(guess * options.seconds * 1.1))
        forms = [{"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}] * len(assertions)
        load = app.redeem(forms, assertions, options.seconds, folder)
        if load.refused >= 0:
            break
        guess = load.rate * 1.3
    table.rate("refresh: private_key_jwt in, ES256 ID and access token", load, ceiling, 0.6, "ceiling 1/(1/H + 1/V + 2/S + 1/W); wrk -c64")
