"""The chat document over HTTP: messages, and the live stream of them."""

import time
from contextlib import closing
from datetime import datetime

import pytest

from chat import MESSAGE, STRANGER, ada, bob, done, new, recent, refused, texts  # noqa: F401 - the fixtures are used by name


# Messages


@pytest.mark.parametrize("text", [
    "!", "  Hello!\n", "x" * 4000, "é" * 4000, "👩‍🚀" * 1000, "<b>&\"'</b>\u2028\\", "שלום",
], ids=["one", "with space around", "4000", "4000 of two bytes", "emoji", "markup", "right to left"])
def test_a_message_is_stored_as_sent(ada, bob, text):
    done(ada.say(text, bob), "Message sent successfully")
    for reader in (ada, bob):
        page = reader.page()
        assert set(page) == {"messages", "next"} and page["next"] is None
        [message] = page["messages"]
        assert set(message) == MESSAGE
        assert (message["senderId"], message["recipientId"], message["message"]) == (ada.id, bob.id, text)
        assert message["id"]
        recent(message["sentAt"])


@pytest.mark.parametrize("text", ["", " ", "\n\t \u3000", "x" * 4001, "é" * 4001])
def test_a_message_without_text_or_with_too_much_is_refused(ada, bob, text):
    refused(ada.say(text, bob), 400, "message")
    assert ada.page()["messages"] == [] and bob.page()["messages"] == []


@pytest.mark.parametrize("text", [" " + "x" * 4000 + " ", "x" * 4000 + "\n"])
def test_space_around_does_not_count(ada, bob, text):
    done(ada.say(text, bob), "Message sent successfully")
    assert texts(bob.page()) == [text]


@pytest.mark.parametrize("name", ["recipientId", "message"])
@pytest.mark.parametrize("value", [..., None, 1, ["x"]], ids=["absent", "null", "number", "array"])
def test_a_message_without_a_member_names_it(ada, bob, name, value):
    body = {"recipientId": bob.id, "message": "Hello!"} | {name: value}
    refused(ada.send("POST", "/api/chat/send", {k: v for k, v in body.items() if v is not ...}), 400, name)


@pytest.mark.parametrize("id", [STRANGER, "nobody", ""])
def test_a_message_to_nobody_is_not_found(ada, id):
    refused(ada.send("POST", "/api/chat/send", {"recipientId": id, "message": "Hello!"}), 404)
    assert ada.page()["messages"] == []


def test_nobody_reads_the_messages_of_others(ada, bob, new):
    carol = new()
    ada.say("between us", bob)
    assert carol.page()["messages"] == []
    assert carol.page(**{"with": ada.id})["messages"] == []
    assert texts(bob.page(**{"with": ada.id})) == ["between us"], "the control"


def test_messages_come_newest_first_and_of_one_person(ada, bob, new):
    carol = new()
    ada.say("1", bob), bob.say("2", ada), carol.say("3", ada), ada.say("4", carol), ada.say("5", bob)
    page = ada.page()
    assert texts(page) == ["5", "4", "3", "2", "1"]
    times = [datetime.fromisoformat(message["sentAt"]) for message in page["messages"]]
    assert times == sorted(times, reverse=True) and len({message["id"] for message in page["messages"]}) == 5
    assert texts(ada.page(**{"with": bob.id})) == ["5", "2", "1"]
    assert texts(ada.page(**{"with": carol.id})) == ["4", "3"]
    assert texts(ada.page(**{"with": STRANGER})) == []


def test_pages_follow_each_other(ada, bob):
    for number in range(7):
        ada.say(str(number), bob)
    first = bob.page(limit=3)
    done(bob.say("later", ada), "Message sent successfully")
    second = bob.page(limit=3, before=first["next"])
    third = bob.page(limit=3, before=second["next"])
    assert [texts(page) for page in (first, second, third)] == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert first["next"] and second["next"] and third["next"] is None


