"""A real llama.cpp server on loopback, in a process of its own.

As a module it is that process: it prints its address as soon as it listens, and goes when its
standard input closes, so that it never outlives the tests, however they end.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from types import TracebackType

from real.tiny_gguf import Script, write_model

SPOKEN = (
    "Hello! I am a tiny model made by the tests. **Bold**, `code`, and a list:\n\n- one\n- two\n\n"
    "```python\nprint('x + y')\n```\nNaïve café, 日本, 🙂 done."
)
# No word of these occurs twice, so that they stream word by word.
WORDS = ["".join(parts) for parts in product(("ba", "de", "fi", "go", "lu", "na", "ri"), repeat=3)]
LONG = "\n\n".join(" ".join(WORDS[start : start + 14]) + "." for start in range(0, 280, 14))
ENDLESS = " ".join(WORDS[280:]) + "\n\n"
MODEL = "tiny"
API_KEY = "sk-test-canary-0123456789"
SCRIPTS = (
    Script(SPOKEN),
    Script(LONG, keyword="harbour"),
    Script(ENDLESS, keyword="sea", endless=True),
)
CONTEXT = 131_072  # tokens, shared among the slots: an endless reply lasts some twenty seconds
SLOTS = 4  # replies at once


class LlamaServer:
    """A running server; leave its `with` block to stop it.

    Attributes:
        base_url: What goes into config.toml, ends in `/v1`.
        model: The name of the only model.
        api_key: What a request must bear; empty if it need bear nothing.
        spoken: The reply to any message without a keyword.
        long: The reply to a message that contains "harbour".
        endless: What the reply to a message with "sea" repeats until it is stopped.
    """

    model = MODEL
    spoken = SPOKEN
    long = LONG
    endless = ENDLESS

    def __init__(self, api_key: str = "", scripts: Sequence[Script] = SCRIPTS) -> None:
        self.api_key = api_key
        self._folder = tempfile.TemporaryDirectory(prefix="tiny-model-")
        path = Path(self._folder.name) / "tiny.gguf"
        write_model(path, scripts, CONTEXT)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "real.llama_server", path, api_key],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.base_url = f"{self._process.stdout.readline().strip()}/v1"
        assert self.base_url.startswith("http://127.0.0.1:"), "the llama.cpp server did not start"

    def __enter__(self) -> LlamaServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it at once; a second time does nothing."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


def serve(model: str, api_key: str) -> None:
    """Listen on a free port of loopback until standard input closes."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = SLOTS
    parameters.use_jinja = True
    parameters.warmup = False
    parameters.sampling.temp = 0.0
    if api_key:
        parameters.api_keys = [api_key]
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
