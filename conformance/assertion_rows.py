"""The attacks on a signed assertion, one row each: the id in the security catalogue, a name, and how the assertion is made.

A maker gets a `Signer` and returns the assertion. The signer signs for a client that exists, with its own key, so that the
named defect is the only one.
"""

import json
import time

from joserfc import jwe
from joserfc.jwk import ECKey as JoseECKey

from issuer import ABSENT, Issuer
from keys import ECKey, ORDER_P256, RSAKey, SecretKey, b64, canonical, compact, unb64


class Signer:
    def __init__(self, issuer: Issuer, key: ECKey, client_id: str, challenged: bool):
        self.issuer, self.key, self.client_id, self.challenged = issuer, key, client_id, challenged

    def claims(self, **changes) -> dict:
        if self.challenged:
            changes = {"challenge": self.issuer.challenge()} | changes
        return self.issuer.claims(self.client_id, **changes)

    def header(self, **changes) -> dict:
        header = {"alg": self.key.algorithm, "typ": "JWT"} | changes
        return {name: value for name, value in header.items() if value is not ABSENT}

    def with_claims(self, **changes) -> str:
        return compact(self.header(), self.claims(**changes), self.key.sign)

    def with_header(self, **changes) -> str:
        return compact(self.header(**changes), self.claims(), self.key.sign)

    def with_raw_claims(self, more: str) -> str:
        """The claims with raw JSON text put before the closing brace."""
        return compact(self.header(), json.dumps(self.claims())[:-1].encode() + more.encode("utf-8", "surrogatepass") + b"}", self.key.sign)

    def with_raw_header(self, raw: bytes) -> str:
        return compact(raw, self.claims(), self.key.sign)

    def good(self) -> str:
        return self.with_claims()

    def resigned(self, change) -> str:
        """A good assertion whose signature bytes went through `change`."""
        head, body, signature = self.good().split(".")
        return f"{head}.{body}.{b64(change(unb64(signature)))}"


def now(offset: int) -> int:
    return int(time.time()) + offset


def by_secret(secret):
    return lambda s: compact(s.header(alg="HS256"), s.claims(), SecretKey(secret(s.key)).sign)


def other_key(**header):
    def make(s: Signer) -> str:
        attacker = ECKey()
        filled = {name: value(attacker) for name, value in header.items()}
        return compact(s.header(**filled), s.claims(), attacker.sign)
    return make


def der(s: Signer) -> str:
    head, body = b64(json.dumps(s.header()).encode()), b64(json.dumps(s.claims()).encode())
    return f"{head}.{body}.{b64(s.key.sign_der(f'{head}.{body}'.encode()))}"


def stripped(s: Signer) -> str:
    """A signature whose r begins with a zero byte, sent without it: 63 bytes."""
    head, body = b64(json.dumps(s.header()).encode()), b64(json.dumps(s.claims()).encode())
    for _ in range(20000):
        signature = s.key.sign(f"{head}.{body}".encode())
        if signature[0] == 0:
            return f"{head}.{body}.{b64(signature[1:])}"
    raise AssertionError("no such signature in 20,000")


def high_s(raw: bytes) -> bytes:
    s = int.from_bytes(raw[32:], "big")
    return raw[:32] + max(s, ORDER_P256 - s).to_bytes(32, "big")


def encrypted(algorithm: str, **more):
    """A JWE to the server's own public key, claims inside, where a JWS is due."""
    def make(s: Signer) -> str:
        public = next(key for key in s.issuer.get("/oauth/jwks").json()["keys"] if key["kty"] == "EC")
        key = JoseECKey.import_key({name: public[name] for name in ("kty", "crv", "x", "y")})
        return jwe.encrypt_compact({"alg": algorithm, "enc": "A128GCM", **more}, canonical(s.claims()), key)
    return make


def five_parts(**header):
    return lambda s: ".".join(b64(part) for part in (canonical(header), b"x" * 32, b"x" * 12, canonical(s.claims()), b"x" * 16))


def general_json(s: Signer) -> str:
    head, body, signature = s.good().split(".")
    return json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]})


def segments(change):
    return lambda s: ".".join(change(s.good().split(".")))


def raw_payload(s: Signer) -> str:
    """RFC 7797: the payload is signed and sent as it is, here without a dot or a letter that is not base64url."""
    head = b64(canonical(s.header(b64=False, crit=["b64"])))
    return f"{head}.{b64(canonical(s.claims()))}.{b64(s.key.sign(f'{head}.'.encode() + canonical(s.claims())))}"


