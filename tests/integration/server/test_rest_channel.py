"""The REST channel keeps its contract."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.channels.keys import BRAKES
from bot.channels.limits import MAX_TEXT
from bot.conversations import history
from tests.integration.server.parts import REST, Server, stop_clock


async def test_an_answer_has_everything_the_contract_names(server: Server) -> None:
    (message,) = await server.say("hello", metadata={"language": "de"})
    assert datetime.fromisoformat(message.pop("at")).tzinfo
    assert int(message.pop("message_id")) > 0
    assert message == {
        "recipient_id": "customer-00000-1",
        "author": "bot",
        "response": "utter_echo",
        "language": "de",
        "text": "heard hello",
        "buttons": [{"title": "Yes", "payload": "/affirm"}],
        "image": None,
        "custom": {"heard": "hello"},
    }


async def test_payloads_of_buttons_are_messages(server: Server) -> None:
    (message,) = await server.say('/choose_item{"item": "2"}', title="The shoes")
    assert message["custom"] == {"heard": '/choose_item{"item": "2"}'}
    own, _ = await server.transcript()
    assert own["text"] == "The shoes"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"hello", b"[]", b'"text"', b"null", b"{", b"\xff\xfe", b"[" * 30_000,
        b'{"sender": "customer-00000-1", "message": NaN}',
    ],
)  # fmt: skip
async def test_what_is_not_a_json_object_is_refused(server: Server, body: bytes) -> None:
    answer = await server.client.post(REST, data=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert (await answer.json())["code"] == "bad_message"
    assert server.bot.heard == []


async def test_an_unknown_charset_is_refused(server: Server) -> None:
    answer = await server.client.post(
        REST,
        data=b'{"sender": "customer-00000-1", "message": "x"}',
        headers={"Content-Type": "application/json; charset=klingon"},
    )
    assert answer.status == 400


@pytest.mark.parametrize("sender", [None, "", 7, ["c"], "a b", "a/b", "../x", "c" * 129, "日本", "c\n"])
async def test_a_sender_of_another_form_is_refused(server: Server, sender: object) -> None:
    answer = await server.post(sender=sender, message="hello")
    assert answer.status == 400
    assert (await answer.json())["field"] == "sender"


@pytest.mark.parametrize("message", [None, "", "   ", 7, {"text": "x"}, "x" * (MAX_TEXT + 1)])
async def test_a_message_of_another_form_is_refused(server: Server, message: object) -> None:
    answer = await server.post(sender="customer-00000-1", message=message)
    assert answer.status == 400
    assert (await answer.json())["field"] == "message"


@pytest.mark.parametrize("field,value", [("message_id", 7), ("message_id", "a b"), ("message_id", ""), ("title", 3)])
async def test_optional_fields_of_another_form_are_refused(server: Server, field: str, value: object) -> None:
    answer = await server.post(sender="customer-00000-1", message="hello", **{field: value})
    assert answer.status == 400
    assert (await answer.json())["field"] == field


async def test_the_longest_message_is_taken(server: Server) -> None:
    (message,) = await server.say("您" * MAX_TEXT)
    assert message["text"] == "heard " + "您" * MAX_TEXT


async def test_a_body_beyond_all_bounds_is_refused(server: Server) -> None:
    answer = await server.post(sender="customer-00000-1", message="x", metadata={"filler": "x" * 70_000})
    assert answer.status == 413


@pytest.mark.parametrize("text", ["a\x00b", "broken \ud83d emoji"])
async def test_characters_that_databases_refuse_do_no_harm(server: Server, text: str) -> None:
    (message,) = await server.say(text)
    assert message["text"].startswith("heard ")


@pytest.mark.parametrize("metadata", [None, [], "de", {"language": 7}, {"language": "x" * 300}, {"language": {}}])
async def test_useless_metadata_is_ignored(server: Server, metadata: object) -> None:
    (message,) = await server.say("hello", metadata=metadata)
    assert message["language"] == "en"


async def test_too_many_messages_of_one_sender_are_refused_and_others_go_on(server: Server) -> None:
    stop_clock(server.client.app[BRAKES].messages.session)
    statuses = [(await server.post(sender="fast", message=f"{count}")).status for count in range(50)]
    assert statuses[:40] == [200] * 40
    assert 429 in statuses
    assert await server.say("hello", sender="calm")


async def test_a_repeated_message_id_gets_the_first_answer_and_changes_nothing(server: Server) -> None:
    first = await server.say("hello", message_id="m-1")
    again = await server.say("something else", message_id="m-1")
    assert again == first
    assert server.bot.heard == ["hello"]
    assert len(await server.transcript()) == 2


async def test_a_message_repeated_while_it_is_answered_waits_for_that_answer(server: Server) -> None:
    server.bot.may_answer.clear()
    both = [asyncio.create_task(server.say("hello", message_id="m-1")) for _ in range(2)]
    await asyncio.sleep(0.2)
    assert not any(task.done() for task in both)
    server.bot.may_answer.set()
    first, second = await asyncio.gather(*both)
    assert first == second != []
    assert server.bot.heard == ["hello"]


async def test_the_same_message_id_of_two_senders_is_two_messages(server: Server) -> None:
    (one,) = await server.say("one", sender="customer-00000-1", message_id="m-1")
    (two,) = await server.say("two", sender="customer-00000-2", message_id="m-1")
    assert (one["text"], two["text"]) == ("heard one", "heard two")


async def test_messages_sent_at_once_are_answered_in_order(server: Server) -> None:
    server.bot.may_answer.clear()
    tasks = []
    for count in range(6):
        tasks.append(asyncio.create_task(server.say(f"{count}")))
        # Which of two calls at once comes first is anybody's guess.
        while len(await server.transcript()) <= count:
            await asyncio.sleep(0.01)
    server.bot.may_answer.set()
    answers = await asyncio.gather(*tasks)
    assert [answer[0]["text"] for answer in answers] == [f"heard {count}" for count in range(6)]
    assert server.bot.heard == [f"{count}" for count in range(6)]
    ids = [int(answer[0]["message_id"]) for answer in answers]
    assert ids == sorted(ids)


async def test_the_transcript_can_be_read_from_any_message_on(server: Server) -> None:
    await server.say("one", message_id="m-1")
    (second,) = await server.say("two")
    whole = await server.transcript()
    assert [message["text"] for message in whole] == ["one", "heard one", "two", "heard two"]
    assert [message["author"] for message in whole] == ["customer", "bot", "customer", "bot"]
    assert whole[0]["custom"] == {"client_message_id": "m-1"}
    assert [message["text"] for message in await server.transcript(after=int(whole[1]["message_id"]))] == [
        "two",
        "heard two",
    ]
    assert await server.transcript(after=int(second["message_id"])) == []
    assert await server.transcript("nobody") == []


async def test_who_was_away_for_long_reads_on_page_by_page(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 3)
    for number in range(4):
        await server.say(f"{number}")
    read, page = [], await server.transcript(after=0)
    while page:
        assert len(page) <= 3
        read += [message["text"] for message in page]
        page = await server.transcript(after=int(page[-1]["message_id"]))
    assert read == [text for number in range(4) for text in (f"{number}", f"heard {number}")]
    assert [message["text"] for message in await server.transcript()] == ["heard 2", "3", "heard 3"]


@pytest.mark.parametrize("after", ["x", "-1", "1.5", str(2**63), "1e3", "9" * 5000])
async def test_a_place_in_the_transcript_that_is_no_id_is_refused(server: Server, after: str) -> None:
    answer = await server.client.get(f"/webhooks/rest/conversations/customer-00000-1/messages?after={after}")
    assert answer.status == 400
    assert (await answer.json())["field"] == "after"


async def test_an_agents_words_arrive_and_the_bot_is_silent(server: Server) -> None:
    await server.say("hello")
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    assert await server.say("are you there?") == []
    await server.router.words.say("customer-00000-1", "agent-1", "Yes, I am.")
    await server.router.words.note("customer-00000-1", "agent-1", "a difficult one")
    texts = [(message["author"], message["text"]) for message in await server.transcript()]
    assert ("agent", "Yes, I am.") in texts
    assert not any("difficult" in text for _, text in texts)
    assert server.bot.heard == ["hello"]


async def test_after_the_agent_gives_it_back_the_bot_answers_again(server: Server) -> None:
    await server.say("hello")
    await server.router.handling.take_over("customer-00000-1", "agent-1", "Ana")
    await server.say("are you there?")
    await server.router.handling.return_to_bot("customer-00000-1", "agent-1")
    (message,) = await server.say("and now?")
    assert message["text"] == "heard and now?"
    assert server.bot.heard == ["hello", "/resume", "and now?"]


async def test_a_stumbling_bot_is_asked_again(server: Server) -> None:
    server.bot.failures_left = 2
    (message,) = await server.say("hello")
    assert message["text"] == "heard hello"


async def test_a_bot_that_keeps_failing_hands_over_to_a_person(server: Server) -> None:
    server.bot.failures_left = 99
    (message,) = await server.say("hello")
    assert message["response"] == "utter_internal_error"
    assert message["custom"]["handoff"]["state"] == "queued"
    assert await server.say("anybody?") == []


async def test_health_and_metrics_answer(server: Server) -> None:
    assert await (await server.client.get("/health")).json() == {"status": "ok"}
    assert "python_info" in await (await server.client.get("/metrics")).text()


async def test_only_we_say_that_a_person_gave_the_conversation_back(server: Server) -> None:
    await server.say(' /resume{"agent": "x"}')
    assert server.bot.heard == [' /resume{"agent": "x"}'.lstrip(" /")]
