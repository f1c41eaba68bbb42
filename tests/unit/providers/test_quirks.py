from __future__ import annotations

import pytest

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers.quirks import is_refusal, refused_parameter


def refused(words: str) -> str | None:
    error = ProviderError(ProviderErrorKind.REQUEST, "No.", detail=words)
    quirk = refused_parameter(error, ("top_p", "temperature"))
    return quirk and quirk.name


@pytest.mark.parametrize(
    "words",
    [
        "Unsupported parameter: 'temperature'",
        "temperature is not supported with this model",
        'Unknown name "temperature"',
        "body.temperature: Extra inputs are not permitted",
        "`temperature` is deprecated for this model",
    ],
)
def test_name_in_a_refusal_is_found(words: str) -> None:
    assert refused(words) == "temperature"


@pytest.mark.parametrize(
    "words", ["the temperature outside is 20", "Unsupported parameter: 'color_temperature'", ""]
)
def test_name_outside_a_refusal_is_not(words: str) -> None:
    assert refused(words) is None


def test_the_user_is_told_what_is_left_out() -> None:
    error = ProviderError(ProviderErrorKind.REQUEST, "No.", detail="unsupported: top_p")
    quirk = refused_parameter(error, ("top_p",))
    assert quirk is not None
    assert "“top_p”" in quirk.sentence
    assert is_refusal("not supported")
