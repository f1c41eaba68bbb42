from __future__ import annotations

import asyncio

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.domain.message import Status, new_message
from chatapp.domain.stream import End, Finish, ReasoningDelta, Start, StreamEvent, TextDelta
from chatapp.providers.base import ChatRequest
from chatapp.providers.scripted import Pause, ScriptedProvider

REQUEST = ChatRequest("m", (new_message("user", "one two", "2026-02-09T21:30:00Z"),))
WELL = [Finish("stop", "stop"), End(Status.COMPLETE)]


async def ask(provider: ScriptedProvider) -> list[StreamEvent]:
    return [event async for event in provider.stream(REQUEST)]


async def test_script_is_played_and_ends_well() -> None:
    provider = ScriptedProvider([ReasoningDelta("hm"), "a", Pause(0.001), "b"])
    assert await ask(provider) == [
        Start("m"), ReasoningDelta("hm"), TextDelta("a"), TextDelta("b"), *WELL,
    ]  # fmt: skip
    assert provider.requests == [REQUEST]


async def test_script_may_end_itself() -> None:
    error = ProviderError(ProviderErrorKind.SERVER, "No.")
    provider = ScriptedProvider()
    provider.add("a", End(Status.FAILED, error), "never")
    assert await ask(provider) == [Start("m"), TextDelta("a"), End(Status.FAILED, error)]


async def test_without_a_script_the_words_of_the_user_come_back() -> None:
    assert await ask(ScriptedProvider()) == [
        Start("m"), TextDelta("one "), TextDelta("two "), *WELL,
    ]  # fmt: skip


async def test_gate_holds_the_reply_and_a_cancelled_one_is_not_playing() -> None:
    gate = asyncio.Event()
    provider = ScriptedProvider(["a", gate, "b"], ["a", asyncio.Event()])
    asking = asyncio.ensure_future(ask(provider))
    await asyncio.sleep(0.01)
    assert not asking.done()
    gate.set()
    assert TextDelta("b") in await asking
    stopped = asyncio.ensure_future(ask(provider))
    await asyncio.sleep(0.01)
    assert provider.playing == 1
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    assert provider.playing == 0


async def test_it_offers_one_model() -> None:
    provider = ScriptedProvider(name="demo")
    assert [model.id for model in await provider.models()] == ["demo"]
    await provider.close()