def test_pages_follow_each_other_within_one_conversation(ada, bob, new):
    carol = new()
    for number in range(4):
        ada.say(f"b{number}", bob), ada.say(f"c{number}", carol)
    first = ada.page(limit=2, **{"with": bob.id})
    second = ada.page(limit=2, before=first["next"], **{"with": bob.id})
    assert [texts(page) for page in (first, second)] == [["b3", "b2"], ["b1", "b0"]] and second["next"] is None


def test_a_page_has_50_messages_unless_told(ada, bob):
    for number in range(51):
        ada.say(str(number), bob)
    page = ada.page()
    assert len(page["messages"]) == 50 and page["next"]
    assert texts(ada.page(before=page["next"])) == ["0"]
    assert len(ada.page(limit=51)["messages"]) == 51 == len(ada.page(limit=200)["messages"])
    assert ada.page(limit=51)["next"] is None


@pytest.mark.parametrize("name, value", [
    ("with", "ada"), ("with", "3F0B5BD4-8F6E-4A65-9D0C-6D0A3C1F9B11"), ("before", "0"), ("before", "01m7zhz8a1zeh2wsgdzb09aqaq"),
])
def test_an_id_of_another_form_is_refused(ada, name, value):
    refused(ada.send("GET", "/api/chat/messages", params={name: value}), 400, name)
    assert ada.page(**{name: ""}) == ada.page(), "the control: empty is left out"


@pytest.mark.parametrize("limit", ["+5", "0", "-1", "201", "1e2", "1.0", "ten", "99999999999999999999"])
def test_a_limit_beyond_1_to_200_is_refused(ada, limit):
    refused(ada.send("GET", "/api/chat/messages", params={"limit": limit}), 400, "limit")
    for good_limit in (1, 200):
        ada.page(limit=good_limit)


def test_a_message_is_read_when_its_recipient_has_read_it(ada, bob, new):
    carol = new()
    ada.say("to bob", bob), ada.say("to carol", carol)
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None]
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None], "the sender's reading does not count"
    bob.page(**{"with": carol.id})
    assert [message["readAt"] for message in ada.page()["messages"]] == [None, None], "another conversation does not count"
    bob.page()
    limit = time.monotonic() + 5
    while ada.page(**{"with": bob.id})["messages"][0]["readAt"] is None and time.monotonic() < limit:
        time.sleep(0.02)  # it need not be known to the sender at the same instant
    to_carol, to_bob = ada.page()["messages"]
    assert to_carol["readAt"] is None
    assert recent(to_bob["readAt"]) >= recent(to_bob["sentAt"])
    bob.page()
    assert ada.page(**{"with": bob.id})["messages"][0]["readAt"] == to_bob["readAt"], "read once"


# The live stream


def test_a_message_arrives_live_on_both_sides(ada, bob, new):
    carol = new()
    with closing(ada.events()) as sender, closing(bob.events()) as recipient, closing(carol.events()) as other:
        ada.say("two\nlines, ünd\r\n\r\ndata: more", bob)
        sent, got = sender.next(), recipient.next()
        assert sent == got and set(sent) == MESSAGE
        assert (sent["senderId"], sent["recipientId"]) == (ada.id, bob.id)
        assert sent["message"] == "two\nlines, ünd\r\n\r\ndata: more" and sent["readAt"] is None
        assert ada.page()["messages"][0]["id"] == sent["id"]
        bob.say("to carol", carol)
        assert other.next()["message"] == "to carol", "the first that carol sees"
        assert recipient.next()["message"] == "to carol"
        bob.say("again", ada)
        assert sender.next()["message"] == "again", "the second that ada sees"


def test_each_stream_of_one_person_gets_the_messages_in_order(ada, bob):
    with closing(bob.events()) as first, closing(bob.events()) as second:
        for number in range(20):
            ada.say(str(number), bob)
        for stream in (first, second):
            assert [stream.next()["message"] for _ in range(20)] == [str(number) for number in range(20)]


def test_logout_ends_the_stream(ada, bob):
    with closing(ada.events()) as stream:
        bob.say("before", ada)
        assert stream.next()["message"] == "before", "the control"
        ada.send("POST", "/api/auth/logout")
        bob.say("after", ada)
        with pytest.raises(AssertionError, match="the stream ended"):
            stream.next()
