from __future__ import annotations

import pytest

from chatapp.providers.think import Thinking, ThinkSplitter


def split(pieces: list[str], thinking: Thinking = Thinking.TAGGED) -> tuple[str, str]:
    splitter = ThinkSplitter(thinking)
    told = [piece for text in pieces for piece in splitter.feed(text)] + splitter.finish()
    assert all(text for _, text in told)
    return "".join(t for is_thought, t in told if is_thought), "".join(
        t for is_thought, t in told if not is_thought
    )


@pytest.mark.parametrize(
    ("text", "thought", "answer"),
    [
        ("<think>hm</think>yes", "hm", "yes"),
        ("\n<think>\nhm\n</think>\n\nyes", "hm\n", "yes"),
        ("<thinking>hm</thinking>yes", "hm", "yes"),
        ("<think>a < b</think>yes", "a < b", "yes"),
        ("<think>never closed", "never closed", ""),
        ("<think></think>yes", "", "yes"),
        ("Use `<think>` like so: <think>x</think>", "", "Use `<think>` like so: <think>x</think>"),
        ("<thin ice>", "", "<thin ice>"),
        ("<thi", "", "<thi"),
        ("<think>a</think>b <think>c</think>", "a", "b <think>c</think>"),
        ("  plain", "", "  plain"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_only_a_tag_at_the_start_opens_thoughts(
    text: str, thought: str, answer: str, size: int
) -> None:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert split(pieces) == (thought, answer)


def test_a_template_that_opened_the_tag_itself_begins_inside() -> None:
    assert split(["hm</thi", "nk>yes"], Thinking.OPEN) == ("hm", "yes")


@pytest.mark.parametrize(
    ("stored", "chosen"),
    [("plain", Thinking.PLAIN), ("open", Thinking.OPEN), ("odd", Thinking.TAGGED),
     (None, Thinking.TAGGED)],
)  # fmt: skip
def test_parameters_of_the_chat_choose(stored: str | None, chosen: Thinking) -> None:
    assert Thinking.chosen({"thinking_tags": stored}) is chosen
    assert Thinking.chosen({}) is Thinking.TAGGED


def test_where_tags_are_text_nothing_is_split() -> None:
    assert ThinkSplitter(Thinking.PLAIN).passes
