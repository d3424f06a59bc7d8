"""What schemathesis sends to be let in: an access token of an account's own key, or a client's Basic credentials.

Runs inside schemathesis, beside `schemathesis.toml`. Which credential an operation takes is read in the document.
"""

import base64
import os
import sys
from pathlib import Path

import schemathesis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from issuer import Issuer  # noqa: E402
from keys import ECKey  # noqa: E402

issuer = Issuer(os.environ["SCHEMATHESIS_ISSUER"])
CLIENT = os.environ.get("SCHEMATHESIS_CLIENT")  # id:secret

#: What these are called with is over afterwards, so each call gets a credential of its own.
ENDING = {"signOut"}


class Caller:
    """The account that asks. It is made once."""

    def __init__(self):
        self.key = ECKey()
        self.account = issuer.register(self.key)
        self.tokens: dict[str, str] = {}

    def token(self, operation: str) -> str:
        if operation in ENDING or operation not in self.tokens:
            scopes = " ".join(issuer.metadata()["scopes_supported"])
            self.tokens[operation] = issuer.key_token(self.key, scope=scopes)
        return self.tokens[operation]


caller = Caller()


@schemathesis.auth(refresh_interval=None)
class Credentials:
    def get(self, case, context):
        definition = case.operation.definition.raw
        schemes = {name for requirement in definition.get("security", []) for name in requirement}
        if "bearer" in schemes:
            return f"Bearer {caller.token(definition['operationId'])}"
        if "client" in schemes and CLIENT:
            return f"Basic {base64.b64encode(CLIENT.encode()).decode()}"
        return None

    def set(self, case, data, context):
        case.headers["Authorization"] = data
