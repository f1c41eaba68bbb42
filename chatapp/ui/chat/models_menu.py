"""The menu of models: what the settings name at once, what the servers tell when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatapp.services.core import Core
    from chatapp.ui.chat.header import Header
    from chatapp.ui.chat.presenter import ChatPresenter

GUIDE_MODEL = "guide/guide"


class ModelsMenu:
    """Fills the header's menu each time it opens."""

    def __init__(self, core: Core, header: Header, presenter: ChatPresenter) -> None:
        self._core, self._header, self._presenter = core, header, presenter
        header.models_menu.aboutToShow.connect(self._on_about_to_show)
        header.show_models(self._configured())

    def _configured(self) -> list[str]:
        """What needs no asking: the guide, the default, this chat's, the named ones."""
        settings = self._core.settings
        named = [f"{p.name}/{model}" for p in settings.providers for model in p.models]
        chosen = [GUIDE_MODEL, str(settings.get("default_model")), self._presenter.model]
        return list(dict.fromkeys([*chosen, *named]))

    def _on_about_to_show(self) -> None:
        asking = bool(self._core.settings.providers)
        self._header.show_models(self._configured(), "Asking the servers…" if asking else "")
        if asking:
            self._core.tasks.start(self._ask(), name="ask for models")

    async def _ask(self) -> None:
        offers = await self._core.models.offers()
        offered = [name for offer in offers for name in offer.names]
        silent = [offer.provider for offer in offers if offer.error is not None]
        hint = f"No answer from {', '.join(silent)}" if silent else ""
        self._header.show_models(list(dict.fromkeys([*self._configured(), *offered])), hint)
