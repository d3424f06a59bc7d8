"""The session API over HTTP: registration, the mail, activation."""

import re
import secrets

import pytest

from chat import letter_to
from session_face import PASETO, PASSWORD, Visitor, cookies, good, new, refused, send  # noqa: F401 - the fixture is used by name
from wire import Race, request

CLIENT = {"age": 21, "gender": "other", "phoneNum": "999-9999-999", "interests": ["clothes", "tech", "library", "food"]}
SHIFT = {"enterDate": "2026-11-21T08:00:00Z", "exitDate": "2026-11-21T16:30:00.000Z", "store": "507f1f77bcf86cd799439011", "storeJob": "507F191E810C19729DE860EA"}
EMPLOYEE = {"age": 21, "gender": "other", "phoneNum": "999-9999-999", "schedule": [SHIFT]}


def registration(**changes) -> dict:
    """A good body for a new account, with changes; `...` leaves a member out."""
    username = f"r{secrets.token_hex(6)}"
    body = {"email": f"{username}@example.com", "password": PASSWORD, "name": "Napstablook", "username": username, "client": CLIENT}
    return {name: value for name, value in (body | changes).items() if value is not ...}


def register(issuer, body, **options):
    return send(issuer, "POST", "/users/register", body, **options)


def login(issuer, body, **changes):
    return send(issuer, "POST", "/users/login", {"email": body["email"], "password": body["password"]} | changes)


def link_to(server, email: str) -> str:
    [link] = re.findall(r"https?://\S+", letter_to(server, email).get_content())
    return link


@pytest.mark.parametrize("parts", [
    {}, {"client": ..., "employee": EMPLOYEE}, {"employee": EMPLOYEE}, {"client": ..., "employee": EMPLOYEE | {"schedule": []}},
    {"client": CLIENT | {"interests": []}}, {"client": CLIENT | {"age": 0}}, {"client": CLIENT | {"age": 150}}, {"employee": None}, {"unknown": 1},
], ids=str)
def test_registration_activation_and_login(issuer, server, parts):
    body = registration(**parts)
    reply = register(issuer, body)
    assert good(reply) == {"message": "Verification email sent."} and not cookies(reply)
    link = link_to(server, body["email"])
    prefix = f"{issuer.name}/users/register/verify?token="
    assert link.startswith(prefix) and PASETO.fullmatch(link.removeprefix(prefix)) and body["email"] not in link
    assert good(issuer.get(link)) == {"message": "User activated successfully."}
    assert good(login(issuer, body)) == {"email": body["email"], "name": body["name"]}


def test_before_activation_nobody_signs_in_anywhere(issuer, server):
    body = registration()
    good(register(issuer, body))
    refused(login(issuer, body), 404, "link")
    wrong = login(issuer, body, password=PASSWORD + "r")
    refused(wrong, 404)
    assert "link" not in wrong.text, "only who knows the password is told"
    assert issuer.post("/api/auth/login", json={"email": body["email"], "password": PASSWORD}).status_code == 401
    good(issuer.get(link_to(server, body["email"])))
    assert issuer.post("/api/auth/login", json={"email": body["email"], "password": PASSWORD}).status_code == 200


def test_the_address_is_verified_by_the_link(issuer, server):
    body = registration()
    good(register(issuer, body))
    good(issuer.get(link_to(server, body["email"])))
    user = issuer.post("/api/auth/login", json={"email": body["email"], "password": PASSWORD}).json()["user"]
    assert user["isEmailVerified"] is True and user["username"] == body["username"]


# The link


def unusable(issuer, link: str) -> None:
    """Asserts 303 to a page that says so."""
    reply = issuer.get(link)
    assert reply.status_code == 303, reply.text
    page = issuer.get(reply.headers["Location"])
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html") and "link" in page.text


def test_a_link_works_once(issuer, server):
    body = registration()
    good(register(issuer, body))
    link = link_to(server, body["email"])
    good(issuer.get(link))
    unusable(issuer, link)
    assert login(issuer, body).status_code == 200


@pytest.mark.parametrize("query", ["", "?", "?token=", "?token=x", "?token=v4.local.AAAA", "?token=a&token=b", "?other=1", "?token=%00", "?token=v4.local." + "A" * 3000])
def test_a_link_that_was_not_mailed_leads_to_a_page(issuer, query):
    unusable(issuer, "/users/register/verify" + query)


