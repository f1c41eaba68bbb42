"""A conversation in the terminal.

What is typed is said; a line that begins with `/` is a command. Ctrl-C stops the
reply that is arriving, Ctrl-D leaves. In a pipe every line is said in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED
from chatapp.cli.output import complain, note, plain_line, write_line
from chatapp.cli.reply_printer import ReplyPrinter, say_ending, stopped_by_control_c
from chatapp.cli.transcript import local_time, transcript
from chatapp.domain.errors import ChatAppError
from chatapp.domain.ids import check_session_id, new_session_id, session_key
from chatapp.domain.message import Status
from chatapp.sessions.catalogue import SessionFilter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from chatapp.cli.prompt import Prompt
    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.services.core import Core

LISTED = 10
SHOWN_ON_OPENING = 2  # messages


class TerminalChat:
    """One person at one prompt; the chat is made with the first word said in it."""

    def __init__(self, core: Core, prompt: Prompt, session_id: str | None = None) -> None:
        self._core = core
        self._prompt = prompt
        self._session_id = session_id
        self._status = DONE
        self._over = False
        self._commands: dict[str, tuple[str, Callable[[str], Awaitable[None]]]] = {
            "/help": ("these lines", self._help),
            "/new": ("begin a new chat", self._new),
            "/list": ("the latest chats", self._list),
            "/open": ("ID  go on with another chat", self._open),
            "/title": ("TEXT  give this chat a title", self._title),
            "/model": ("NAME  ask this model in this chat", self._model),
            "/retry": ("ask again for the last reply", self._retry),
            "/quit": ("leave; so does Ctrl-D", self._quit),
        }

    async def run(self) -> int:
        """Talk until the input ends; gives the exit status."""
        await self._greet()
        while not self._over:
            try:
                line = self._prompt.read()
            except KeyboardInterrupt:
                note("\nCtrl-D leaves.")
                continue
            if line is None:
                break
            await self._take(line)
        self._say_goodbye()
        return DONE if self._prompt.is_terminal else self._status

    async def _take(self, line: str) -> None:
        """Say or do one line; whatever cannot be done is said, and the talk goes on."""
        word, _, rest = line.strip().partition(" ")
        try:
            if word in self._commands:
                await self._commands[word][1](rest.strip())
            elif word.startswith("/") and word[1:].isalpha():
                raise ChatAppError(f"{word} is no command.", "/help shows them.")  # noqa: TRY301
            elif word:
                await self._say(line)
        except ChatAppError as error:
            complain(error)
            self._status = FAILED

    # ---- talking

    async def _say(self, text: str) -> None:
        session = await self._session()
        await self._receive(session, self._core.conversation.send(text, session_id=session.id))

    async def _retry(self, _rest: str) -> None:
        session = await self._session()
        await self._receive(session, self._core.conversation.retry(session.id))

    async def _receive(self, session: Session, asking: Coroutine[None, None, Message]) -> None:
        printer = ReplyPrinter(self._core, session.id)
        with stopped_by_control_c(self._core, session.id):
            reply = await asking
        if not say_ending(reply):
            self._status = FAILED
        if printer.refused is not None:
            raise printer.refused
        # A reply is interrupted only when the whole program is told to end.
        self._over = self._over or reply.status is Status.INTERRUPTED
        await self._core.manager.save_all()  # nothing is owed while the prompt waits
        if self._prompt.is_terminal:
            note("")

    async def _session(self) -> Session:
        self._session_id = self._session_id or new_session_id()
        name = self._core.settings.get("user_name")
        return await self._core.manager.get_or_create_session(self._session_id, user_name=name)

    # ---- commands

    async def _help(self, _rest: str) -> None:
        width = max(map(len, self._commands))
        note("\n".join(f"{word:{width}}  {does}" for word, (does, _) in self._commands.items()))

    async def _new(self, _rest: str) -> None:
        self._session_id = None
        note("A new chat.")

    async def _list(self, _rest: str) -> None:
        summaries = self._core.manager.catalogue.summaries(SessionFilter())[:LISTED]
        for summary in summaries:
            here = self._session_id and session_key(self._session_id)
            mark = "*" if session_key(summary.session_id) == here else " "
            when = local_time(summary.last_updated, self._core.clock)
            name = summary.damage or summary.title or summary.preview or "New chat"
            note(f"{mark} {summary.session_id}  {when}  {plain_line(name)}")
        if not summaries:
            note("There are no chats yet.")

    async def _open(self, rest: str) -> None:
        session = await self._core.manager.load_session(check_session_id(rest))
        self._session_id = session.id
        self._say_where(session)

    async def _title(self, rest: str) -> None:
        await self._core.manager.update_session((await self._session()).id, title=rest)

    async def _model(self, rest: str) -> None:
        if rest:
            self._core.models.resolve(rest)
            session = await self._session()
            await self._core.manager.update_session(session.id, metadata={"model": rest})
        note(plain_line(await self._model_name()))

    async def _quit(self, _rest: str) -> None:
        self._over = True

    # ---- telling where we are

    async def _greet(self) -> None:
        session = None
        if self._session_id is not None:
            session = await self._core.manager.get_session(self._session_id)
        if not self._prompt.is_terminal:
            return
        note(f"{plain_line(await self._model_name())} · /help shows what else can be typed.")
        if session is not None:
            self._say_where(session)

    async def _model_name(self) -> str:
        session = self._session_id and await self._core.manager.get_session(self._session_id)
        chosen = session.metadata.get("model") if session else None
        return str(chosen or self._core.settings.get("default_model"))

    def _say_where(self, session: Session) -> None:
        if session.title:
            note(plain_line(session.title))
        if self._prompt.is_terminal and session.messages:
            write_line(transcript(session.messages[-SHOWN_ON_OPENING:], self._core.clock) + "\n")

    def _say_goodbye(self) -> None:
        if self._prompt.is_terminal and self._session_id is not None:
            note(f"\n“chatapp chat --session {self._session_id}” goes on from here.")
