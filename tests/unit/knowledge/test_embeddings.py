"""The built-in vectors are those of the `wordllama` package, though only its files are read."""

from pathlib import Path

import numpy as np

from knowledge.embeddings import WordLlamaEmbedding

TEXTS = ["Which buckets are there?", "naïve 日本語 🙂", "a" * 3000, "retry the run, then compare both " * 60, "x"]


def test_vectors_are_those_of_the_package() -> None:
    import wordllama

    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    assert np.allclose(WordLlamaEmbedding().embed(TEXTS), model.embed(TEXTS, norm=True), atol=1e-6)


def test_a_text_without_words_is_like_nothing() -> None:
    assert not WordLlamaEmbedding().embed([""]).any()
    assert WordLlamaEmbedding().embed([]).shape == (0, 256)


def test_common_words_are_known() -> None:
    assert WordLlamaEmbedding().is_word("bucket")
    assert not WordLlamaEmbedding().is_word("bukcet")
