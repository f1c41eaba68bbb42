"""Google Gemini, `streamGenerateContent`.

Source of the form: ai.google.dev/api/generate-content. Each event is a whole
fragment of the response; there is no end mark but a reason to finish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role
from chatapp.domain.stream import Usage
from chatapp.providers import shapes
from chatapp.providers.base import ModelInfo
from chatapp.providers.decoder import Decoder
from chatapp.providers.quirks import Quirk, refused_parameter
from chatapp.providers.reply import Reply
from chatapp.providers.sse import ServerSentEvents
from chatapp.providers.think import Thinking
from chatapp.providers.turns import Turn, sides, system_text, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.domain.errors import ProviderError
    from chatapp.providers.base import ChatRequest

WIRE = "gemini"
_PREFIX = "models/"
_THINKING_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24576}
_UNSIGNED = "skip_thought_signature_validator"  # Google's own word for calls of other models
_SETTINGS = {
    "temperature": "temperature",
    "top_p": "topP",
    "max_tokens": "maxOutputTokens",
    "seed": "seed",
}
_REASONS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "MALFORMED_FUNCTION_CALL": "other",
    "UNEXPECTED_TOOL_CALL": "other",
    "TOO_MANY_TOOL_CALLS": "other",
    "OTHER": "other",
}  # every other one is a filter


class GeminiWire:
    """Fragments of a response over server-sent events."""

    kind = WIRE
    home = "https://generativelanguage.googleapis.com/v1beta"
    version = "/v1beta"

    def headers(self, key: str | None) -> dict[str, str]:
        """The key in a header: in the address it would end in logs."""
        headers = {"content-type": "application/json"}
        return headers | ({"x-goog-api-key": key} if key else {})

    def path(self, request: ChatRequest) -> str:
        """The model stands in the path."""
        return f"/{_PREFIX}{request.model.removeprefix(_PREFIX)}:streamGenerateContent?alt=sse"

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question; the sides are called `user` and `model`, and alternate."""
        said = turns(request)
        is_strict = "gemini-3" in request.model
        body: dict[str, Any] = {
            "contents": [
                {
                    "role": "model" if is_model else "user",
                    "parts": [part for turn in run for part in _parts(turn, is_strict=is_strict)],
                }
                for is_model, run in sides(said)
            ]
        }
        if system := system_text(request, said):
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if request.tools:
            functions = [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "parametersJsonSchema": tool.schema,
                }
                for tool in request.tools
            ]
            body["tools"] = [{"functionDeclarations": functions}]
        settings = _settings(request.parameters, is_strict=is_strict)
        for quirk in quirks:
            settings.pop(quirk, None)
        if settings:
            body["generationConfig"] = settings
        return body | shapes.mapping(request.parameters.get("extra"))

    def quirk(self, error: ProviderError) -> Quirk | None:
        """A setting the model refuses; thinking is named in several ways."""
        if "thinking" in error.detail.lower():
            return Quirk("thinkingConfig", "This model does not think; asked again without it.")
        return refused_parameter(error, _SETTINGS.values())

    def decoder(self, request: ChatRequest) -> Decoder:
        """Unnamed events."""
        return Decoder(ServerSentEvents(), GeminiFragments(), Reply(Thinking.PLAIN))

    def models_path(self, after: str) -> str:
        """Pages are asked for by a token."""
        return f"/models?pageSize=1000&pageToken={after}" if after else "/models?pageSize=1000"

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """Those of one page that write."""
        page = shapes.mapping(answer)
        found = [
            ModelInfo(
                shapes.text(row.get("name")).removeprefix(_PREFIX),
                shapes.count(row.get("inputTokenLimit")),
            )
            for row in shapes.objects(page.get("models"))
            if "generateContent" in (row.get("supportedGenerationMethods") or ())
        ]
        return found, shapes.text(page.get("nextPageToken"))


# ---- the request