def test_a_changed_link_activates_nobody(issuer, server):
    body = registration()
    good(register(issuer, body))
    link = link_to(server, body["email"])
    for index in (len(link) - 1, len(link) - 40, link.index("v4.local.") + 9):
        unusable(issuer, link[:index] + ("A" if link[index] != "A" else "B") + link[index + 1:])
    refused(login(issuer, body), 404)
    good(issuer.get(link))


def test_the_token_of_a_session_is_no_link(issuer, server):
    visitor = Visitor(server)
    visitor.login()
    unusable(issuer, f"/users/register/verify?token={visitor.cookie}")
    body = registration()
    good(register(issuer, body))
    token = link_to(server, body["email"]).split("token=")[1]
    refused(send(issuer, "GET", "/users/verify-session", cookie=token), 401)


def test_of_callers_at_the_same_time_one_activates(issuer, server):
    body = registration()
    good(register(issuer, body))
    path = link_to(server, body["email"]).removeprefix(issuer.name)
    with Race(issuer.url, 20) as race:
        answers = race.run([request(issuer.url, "GET", path)] * 20)
    assert sorted(status for status, _ in answers) == [200] + [303] * 19


# What is taken


def test_what_somebody_has_is_taken_before_activation_too(issuer):
    body = registration()
    good(register(issuer, body))
    refused(register(issuer, registration(email=body["email"])), 409, "email")
    refused(register(issuer, registration(email=body["email"].upper())), 409, "email")
    refused(register(issuer, registration(username=body["username"])), 409, "username")
    refused(register(issuer, registration(username=body["username"].upper())), 409, "username")


def test_a_refused_registration_takes_nothing(issuer):
    body = registration()
    refused(register(issuer, body | {"client": CLIENT | {"age": 151}}), 400, "client.age")
    good(register(issuer, body))


# What is malformed


@pytest.mark.parametrize("name", ["email", "password", "name", "username"])
@pytest.mark.parametrize("value", [..., None, 1, ["x"], {}], ids=["absent", "null", "number", "array", "object"])
def test_each_member_is_needed(issuer, name, value):
    refused(register(issuer, registration(**{name: value})), 400, name)


@pytest.mark.parametrize("member, value", [
    ("email", "no address"), ("email", "a@example.com\r\nBcc: b@example.com"), ("username", ""), ("username", "a b"), ("username", "x" * 65),
    ("name", " "), ("name", "x" * 201), ("name", "a\u202eb"), ("password", "short"), ("password", "12345678"), ("password", "x" * 129),
])
def test_what_cannot_be_kept_is_refused(issuer, member, value):
    reply = register(issuer, registration(**{member: value}))
    refused(reply, 400)
    assert member in reply.json()["message"].lower()


@pytest.mark.parametrize("parts", [{"client": ...}, {"client": None}, {"client": None, "employee": None, "admin": None}], ids=str)
def test_a_part_is_needed(issuer, parts):
    refused(register(issuer, registration(**parts)), 400, "client, employee or admin")