def claim(name):
    return lambda value: (lambda s: s.with_claims(**{name: value(s) if callable(value) else value}))


aud, exp, iat, nbf, jti, typ, crit, alg = *(claim(n) for n in ("aud", "exp", "iat", "nbf", "jti")), *(
    (lambda n: lambda value: (lambda s: s.with_header(**{n: value})))(n) for n in ("typ", "crit", "alg")
)
raw = lambda text: (lambda s: s.with_raw_claims(text))

REFUSED = [
    *[("CA-10", f"alg {name}, no signature", lambda s, name=name: compact(s.header(alg=name), s.claims(), lambda _: b""))
      for name in ("none", "None", "NONE", "nOnE")],
    *[("CA-10", f"alg {name!r}, own signature", alg(name)) for name in ("none", "", None, 256, ["ES256"], "es256", "ES256 ", ABSENT)],
    ("CA-11", "HS256 by the PEM", by_secret(lambda k: k.pem())),
    ("CA-11", "HS256 by the PEM without newline", by_secret(lambda k: k.pem().rstrip())),
    ("CA-11", "HS256 by the DER", by_secret(lambda k: k.der())),
    ("CA-11", "HS256 by the JWK", by_secret(lambda k: canonical(k.jwk))),
    ("CA-11", "HS256 by the point", by_secret(lambda k: bytes.fromhex(k.hex()))),
    ("CA-11", "HS256 by the hex", by_secret(lambda k: k.hex().encode())),
    ("CA-11", "HS256 by nothing", by_secret(lambda k: b"")),
    ("CA-12", "RS256 by an RSA key", lambda s: compact(s.header(alg="RS256"), s.claims(), RSAKey().sign)),
    *[("CA-12", f"{name} in the header of an ES256 signature", alg(name)) for name in ("ES256K", "ES384", "ES512", "EdDSA", "PS256")],
    ("CA-14", "aud with a number", aud(lambda s: [s.issuer.name, 1])),
    *[("CA-14", f"aud {json.dumps(value)[:40]}", aud(value)) for value in (
        [None], {}, [], "", None, 1, True, [["x"]], "https://other.example", ["https://other.example"])],
    ("CA-14", "aud missing", aud(ABSENT)),
    ("CA-14", "aud and another", aud(lambda s: [s.issuer.name, "https://other.example"])),
    ("CA-14", "aud the token endpoint", aud(lambda s: s.issuer.name + "/oauth/token")),
    ("CA-14", "aud with a slash", aud(lambda s: s.issuer.name + "/")),
    ("CA-14", "aud in capitals", aud(lambda s: s.issuer.name.upper())),
    ("CA-15", "iss of another", claim("iss")("other")), ("CA-15", "sub of another", claim("sub")("other")),
    ("CA-15", "iss and sub of another", lambda s: s.with_claims(iss="other", sub="other")),
    ("CA-15", "iss missing", claim("iss")(ABSENT)), ("CA-15", "sub missing", claim("sub")(ABSENT)),
    ("CA-15", "iss a list", claim("iss")(lambda s: [s.client_id])), ("CA-15", "sub a number", claim("sub")(1)),
    ("CA-16", "exp missing", exp(ABSENT)), ("CA-16", "exp past", lambda s: s.with_claims(iat=now(-200), exp=now(-90))),
    ("CA-16", "exp a year ahead", exp(lambda s: now(31536000))), ("CA-16", "exp over 5 minutes ahead", exp(lambda s: now(420))),
    ("CA-16", "iat in the future", iat(lambda s: now(100))), ("CA-16", "nbf in the future", nbf(lambda s: now(100))),
    ("CA-16", "issued an hour ago", iat(lambda s: now(-3600))), ("CA-16", "nbf after exp", nbf(lambda s: now(200))),
    ("CA-22", "jti missing", jti(ABSENT)), ("CA-22", "jti empty", jti("")), ("CA-22", "jti of 257 bytes", jti("a" * 257)),
    ("CA-22", "jti of 10 KB", jti("a" * 10000)), ("CA-22", "jti a number", jti(1)), ("CA-22", "jti null", jti(None)),
    *[("CA-28", f"typ {value}", typ(value)) for value in (
        "at+jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt", "oauth-authz-req+jwt", 1, "")],
    ("JW-03", "another key in jwk", other_key(jwk=lambda k: k.jwk)),
    ("JW-03", "the own key in jwk", lambda s: s.with_header(jwk=s.key.jwk)),
    ("JW-03", "another private key in jwk", other_key(jwk=lambda k: k.private_jwk)),
    ("JW-03", "another key by its kid", other_key(kid=lambda k: k.thumbprint)),
    *[("JW-06", f"crit {json.dumps(value)}", crit(value)) for value in (
        ["exp"], [], ["no-such"], ["alg"], ["b64"], "exp", [1], None, {}, ["no-such", "no-such"], ["typ"])],
    ("JW-07", "b64 false", lambda s: s.with_header(b64=False)), ("JW-07", "b64 false, critical", raw_payload),
    ("JW-07", "b64 false, critical, encoded all the same", lambda s: s.with_header(b64=False, crit=["b64"])),
    ("JW-07", "b64 true, critical", lambda s: s.with_header(b64=True, crit=["b64"])),
    ("JW-08", "aud twice", raw(',"aud":"x"')), ("JW-08", "aud twice, once escaped", raw(',"\\u0061ud":"x"')),
    ("JW-08", "jti twice", raw(',"jti":"another"')), ("JW-08", "exp twice", raw(',"exp":9999999999')),
    ("JW-08", "a member within a claim twice", raw(',"x":{"a":1,"a":2}')),
    ("JW-08", "alg twice", lambda s: s.with_raw_header(b'{"alg":"ES256","alg":"ES256"}')),
    ("JW-08", "alg twice, once escaped", lambda s: s.with_raw_header(b'{"alg":"ES256","\\u0061lg":"none"}')),
    ("JW-08", "typ twice", lambda s: s.with_raw_header(b'{"alg":"ES256","typ":"JWT","typ":"JWT"}')),
    ("JW-10", "a DER signature", der), ("JW-10", "63 bytes", lambda s: s.resigned(lambda x: x[:-1])),
    ("JW-10", "65 bytes", lambda s: s.resigned(lambda x: x + b"\0")), ("JW-10", "a leading zero stripped", stripped),
    ("JW-10", "zeros", lambda s: s.resigned(lambda x: bytes(64))), ("JW-10", "r zero", lambda s: s.resigned(lambda x: bytes(32) + x[32:])),
    ("JW-10", "s the order", lambda s: s.resigned(lambda x: x[:32] + ORDER_P256.to_bytes(32, "big"))),
    ("JW-10", "r plus the order", lambda s: s.resigned(lambda x: (int.from_bytes(x[:32], "big") + ORDER_P256).to_bytes(33, "big") + x[32:])),
    ("JW-10", "all ones", lambda s: s.resigned(lambda x: b"\xff" * 64)), ("JW-10", "r and s swapped", lambda s: s.resigned(lambda x: x[32:] + x[:32])),
    ("JW-10", "one bit", lambda s: s.resigned(lambda x: x[:-1] + bytes([x[-1] ^ 1]))), ("JW-10", "none", lambda s: s.resigned(lambda x: b"")),
    ("JW-18", "one segment", segments(lambda p: p[:1])), ("JW-18", "two segments", segments(lambda p: p[:2])),
    ("JW-18", "four segments", segments(lambda p: p + ["AA"])), ("JW-18", "five segments", segments(lambda p: p + ["AA", "AA"])),
    ("JW-18", "an empty header", segments(lambda p: ["", *p[1:]])), ("JW-18", "an empty payload", segments(lambda p: [p[0], "", p[2]])),
    ("JW-18", "dots", lambda s: ".."), ("JW-18", "a leading dot", segments(lambda p: ["", *p])), ("JW-18", "empty", lambda s: ""),
    ("JW-18", "JSON serialization", general_json), ("JW-18", "padding", segments(lambda p: [*p[:2], p[2] + "=="])),
    ("JW-18", "white space", segments(lambda p: [*p[:2], p[2] + " "])), ("JW-18", "a line break", segments(lambda p: [p[0], p[1][:9] + "\n" + p[1][9:], p[2]])),
    ("JW-18", "unused bits set", segments(lambda p: [*p[:2], p[2][:-1] + chr(ord(p[2][-1]) + 1)])),
    ("JW-18", "the payload of another", lambda s: ".".join([*s.good().split(".")[:1], s.good().split(".")[1], s.good().split(".")[2]])),
    ("JW-18", "a payload that is a list", lambda s: compact(s.header(), [s.claims()], s.key.sign)),
    ("JW-18", "a payload that is no JSON", lambda s: compact(s.header(), b"claims", s.key.sign)),
    ("JW-18", "a header that is a list", lambda s: s.with_raw_header(b'["ES256"]')),
    ("JW-18", "text after the claims", lambda s: compact(s.header(), json.dumps(s.claims()).encode() + b"{}", s.key.sign)),
    ("JW-19", "invalid UTF-8 in a claim", lambda s: compact(s.header(), json.dumps(s.claims())[:-1].encode() + b',"x":"\xff\xfe"}', s.key.sign)),
    ("JW-19", "an overlong form", lambda s: compact(s.header(), json.dumps(s.claims())[:-1].encode() + b',"x":"\xc0\x80"}', s.key.sign)),
    ("JW-19", "an encoded surrogate", lambda s: compact(s.header(), json.dumps(s.claims())[:-1].encode() + b',"x":"\xed\xa0\x80"}', s.key.sign)),
    ("JW-19", "an escaped lone surrogate", raw(',"x":"\\ud800"')), ("JW-19", "a control character", raw(',"x":"\x01"')),
    ("JW-19", "invalid UTF-8 in the header", lambda s: s.with_raw_header(b'{"alg":"ES256","x":"\xff"}')),
    ("JW-19", "BOM before the claims", lambda s: compact(s.header(), b"\xef\xbb\xbf" + json.dumps(s.claims()).encode(), s.key.sign)),
    ("JW-19", "BOM before the header", lambda s: s.with_raw_header(b'\xef\xbb\xbf{"alg":"ES256"}')),
    ("JW-20", "deep claims", raw(',"x":' + "[" * 3000 + "]" * 3000)), ("JW-20", "unclosed depth", raw(',"x":' + "[" * 6000)),
    ("JW-20", "a deep header", lambda s: s.with_raw_header(b'{"alg":"ES256","x":' + b"[" * 3000 + b"]" * 3000 + b"}")),
    ("JW-20", "33 levels", raw(',"x":' + '{"a":' * 33 + "1" + "}" * 33)), ("JW-20", "over 16 KiB", raw(',"x":"' + "a" * 17000 + '"')),
    *[("JW-22", f"exp {text}", lambda s, text=text: compact(
        s.header(), json.dumps(s.claims(exp=ABSENT))[:-1].encode() + f',"exp":{text}}}'.encode(), s.key.sign)) for text in (
        '"9999999999"', "-1", "0", "1e400", "-1e400", "NaN", "Infinity", "9223372036854775807", "9223372036854775808",
        "18446744073709551616", "1e19", "1e308", "-9223372036854775808", "-9223372036854775809", "true", "null", "[]", "{}", "01", "+1", "1.", ".5", "0x7f")],
    *[("JW-22", f"iat {text}", lambda s, text=text: compact(
        s.header(), json.dumps(s.claims(iat=ABSENT))[:-1].encode() + f',"iat":{text}}}'.encode(), s.key.sign)) for text in (
        '"1"', "9223372036854775807", "-9223372036854775808", "1e400", "NaN", "null")],
    ("JW-22", "nbf text", nbf("1")), ("JW-22", "nbf far", nbf(9223372036854775807)),
    ("JW-26", "JWE with zip", five_parts(alg="dir", enc="A128GCM", zip="DEF")), ("JW-26", "a signature with zip", lambda s: s.with_header(zip="DEF")),
    ("JW-27", "PBES2 with a great p2c", five_parts(alg="PBES2-HS256+A128KW", enc="A128GCM", p2c=2147483647, p2s="AAAA")),
    ("JW-28", "RSA1_5", five_parts(alg="RSA1_5", enc="A128CBC-HS256")), ("JW-30", "encrypted, not signed", encrypted("ECDH-ES")),
    ("JW-30", "encrypted, wrapped key", encrypted("ECDH-ES+A128KW")),
]

ACCEPTED = [
    ("CA-01", "the control", Signer.good), ("CA-16", "iat 8 s ahead", iat(lambda s: now(8))), ("CA-16", "nbf 8 s ahead", nbf(lambda s: now(8))),
    ("CA-16", "exp 280 s ahead", exp(lambda s: now(280))), ("CA-22", "jti of 256 bytes", jti(lambda s: s.claims()["jti"].ljust(256, "a"))),
    ("CA-28", "no typ", typ(ABSENT)), ("CA-28", "typ in small letters", typ("jwt")), ("JW-11", "high s", lambda s: s.resigned(high_s)),
    ("JW-20", "30 levels", raw(',"x":' + '{"a":' * 29 + "1" + "}" * 29)),
    ("JW-19", "escaped pair", raw(',"x":"\\ud83d\\ude00"')),
]
