"""Which models can be asked: `models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.cli.command import DONE, FAILED, Command, add_json
from chatapp.cli.output import complain, write_json, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


async def _models(core: Core, arguments: argparse.Namespace) -> int:
    offers = await core.models.offers()
    default = core.settings.get("default_model")
    errors = [offer.error for offer in offers if offer.error is not None]
    if arguments.json:
        models: list[dict[str, Any]] = [
            {
                "model": name,
                "provider": offer.provider,
                "context_length": model.context_length,
                "default": name == default,
            }
            for offer in offers
            for name, model in zip(offer.names, offer.models, strict=True)
        ]
        write_json(models)
    else:
        for name in (name for offer in offers for name in offer.names):
            write_line(f"{name}  (default)" if name == default else name)
    for error in errors:
        complain(error)
    return FAILED if errors else DONE


MODELS = Command("models", "the models that can be asked", add_json, _models, True)
