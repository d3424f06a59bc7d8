"""What is checked of the answers in every module of the OpenID Foundation's plans: tokens, claims, errors, texts that nobody may guess."""

import hashlib
import json
import math
import re
import time
from collections import Counter

from joserfc import jws
from joserfc.jwk import KeySet

from keys import b64, peek

#: OIDC Core §5.1, with the JSON type of each.
STANDARD_CLAIMS = {
    **{name: str for name in (
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email",
        "gender", "birthdate", "zoneinfo", "locale", "phone_number",
    )},
    "email_verified": bool, "phone_number_verified": bool, "address": dict, "updated_at": int,
}
PROFILE = {
    "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
    "birthdate", "zoneinfo", "locale", "updated_at",
}
#: What an ID token may say when no claim about the person was asked for in it.
TOKEN_CLAIMS = {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash", "sid", "jti"}
ERROR_MEMBERS = {"error", "error_description", "error_uri", "state", "session_state", "iss"}
YEAR = 365 * 86_400


def entropy(text: str) -> float:
    """Bits by Shannon's estimate over the characters of this one text."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts) * len(text)


def is_hard_to_guess(text: str) -> bool:
    """128 bits long, more than 96 bits of entropy, of the characters of RFC 6749 A.11, A.12 and A.17."""
    return len(text) * 8 >= 128 and entropy(text) > 96 and bool(re.fullmatch(r"[\x20-\x7e]+", text))


def error(answer: dict, *expected: str) -> None:
    """An authorization error response (RFC 6749 §4.1.2.1)."""
    assert answer.get("error") in expected, answer
    assert "code" not in answer and set(answer) <= ERROR_MEMBERS, answer
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]*", answer.get("error_description", "")), answer
    assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]*", answer.get("error_uri", "")), answer


def token_error(reply, *expected: str, status: int = 400) -> None:
    """A refusal of the token endpoint (RFC 6749 §5.2)."""
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert reply.json()["error"] in expected, reply.text


def error_page(reply, *uris: str) -> None:
    """A page that says what is wrong; nothing in it leads to the application."""
    assert reply.status_code == 400 and "Location" not in reply.headers, f"{reply.status_code} {reply.headers}"
    assert reply.headers["Content-Type"].startswith("text/html") and "This sign-in request cannot be served" in reply.text
    assert "Refresh" not in reply.headers and "http-equiv" not in reply.text
    for uri in uris:
        assert uri not in reply.text, f"the page has {uri}"


def claims_of_person(claims: dict) -> None:
    """The standard claims have the types of OIDC Core §5.1; none of them is empty."""
    for name, kind in STANDARD_CLAIMS.items():
        assert name not in claims or type(claims[name]) is kind, f"{name}: {claims[name]!r}"
        assert claims.get(name) not in ("", {}), f"{name} is empty"
    assert claims.get("updated_at", 1) > 0
    assert all(type(part) is str for part in claims.get("address", {}).values())


def keys(reply) -> list[dict]:
    """A JWK Set that holds public keys alone, each with an id of its own."""
    assert reply.status_code == 200, reply.text
    found = reply.json()["keys"]
    assert found and all(key["kty"] in ("RSA", "EC", "OKP") for key in found)
    assert not [key for key in found if {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)], "a private member"
    names = [key["kid"] for key in found]
    assert len(set(names)) == len(names)
    KeySet.import_key_set({"keys": found})
    return found


def signed(token: str, known: list[dict], alg: str, typ: str | None = None) -> dict:
    """The claims of a JWS that the key of its `kid` signed with `alg`."""
    header = peek(token, 0)
    assert header["alg"] == alg and header["kid"], header
    if typ:
        assert header["typ"] == typ, header
    (key,) = [key for key in known if key["kid"] == header["kid"]]
    assert key.get("use", "sig") == "sig" and key.get("alg", alg) == alg
    return json.loads(jws.deserialize_compact(token, KeySet.import_key_set({"keys": [key]}), algorithms=[alg]).payload)


def half_hash(text: str) -> str:
    """`at_hash` and `c_hash` of OIDC Core §3.3.2.11, for an algorithm of SHA-256."""
    return b64(hashlib.sha256(text.encode()).digest()[:16])


def id_token(claims: dict, *, issuer: str, client: str, nonce: str | None, access_token: str | None = None, code: str | None = None) -> None:
    """OIDC Core §3.1.3.7, and what the plans ask of every ID token beyond it."""
    now = time.time()
    assert claims["iss"] == issuer
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert audience == [client] and claims.get("azp", client) == client
    assert type(claims["exp"]) is int and now < claims["exp"] < now + 50 * YEAR
    assert type(claims["iat"]) is int and abs(now - claims["iat"]) < 300
    assert claims.get("nonce") == nonce
    assert type(claims["sub"]) is str and 0 < len(claims["sub"]) <= 255
    if "auth_time" in claims:
        assert type(claims["auth_time"]) is int and now - YEAR < claims["auth_time"] <= now + 5
    assert claims.get("acr") != ""
    assert set(claims) <= TOKEN_CLAIMS, "nothing of the person was asked for in the ID token"
    if access_token and "at_hash" in claims:
        assert claims["at_hash"] == half_hash(access_token)
    if code and "c_hash" in claims:
        assert claims["c_hash"] == half_hash(code)


LISTS = (
    "response_types_supported", "response_modes_supported", "grant_types_supported", "acr_values_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "id_token_encryption_alg_values_supported", "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported", "userinfo_encryption_alg_values_supported", "userinfo_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported", "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported", "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported", "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported", "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported", "display_values_supported", "claim_types_supported", "claims_supported",
    "claims_locales_supported", "ui_locales_supported", "scopes_supported", "code_challenge_methods_supported", "prompt_values_supported",
    "protected_resources", "authorization_signing_alg_values_supported", "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported", "introspection_signing_alg_values_supported", "dpop_signing_alg_values_supported",
    "authorization_details_types_supported", "backchannel_token_delivery_modes_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
)
FLAGS = (
    "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration",
    "authorization_response_iss_parameter_supported", "frontchannel_logout_supported", "frontchannel_logout_session_supported",
    "backchannel_logout_supported", "backchannel_logout_session_supported", "client_id_metadata_document_supported",
    "require_pushed_authorization_requests", "require_signed_request_object", "tls_client_certificate_bound_access_tokens",
    "backchannel_user_code_parameter_supported",
)
ENDPOINTS = {
    f"{name}_endpoint" for name in (
        "authorization", "token", "userinfo", "registration", "end_session", "introspection", "revocation", "device_authorization",
        "pushed_authorization_request", "backchannel_authentication",
    )
}
URLS = ENDPOINTS | {"issuer", "jwks_uri", "service_documentation", "op_policy_uri", "op_tos_uri", "check_session_iframe"}
#: URLs of documents that the suite may not know; its configuration lets them be named.
MORE_MEMBERS = {"challenge_endpoint"}


def discovery(metadata: dict, url: str) -> None:
    """The module oidcc-discovery-endpoint-verification, without what the key set is checked for (`keys`)."""
    assert url == metadata["issuer"] + "/.well-known/openid-configuration" and url.startswith("https://")
    assert "?" not in url and "#" not in url
    for name, value in metadata.items():
        if name in LISTS:
            assert value and all(type(one) is str for one in value) and len(set(value)) == len(value), name
        elif name in FLAGS:
            assert type(value) is bool, name
        else:
            assert name in URLS | MORE_MEMBERS, f"{name} is known to nobody"
            assert value.startswith("https://") and " " not in value, name
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "claims_supported"} <= set(metadata)
    assert {"public", "pairwise"} & set(metadata["subject_types_supported"])
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    assert "RS256" in metadata.get("request_object_signing_alg_values_supported", ["RS256"])
    assert "code" in metadata["response_types_supported"] and "authorization_code" in metadata["grant_types_supported"]
    assert "openid" in metadata["scopes_supported"]
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in metadata["scopes_supported"])
    locales = metadata.get("ui_locales_supported", []) + metadata.get("claims_locales_supported", [])
    assert all(re.fullmatch(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*", locale) for locale in locales)
