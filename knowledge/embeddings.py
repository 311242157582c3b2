"""Texts to vectors: the built-in WordLlama, or any endpoint that speaks the OpenAI embeddings API."""

import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.settings import KnowledgeSettings

if TYPE_CHECKING:
    import openai
    from tokenizers import Tokenizer


class EmbeddingUnavailableError(RuntimeError):
    """The embedding endpoint did not answer; the message names it and the cause."""


class Embedding(Protocol):
    """A text embedding.

    Attributes:
        name: suits a collection name.
        weight: how much its cosine counts beside a BM25 score of 1.
        slice: texts that even a slow one embeds in a moment; more are asked for at once while it is quick.
        at_once: texts that a query can wait for.
    """

    name: str
    weight: float
    slice: int
    at_once: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row a text. Raises `EmbeddingUnavailableError`."""
        ...


@dataclass(frozen=True)
class WordLlamaEmbedding:
    """Averaged token vectors that ship with the `wordllama` package: no network, microseconds a text, no sense of word order.

    Its weight is small on purpose: measured on documentation questions it is far weaker than BM25, and only helps where no word matches.
    """

    name = "wordllama-256"
    weight = 0.1
    slice = 512
    at_once = 4096

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, 256)."""
        tokens = _tokenizer().encode_batch_fast(list(texts), add_special_tokens=False)
        table = _token_vectors()
        vectors = np.zeros((len(tokens), table.shape[1]), dtype=np.float32)
        for vector, text in zip(vectors, tokens, strict=True):
            np.sum(table[text.ids], axis=0, dtype=np.float32, out=vector)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    def is_word(self, word: str) -> bool:
        """Whether the vocabulary has this word as a whole: common English words, not slips of them."""
        return _tokenizer().token_to_id(f"\u2581{word}") is not None


def _wordllama(*path: str) -> Path:
    """A file of the `wordllama` package; the package itself is not imported, as it takes longer than all that is done with its files."""
    spec = importlib.util.find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the package wordllama is not installed")
    return Path(spec.origin).parent.joinpath(*path)


@cache
def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_wordllama("tokenizers", "l2_supercat_tokenizer_config.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def _token_vectors() -> NDArray[np.float16]:
    """A vector for each token, mapped from the file: of safetensors, a length, a header that tells the place, the data."""
    file = _wordllama("weights", "l2_supercat_256.safetensors")
    with file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(size))["embedding.weight"]
    return np.memmap(file, np.float16, "r", offset=8 + size + header["data_offsets"][0], shape=tuple(header["shape"]))


class OpenAIEmbedding:
    """A sentence model behind the OpenAI embeddings API; counts as much as BM25."""

    weight = 1.0
    slice = 8
    at_once = 32
    _REQUEST = 128

    def __init__(self, model: str, base_url: str | None, api_key: str | None) -> None:
        self._model, self._base_url, self._api_key = model, base_url, api_key
        self.name = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of the model's own dimension, asked for in batches. Raises `EmbeddingUnavailableError`."""
        import openai

        rows: list[list[float]] = []
        try:
            for start in range(0, len(texts), self._REQUEST):
                batch = list(texts[start : start + self._REQUEST])
                reply = self._client.embeddings.create(model=self._model, input=batch, encoding_format="float")
                rows += [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
        except openai.OpenAIError as error:
            where = self._base_url or "api.openai.com"
            raise EmbeddingUnavailableError(f"The embeddings endpoint {where} did not embed with {self._model!r}: {error}") from error
        vectors = np.asarray(rows, dtype=np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import openai

        return openai.OpenAI(base_url=self._base_url, api_key=self._api_key or "none", timeout=60, max_retries=2)


def embedding_of(settings: KnowledgeSettings) -> Embedding:
    """The embedding that the settings name; nothing is loaded or called yet."""
    kind, _, model = settings.embeddings.partition(":")
    if kind == "wordllama":
        return WordLlamaEmbedding()
    return OpenAIEmbedding(model, settings.base_url, settings.api_key.get_secret_value() if settings.api_key else None)
