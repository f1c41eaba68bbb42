"""A real llama model of some 200 KB whose words are known beforehand.

Its attention and feed-forward weights are zero, so the last token alone decides the next: the
output row of each token holds the embedding of its predecessor. A real engine that loads the
file therefore speaks a given text, token by token, and stops. Several texts fit into one model:
the chat template ends the prompt with the start token of the text that the user's last message
asks for by a keyword. A text may be endless, for tests of Stop and of kills in mid-reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

EMBEDDING = 128  # wide enough that the embeddings of some thousand tokens are nearly orthogonal
LAYERS = 1
HEADS = 4
HEADS_KV = 2
CERTAINTY = 8.0  # the logit of the right successor; all others are near 0
ROLES = ("system", "user", "assistant", "tool")
END = "</s>"
SPACE = "\u2581"  # how sentencepiece writes a space


@dataclass(frozen=True)
class Script:
    """A text the model speaks.

    Attributes:
        text: What it says, to the byte.
        keyword: It says so when the user's last message contains this; the script with an
            empty keyword answers everything else.
        endless: Begin again at the end, for ever.
    """

    text: str
    keyword: str = ""
    endless: bool = False

    @property
    def start(self) -> str:
        """The control token that sets it off."""
        return f"<|speak:{self.keyword}|>"


class Vocabulary:
    """Tokens and their numbers, in the order they were added."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.kinds: list[int] = []
        self.numbers: dict[str, int] = {}

    def add(self, token: str, kind: gguf.TokenType = gguf.TokenType.NORMAL) -> int:
        """The number of a new token."""
        self.numbers[token] = len(self.tokens)
        self.tokens.append(token)
        self.kinds.append(int(kind))
        return self.numbers[token]


def write_model(path: Path, scripts: Sequence[Script], context: int = 4096) -> None:
    """Write a model to `path` that speaks `scripts`; `context` is in tokens."""
    vocabulary = plain_vocabulary(scripts)
    chains = [(script, add_chain(vocabulary, script)) for script in scripts]
    writer = gguf.GGUFWriter(path, "llama")
    write_settings(writer, context)
    write_tokenizer(writer, vocabulary, chat_template(scripts))
    write_tensors(writer, vocabulary, chains)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def plain_vocabulary(scripts: Iterable[Script]) -> Vocabulary:
    """What any prompt needs: control tokens, every byte, and the letters of ASCII."""
    vocabulary = Vocabulary()
    vocabulary.add("<unk>", gguf.TokenType.UNKNOWN)
    vocabulary.add("<s>", gguf.TokenType.CONTROL)
    vocabulary.add(END, gguf.TokenType.CONTROL)
    for byte in range(256):
        vocabulary.add(f"<0x{byte:02X}>", gguf.TokenType.BYTE)
    for token in [f"<|{role}|>" for role in ROLES] + [script.start for script in scripts]:
        vocabulary.add(token, gguf.TokenType.CONTROL)
    for code in range(ord(" "), 127):
        vocabulary.add(chr(code).replace(" ", SPACE))
    return vocabulary


def add_chain(vocabulary: Vocabulary, script: Script) -> list[int]:
    """Add the words of `script`; their token numbers in the order they are spoken."""
    return [vocabulary.add(word) for word in distinct_words(script.text, vocabulary.numbers)]


def distinct_words(text: str, taken: Iterable[str]) -> list[str]:
    """`text` cut into tokens that occur nowhere else: a repeated word takes in what follows.

    Raises:
        ValueError: All of the text is a token already.
    """
    seen, words, pending = set(taken), [], ""
    for word in re.findall(r"\s*\S+|\s+$", text):
        pending += word.replace(" ", SPACE)
        if pending not in seen:
            seen.add(pending)
            words.append(pending)
            pending = ""
    while pending:  # the end was said before: it joins the words before it
        if not words:
            raise ValueError(f"{text!r} is said elsewhere")
        pending = words.pop() + pending
        if pending not in seen:
            return [*words, pending]
    return words


def chat_template(scripts: Iterable[Script]) -> str:
    """Jinja that writes the conversation and ends with the start token of the wanted script."""
    ordered = sorted(scripts, key=lambda script: not script.keyword)  # the catch-all comes last
    choices = "".join(
        f"{{% {'elif' if number else 'if'} {script.keyword!r} in messages[-1]['content'] %}}"
        f"{script.start}"
        for number, script in enumerate(ordered)
    )
    turns = "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}" + END + "{% endfor %}"
    return turns + "{% if add_generation_prompt %}" + choices + "{% endif %}{% endif %}"


def write_settings(writer: gguf.GGUFWriter, context: int) -> None:
    """The shape of the network."""
    writer.add_name("tiny")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(context)
    writer.add_embedding_length(EMBEDDING)
    writer.add_feed_forward_length(EMBEDDING)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS_KV)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)


def write_tokenizer(writer: gguf.GGUFWriter, vocabulary: Vocabulary, template: str) -> None:
    """The vocabulary, as a sentencepiece tokenizer that adds nothing of its own."""
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token.encode() for token in vocabulary.tokens])
    writer.add_token_scores([-float(number) for number in range(len(vocabulary.tokens))])
    writer.add_token_types(vocabulary.kinds)
    writer.add_bos_token_id(vocabulary.numbers["<s>"])
    writer.add_eos_token_id(vocabulary.numbers[END])
    writer.add_unk_token_id(vocabulary.numbers["<unk>"])
    writer.add_pad_token_id(vocabulary.numbers["<unk>"])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(template)


def write_tensors(
    writer: gguf.GGUFWriter, vocabulary: Vocabulary, chains: Iterable[tuple[Script, list[int]]]
) -> None:
    """Embeddings of length 1, output rows that find their predecessor, zeros between."""
    random = np.random.default_rng(seed=0)
    embeddings = random.standard_normal((len(vocabulary.tokens), EMBEDDING)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    output = np.zeros_like(embeddings)
    for script, chain in chains:
        here = vocabulary.numbers[script.start]
        for successor in [*chain, chain[0] if script.endless else vocabulary.numbers[END]]:
            output[successor] += CERTAINTY * embeddings[here]
            here = successor
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output_norm.weight", np.ones(EMBEDDING, np.float32))
    writer.add_tensor("output.weight", output)
    for name, tensor in silent_layers():
        writer.add_tensor(name, tensor)


def silent_layers() -> Iterable[tuple[str, np.ndarray[Any, Any]]]:
    """The transformer's blocks, which add nothing to what flows past them."""
    narrow = EMBEDDING * HEADS_KV // HEADS
    rows = {"attn_k": narrow, "attn_v": narrow}
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{name}.weight", np.ones(EMBEDDING, np.float32)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
            zeros = np.zeros((rows.get(name, EMBEDDING), EMBEDDING), np.float32)
            yield f"blk.{layer}.{name}.weight", zeros
