"""The llama.cpp engine with one model, in a process of its own.

Loading a model holds the interpreter for seconds, and an engine that runs out of
memory takes its process along: neither may happen to the window. The process gets
what to load as one line of JSON on its standard input, tells the address it listens
on (loopback, a port of the system's choice) as one line of its output, and ends
when its input does, so that it never outlives the program.
"""

from __future__ import annotations

import json
import os
import sys

SLOTS = 2  # replies at once


def main() -> None:
    """Load, listen, and wait for the end."""
    import xllamacpp

    asked = json.loads(sys.stdin.readline())
    parameters = xllamacpp.CommonParams()
    parameters.model.path = asked["model"]
    parameters.model_alias = {asked["name"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [asked["key"]]
    parameters.n_parallel = SLOTS
    parameters.n_ctx = asked["context"]
    parameters.use_jinja = True
    parameters.ui = False
    parameters.offline = True
    try:
        server = xllamacpp.Server(parameters)
    except RuntimeError:
        os._exit(1)
    print(server.listening_address, flush=True)  # noqa: T201 - how the parent learns of it
    sys.stdin.read()
    os._exit(0)  # the engine's own threads may be in the middle of a reply


if __name__ == "__main__":
    main()
