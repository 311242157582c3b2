"""A streamed answer shows no part of a secret, however it is cut into pieces, and all of everything else."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from swarm.secrets import masked
from swarm.veil import Veil

PASSPHRASE = "correct horse battery"
BLOCK = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow IBAAKCAQEA\nq7Zp3\n-----END RSA PRIVATE KEY-----"
TOKEN = "ghp_" + "a1B2c3" * 6
VALUES = {"token": TOKEN, "block": BLOCK, "phrase": PASSPHRASE, "word": "hunter2zX!", "key": "Zk93-bQ7w-11xA"}
PARTS = [
    "The run has failed. ",
    "It used 3 tokens of the budget, ",
    "the etag is d41d8cd98f00b204e9800998ecf8427e;\n",
    f"look at {TOKEN} here ",
    f"password: {VALUES['word']} ",
    f'the password is "{VALUES["word"]}". ',
    f"api key = {VALUES['key']}\n",
    f"| secret_key | {VALUES['key']} |\n",
    f"\n{BLOCK}\n",
    f"say {PASSPHRASE} ",
    f"postgresql://ml:{VALUES['word']}@db/x ",
    "x" * 400 + " ",
    "many words " * 40,
]


def mask(text: str) -> str:
    return masked(text.replace(PASSPHRASE, "<secret>"), lambda _: "<secret>")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6), st.lists(st.integers(0, 2500), max_size=40))
@example([PARTS[4]], [12])
@example([PARTS[6]], [4])
@example([PARTS[0], PARTS[6]], [28])
@example([PARTS[8]], list(range(120)))
def test_pieces_show_what_the_whole_shows(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    veil = Veil(mask, lambda: [PASSPHRASE])
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    shown = [veil.shown(text[a:b]) for a, b in pairwise(places)]
    assert "".join(shown) + veil.rest() == mask(text)
    assert not [name for name, value in VALUES.items() if value in mask(text)]


def test_plain_text_is_shown_while_it_comes() -> None:
    veil = Veil(mask, list)
    shown = "".join(veil.shown(f"{word} ") for word in ("one", "two", "three", "four"))
    assert shown == "one two three "
