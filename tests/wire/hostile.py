"""Replies no honest server sends: any JSON, in the wires' own vocabulary."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

WORDS = (  # noqa: SIM905 - a list of words reads as words
    # Chat Completions
    "choices delta message content role refusal tool_calls function_call index id name arguments "
    "finish_reason usage prompt_tokens completion_tokens prompt_tokens_details cached_tokens "
    "reasoning reasoning_content reasoning_details thinking timings predicted_per_second error "
    "code type status details function text summary data "
    # Anthropic
    "content_block partial_json signature stop_reason message_start content_block_start "
    "content_block_delta content_block_stop message_delta message_stop text_delta thinking_delta "
    "signature_delta input_json_delta tool_use redacted_thinking input input_tokens output_tokens "
    # Gemini
    "candidates parts thought thoughtSignature functionCall args finishReason usageMetadata "
    "promptTokenCount candidatesTokenCount promptFeedback blockReason modelVersion "
    # Ollama
    "done done_reason eval_count eval_duration prompt_eval_count "
    # Responses
    "output_index item response response.created response.output_text.delta "
    "response.output_item.added response.output_item.done response.completed response.failed "
    "response.function_call_arguments.delta response.incomplete incomplete_details reason "
    "encrypted_content call_id summary_index"
).split()

words = st.sampled_from(WORDS)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 600)
    | st.floats()
    | words
    | st.sampled_from(["<think>", "</think>", "\ud83d", "\ude00", "[DONE]", ""])
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def examples(kind: str) -> list[Any]:
    """Honest payloads of one wire, to be spoilt."""
    call = {"id": "a", "index": 0, "function": {"name": "f", "arguments": "{}"}}
    delta = {"content": "x", "reasoning": "h", "tool_calls": [call]}
    details = [{"index": 0, "text": "h", "signature": "S"}]
    openai = {
        "id": "c",
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        "usage": {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 1}},
        "timings": {"predicted_per_second": 1.5},
    }
    parts = [{"type": "thinking", "thinking": [{"text": "h"}]}, {"type": "text", "text": "x"}]
    block = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
    thinking = {"type": "thinking", "thinking": "h", "signature": ""}
    item = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
    usage = {"input_tokens": 1, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 1}}
    gemini_parts = [{"text": "x", "thoughtSignature": "S"}, {"functionCall": {"name": "f"}}]
    failure = {"error": {"code": 429, "message": "no", "details": [{"retryDelay": "1s"}]}}
    return {
        "openai": [
            openai,
            {"choices": [{"delta": {"content": parts, "reasoning_details": details}}]},
            {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]},
        ],
        "anthropic": [
            {"type": "message_start", "message": {"id": "m", "usage": {"input_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_start", "index": 1, "content_block": thinking},
            {"type": "content_block_delta", "index": 1,
             "delta": {"type": "signature_delta", "signature": "S"}},
            {"type": "content_block_delta", "index": 0,
             "delta": {"type": "input_json_delta", "partial_json": "{"}},
            {"type": "content_block_stop", "index": 1},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
            {"type": "message_stop"},
        ],
        "gemini": [
            {
                "candidates": [{"content": {"parts": gemini_parts}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 1, "thoughtsTokenCount": 1},
                "promptFeedback": {"blockReason": "SAFETY"},
            },
        ],
        "ollama": [
            {"message": {"content": "x", "thinking": "h", "tool_calls": [call]}, "done": False},
            {"done": True, "done_reason": "stop", "eval_count": 3, "eval_duration": 9,
             "prompt_eval_count": 1},
        ],
        "responses": [
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{"},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.output_text.delta", "delta": "x"},
            {"type": "response.completed", "response": {"usage": usage, "error": None}},
            {"type": "response.failed", "response": failure},
        ],
    }[kind] + [failure]  # fmt: skip


def spoilt(draw: st.DrawFn, payload: Any) -> Any:
    """`payload` with something else in one place, or unchanged."""
    if not payload or draw(st.integers(0, 3)) == 0:
        return draw(values) if draw(st.booleans()) else payload
    if isinstance(payload, dict):
        key = draw(st.sampled_from(sorted(payload)))
        return {**payload, key: spoilt(draw, payload[key])}
    if isinstance(payload, list):
        place = draw(st.integers(0, len(payload) - 1))
        return [*payload[:place], spoilt(draw, payload[place]), *payload[place + 1 :]]
    return draw(values)


@st.composite
def streams(draw: st.DrawFn, kind: str) -> bytes:
    """The bytes of a reply over the wire `kind`: honest payloads, spoilt or replaced by others."""
    raw = b""
    for _ in range(draw(st.integers(0, 6))):
        payload = spoilt(draw, draw(st.sampled_from(examples(kind))))
        data = json.dumps(payload).encode()
        if draw(st.integers(0, 9)) == 0:
            data = data[: len(data) // 2]
        raw += data + b"\n" if kind == "ollama" else b"data: " + data + b"\n\n"
    return raw + draw(st.sampled_from([b"", b"data: [DONE]\n\n", b"\xff\xfe", b"{"]))
