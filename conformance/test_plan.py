"""Clients, scopes and resources from a file, beside a running server: `martlet plan`, `apply` and `drift`."""

import json
import subprocess

import pytest

from issuer import oauth_error
from pages import PASSWORD, Person, Visitor
from process import clean_environment

SECRET = "5f0c9c1fbb3e4f31a1d3e0c0c2a54f0e5b1f7a9d"
ORDERS = "https://orders.example"


class Declared:
    """A file and a running server."""

    def __init__(self, server, folder):
        self.server, self.path = server, folder / "clients.json"
        self.content = {
            "name": "shops",
            "scopes": {"orders:read": "See what you ordered"},
            "resources": [{"resource": ORDERS, "resource_name": "Orders of Example", "scopes": ["orders:read"]}],
            "policies": {"short": {"access_token_lifetime": 120}},
            "clients": [
                {"client_id": "worker", "scope": "orders:read", "client_secret": {"env": "WORKER_SECRET"}, "policy": "short"},
                {"client_id": "shop", "client_name": "Shop", "redirect_uris": ["http://localhost:5000/callback"],
                 "scope": "openid orders:read", "token_endpoint_auth_method": "none"},
            ],
        }

    def run(self, command: str, *options: str, secret: str = SECRET) -> tuple[int, str]:
        self.path.write_text(json.dumps(self.content))
        folders = ["--data", str(self.server.data), "--keys", str(self.server.keys)]
        done = subprocess.run(
            [self.server.binary, command, str(self.path), *folders, *options], cwd=self.server.folder,
            env=clean_environment(WORKER_SECRET=secret), capture_output=True, text=True, timeout=30,
        )
        assert secret not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    def client(self, name: str) -> dict:
        return next(client for client in self.content["clients"] if client["client_id"] == name)

    def token(self, secret: str = SECRET, **form):
        return self.server.issuer.post("/oauth/token", data={"grant_type": "client_credentials"} | form, auth=("worker", secret))


@pytest.fixture
def declared(start, tmp_path):
    return Declared(start(), tmp_path)


def test_what_is_planned_is_applied_once(declared):
    oauth_error(declared.token(), 401, "invalid_client")
    code, said = declared.run("plan")
    assert code == 2 and "+ client worker" in said and f"+ resource {ORDERS}" in said and "5 to add" not in said
    assert "4 to add." in said
    oauth_error(declared.token(), 401, "invalid_client")
    code, said = declared.run("apply")
    assert code == 0 and "4 added." in said
    assert declared.run("plan") == (0, "Nothing to do.\n")
    assert declared.run("apply") == (0, "Nothing to do.\n")
    assert declared.run("drift") == (0, "The database is as the file says.\n")


def test_a_running_server_goes_by_it_at_the_next_request(declared):
    declared.run("apply")
    reply = declared.token(resource=ORDERS)
    assert reply.status_code == 200 and reply.json()["expires_in"] == 120 and reply.json()["scope"] == "orders:read"
    token = declared.server.issuer.post("/oauth/introspect", data={"token": reply.json()["access_token"]}, auth=("worker", SECRET))
    assert token.json()["aud"] == ORDERS
    oauth_error(declared.token(resource="https://other.example"), 400, "invalid_target")
    other = SECRET[::-1]
    code, said = declared.run("apply", secret=other)
    assert code == 0 and "client_secret: another" in said
    oauth_error(declared.token(), 401, "invalid_client")
    assert declared.token(other).status_code == 200
    declared.content["resources"] = []
    declared.run("apply", secret=other)
    oauth_error(declared.token(other, resource=ORDERS), 400, "invalid_target")


def test_what_left_the_file_goes_and_what_is_not_of_it_stays(declared):
    declared.run("apply")
    by_hand = declared.server.add_client("client_secret_basic")
    declared.content["clients"] = [declared.client("shop")]
    code, said = declared.run("plan")
    assert code == 2 and "- client worker" in said and by_hand.id not in said
    assert declared.run("apply")[0] == 0
    oauth_error(declared.token(), 401, "invalid_client")
    listed = {client["client_id"] for client in json.loads(declared.server.run("clients", "list", "--data", str(declared.server.data), "--json"))}
    assert listed == {"shop", by_hand.id}


def test_drift_tells_what_was_done_by_hand(declared):
    declared.run("apply")
    declared.server.run("clients", "remove", "worker", "--data", str(declared.server.data))
    code, said = declared.run("drift")
    assert code == 2 and "missing client worker" in said
    declared.client("shop")["client_name"] = "Another shop"
    code, said = declared.run("drift", "--json")
    changes = {change["name"]: change for change in json.loads(said)["changes"]}
    assert code == 2 and set(changes) == {"worker", "shop"}
    assert changes["shop"]["members"] == [{"name": "client_name", "database": "Shop", "file": "Another shop"}]


@pytest.mark.parametrize("change, says", [
    (lambda content: content["clients"][0].update(client_secret="a secret in plain text, long enough"), "clients[0].client_secret must be"),
    (lambda content: content["clients"][0].update(colour="red"), "clients[0].colour is not known here"),
    (lambda content: content["clients"][1].update(redirect_uris=["http://shop.example/"]), "clients[1] (shop): redirect_uris must be"),
    (lambda content: content["clients"][0].update(policy="fapi"), 'clients[0].policy names "fapi"'),
    (lambda content: content.update(settings={"access-token-lifetime": 60}), "the setting access-token-lifetime"),
])
def test_a_file_that_is_wrong_changes_nothing(declared, change, says):
    declared.run("apply")
    change(declared.content)
    declared.client("shop")["client_name"] = "Another shop"
    code, said = declared.run("apply")
    assert code == 1 and says in said and "plain text" not in said
    assert "Another shop" not in declared.server.run("clients", "list", "--data", str(declared.server.data))


def test_people_read_what_a_scope_means(declared):
    declared.run("apply")
    person, visitor = Person(declared.server), Visitor(declared.server.issuer)
    query = (
        "response_type=code&client_id=shop&redirect_uri=http://localhost:5000/callback&scope=openid orders:read&state=s"
        f"&code_challenge={'A' * 43}&code_challenge_method=S256&resource={ORDERS}"
    )
    page = visitor.get("/authorize?" + query.replace(" ", "%20"))
    reply = visitor.post(page.form("sign-in"), username=person.username, password=PASSWORD)
    text = visitor.get(reply.headers["Location"]).text
    assert "See what you ordered" in text and "Orders of Example" in text and ORDERS in text