def _parts(turn: Turn, *, is_strict: bool) -> Iterator[dict[str, Any]]:
    """The parts of a turn, each with the signature it came with."""
    if turn.role is Role.TOOL:
        yield {"functionResponse": {"name": turn.tool, "response": {"result": turn.text}}}
        return
    signatures = {
        blob.get("call"): blob.get("signature") for blob in turn.blobs if blob.get("wire") == WIRE
    }
    for picture in turn.pictures:
        yield {"inlineData": {"mimeType": picture.media_type, "data": picture.base64}}
    if turn.text:
        yield _signed({"text": turn.text}, signatures.get(None))
    for place, call in enumerate(turn.calls):
        arguments = shapes.mapping(shapes.load_or_none(call.arguments))
        unsigned = _UNSIGNED if is_strict and place == 0 else None
        part = {"functionCall": {"name": call.name, "args": arguments}}
        yield _signed(part, signatures.get(place, unsigned))


def _signed(part: dict[str, Any], signature: object) -> dict[str, Any]:
    return part | ({"thoughtSignature": signature} if signature else {})


def _settings(asked: dict[str, Any], *, is_strict: bool) -> dict[str, Any]:
    settings = {
        theirs: asked[ours] for ours, theirs in _SETTINGS.items() if asked.get(ours) is not None
    }
    if stop := asked.get("stop"):
        settings["stopSequences"] = [stop] if isinstance(stop, str) else stop
    effort = asked.get("reasoning_effort")
    if effort in _THINKING_BUDGETS:
        amount = (
            {"thinkingLevel": effort}
            if is_strict and effort != "none"
            else {"thinkingBudget": _THINKING_BUDGETS[effort]}
        )
        settings["thinkingConfig"] = {"includeThoughts": True, **amount}
    return settings


# ---- the reply


class GeminiFragments:
    """What the fragments of a response mean."""

    def __init__(self) -> None:
        self._calls = 0

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what one fragment says."""
        reply.start(
            shapes.text(payload.get("modelVersion")), shapes.text(payload.get("responseId"))
        )
        self._take_usage(shapes.mapping(payload.get("usageMetadata")), reply)
        for candidate in shapes.objects(payload.get("candidates")):
            if not candidate.get("index"):  # other answers are unasked
                self._take_candidate(candidate, reply)
        feedback = shapes.mapping(payload.get("promptFeedback"))
        if blocked := shapes.text(feedback.get("blockReason")):
            reply.finish("filter", blocked)

    def close(self, reply: Reply) -> None:
        """Every fragment was whole."""

    def _take_candidate(self, candidate: dict[str, Any], reply: Reply) -> None:
        content = shapes.mapping(candidate.get("content"))
        for part in shapes.objects(content.get("parts")):
            self._take_part(part, reply)
        if raw := shapes.text(candidate.get("finishReason")):
            reply.finish(_REASONS.get(raw, "filter"), raw)

    def _take_part(self, part: dict[str, Any], reply: Reply) -> None:
        text = shapes.text(part.get("text"))
        call = shapes.mapping(part.get("functionCall"))
        if part.get("thought"):
            reply.reasoning(text)
        else:
            reply.text(text)
        if signature := part.get("thoughtSignature"):
            place = self._calls if call else None
            reply.opaque({"wire": WIRE, "call": place, "signature": signature})
        if call:
            slot = self._calls
            self._calls += 1
            reply.tool_begin(slot, shapes.text(call.get("id")), shapes.text(call.get("name")))
            reply.tool_arguments(slot, shapes.json_text(call.get("args")))
            reply.tool_end(slot)

    def _take_usage(self, usage: dict[str, Any], reply: Reply) -> None:
        if not usage:
            return
        thoughts = shapes.count(usage.get("thoughtsTokenCount"))
        answer = shapes.count(usage.get("candidatesTokenCount"))
        written = None if answer is None and thoughts is None else (answer or 0) + (thoughts or 0)
        reply.usage(
            Usage(
                prompt_tokens=shapes.count(usage.get("promptTokenCount")),
                completion_tokens=written,
                cached_tokens=shapes.count(usage.get("cachedContentTokenCount")),
                reasoning_tokens=thoughts,
            )
        )
