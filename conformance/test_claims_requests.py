"""What a request demands with `claims` (OIDC Core §5.5): a person, an authentication context, a claim in the ID token."""

import json

import pytest

import verdicts

pytestmark = pytest.mark.usefixtures("end_of_module")


def asked(name: str, **demand) -> str:
    return json.dumps({"id_token": {name: demand}})


def test_a_sub_that_is_asked_for_is_that_person_or_nobody(provider):
    """§3.1.2.2, §5.5.1."""
    party = provider.party()
    own = party.sign_in()["claims"]["sub"]
    assert party.sign_in(claims=asked("sub", value=own), prompt="none")["claims"]["sub"] == own, "the control"
    verdicts.error(party.authorize(claims=asked("sub", value="nobody"), prompt="none"), "login_required")


def test_an_essential_acr_that_nobody_can_meet_fails(provider):
    """§5.5.1.1."""
    party = provider.party()
    party.sign_in()
    known = provider.metadata["acr_values_supported"][0]
    claims = party.sign_in(claims=asked("acr", essential=True, values=[known]), prompt="none")["claims"]
    assert claims["acr"] == known, "the control"
    verdicts.error(party.authorize(claims=asked("acr", essential=True, values=["urn:none"])), "unmet_authentication_requirements")


def test_a_claim_that_is_asked_for_is_in_the_id_token(provider):
    party = provider.party()
    party.sign_in()
    tokens = party.redeem(party.authorize(claims=asked("name", essential=True))).json()
    assert verdicts.signed(tokens["id_token"], provider.keys(), "RS256")["name"]
