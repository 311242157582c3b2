"""Words of the lexical index."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.tokens import STOP_WORDS, query_tokens, tokens


def test_identifiers_are_kept_whole_and_in_parts() -> None:
    found = tokens("dsl.ParallelFor")
    assert found[0] == "dsl.parallelfor"
    assert {"dsl", "parallel"} <= set(found)


def test_snake_case_and_camel_case_are_split() -> None:
    assert {"set_env_vari", "env", "variabl"} <= set(tokens("set_env_variable"))
    assert {"kfp", "client"} <= set(tokens("KFPClient"))


def test_different_forms_of_a_word_share_a_stem() -> None:
    assert tokens("caching") == tokens("cached") == tokens("Cache")


def test_stop_words_vanish_and_names_at_the_end_of_a_sentence_lose_the_dot() -> None:
    assert tokens("how do I use the") == []
    assert tokens("It runs MinIO.")[-1] != "minio."


def test_abbreviations_of_a_question_are_spelled_out_too() -> None:
    assert {"k8s", "kubernet"} <= set(query_tokens("k8s secret"))
    assert query_tokens("plain words") == tokens("plain words")


@given(st.text(max_size=300))
def test_any_text_has_tokens_without_blanks(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not any(character.isspace() for character in token)
        assert token not in STOP_WORDS or len(token) > 1 or token.isdigit()
