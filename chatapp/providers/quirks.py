"""What a model refuses, learnt from the words in which it was refused.

A refused parameter is left out and the question asked once more; the name is
remembered for that model, and the user is told. A quirk is named by what is left
out of the body, or by a word of the wire's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.domain.errors import ProviderError

_REFUSED = re.compile(
    r"unsupported|not supported|does not support|unrecognized|unknown|unexpected|not permitted"
    r"|extra (?:fields|inputs)|invalid|only the default|not allowed|deprecated"
)


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something to do otherwise for one model.

    Attributes:
        name: What `Wire.body` does otherwise.
        sentence: What the user is told of it.
    """

    name: str
    sentence: str


def is_refusal(said: str) -> bool:
    """Whether the words refuse a part of the request, rather than all of it."""
    return _REFUSED.search(said) is not None


def refused_parameter(error: ProviderError, names: Iterable[str]) -> Quirk | None:
    """The first of `names` that the server's words refuse."""
    said = error.detail.lower()
    if not is_refusal(said):
        return None
    for name in names:
        if re.search(rf"\b{name.lower()}\b", said):
            return Quirk(name, f"This model does not take “{name}”; asked again without it.")
    return None