CLIENTS = [
    ("client", "x"), ("client", []), ("client", 1), ("client", True), ("client.age", CLIENT | {"age": -1}), ("client.age", CLIENT | {"age": 151}),
    ("client.age", CLIENT | {"age": 1.5}), ("client.age", CLIENT | {"age": "21"}), ("client.age", CLIENT | {"age": None}), ("client.age", CLIENT | {"age": 10 ** 30}),
    ("client.gender", CLIENT | {"gender": 1}), ("client.gender", CLIENT | {"gender": ""}), ("client.gender", CLIENT | {"gender": "x" * 65}),
    ("client.phoneNum", CLIENT | {"phoneNum": 999}), ("client.phoneNum", CLIENT | {"phoneNum": "9" * 33}), ("client.phoneNum", CLIENT | {"phoneNum": "9\n9"}),
    ("client.interests", CLIENT | {"interests": "tech"}), ("client.interests", CLIENT | {"interests": [1]}), ("client.interests", CLIENT | {"interests": [""]}),
    ("client.interests", CLIENT | {"interests": ["x"] * 65}), ("client.interests", CLIENT | {"interests": ["x" * 65]}),
    ("client", CLIENT | {"role": "admin"}), ("client.age", {k: v for k, v in CLIENT.items() if k != "age"}), ("client.interests", {k: v for k, v in CLIENT.items() if k != "interests"}),
]
SHIFTS = [
    ("employee.schedule", "x"), ("employee.schedule", [1]), ("employee.schedule", {}), ("employee.schedule", [SHIFT] * 367),
    ("employee.schedule.enterDate", [SHIFT | {"enterDate": "2026-11-21"}]), ("employee.schedule.enterDate", [SHIFT | {"enterDate": 1}]),
    ("employee.schedule.enterDate", [SHIFT | {"enterDate": "2026-02-30T08:00:00Z"}]), ("employee.schedule.enterDate", [SHIFT | {"enterDate": "2026-11-21T08:00:00+01:00"}]),
    ("employee.schedule.exitDate", [SHIFT | {"exitDate": SHIFT["enterDate"]}]), ("employee.schedule.exitDate", [SHIFT | {"exitDate": "2026-11-20T08:00:00Z"}]),
    ("employee.schedule.store", [SHIFT | {"store": "x" * 24}]), ("employee.schedule.store", [SHIFT | {"store": "507f1f77bcf86cd79943901"}]),
    ("employee.schedule.storeJob", [SHIFT | {"storeJob": None}]), ("employee.schedule.storeJob", [{k: v for k, v in SHIFT.items() if k != "storeJob"}]),
    ("employee.schedule", [SHIFT | {"extra": 1}]), ("employee.schedule.store", [SHIFT, SHIFT | {"store": 1}]),
]


@pytest.mark.parametrize("named, value", CLIENTS, ids=str)
def test_a_malformed_client_is_refused(issuer, named, value):
    refused(register(issuer, registration(client=value)), 400, named)


@pytest.mark.parametrize("named, schedule", SHIFTS, ids=lambda value: str(value)[:60])
def test_a_malformed_schedule_is_refused(issuer, named, schedule):
    refused(register(issuer, registration(employee=EMPLOYEE | {"schedule": schedule})), 400, named)


# Administrators


def test_nobody_makes_an_administrator_of_themselves(issuer, server, new):
    refused(register(issuer, registration(admin={})), 403, "admin")
    someone = new()
    someone.login()
    refused(register(issuer, registration(admin={}), cookie=someone.cookie), 403)
    token = issuer.post("/api/auth/login", json={"email": someone.email, "password": PASSWORD}).json()["token"]
    for authorization in (f"Bearer {token}", "Bearer x", "Basic x", f"Bearer {someone.cookie}"):
        refused(register(issuer, registration(admin={}), headers={"Authorization": authorization}), 403)
    refused(register(issuer, registration(admin={"all": True})), 400, "admin")


def test_an_administrator_makes_another(issuer, server, new):
    admin = new("--admin")
    admin.login()
    token = issuer.post("/api/auth/login", json={"email": admin.email, "password": PASSWORD}).json()["token"]
    first, second = registration(client=..., admin={}), registration(admin={})
    good(register(issuer, first, headers={"Authorization": f"Bearer {token}"}))
    good(register(issuer, second, cookie=admin.cookie))
    refused(register(issuer, registration(admin={}), cookie=admin.cookie, headers={"Origin": "https://evil.example"}), 403)
    for body in (first, second):
        good(issuer.get(link_to(server, body["email"])))
        reply = login(issuer, body)
        good(reply)
        good(register(issuer, registration(admin={}), cookie=cookies(reply)["session_uuid"].value))
    good(admin.logout())
    refused(register(issuer, registration(admin={}), cookie=admin.cookie), 403)


# Limits and other sites


def test_registrations_of_one_network_are_limited(start):
    issuer = start(rate_limits="on").issuer
    replies = [register(issuer, registration()) for _ in range(31)]
    statuses = [reply.status_code for reply in replies]
    granted = statuses.index(429)
    assert statuses == [200] * granted + [429] * (31 - granted) and granted == 20, "twenty mails an hour for one asker come first"
    refused(replies[-1], 429)
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 3600


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_pages_of_other_sites_register_nobody(issuer, headers):
    body = registration()
    refused(register(issuer, body, headers=headers), 403)
    good(register(issuer, body))


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_registration_that_is_no_json_object_is_refused(issuer, text):
    refused(issuer.post("/users/register", data=text, headers={"Content-Type": "application/json"}), 400)


def test_a_body_that_is_too_large_is_refused(issuer):
    refused(register(issuer, registration(name="x" * 70_000)), 413)
