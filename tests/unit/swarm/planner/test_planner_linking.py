"""Which things a text mentions: whole names however they are written, slips, names said by some of their words; and nothing else."""

from collections.abc import Sequence

import pytest

from swarm.planner.linking import Linker, Mention, masked, squashed
from tools.tool import Entry

KNOWN = {
    "pipeline": ["glacier-flow", "moraine_map", "ice-core-dating"],
    "run": ["june-yield-07", "june-frost-08", "glacier-flow-003"],
    "bucket": ["field-notes", "cores"],
    "object": ["north/core-12.csv", "south/core-12.csv", "drill.log"],
    "document": ["guides/ice-safety.md", "plain.md"],
}


def linker_of(known: dict[str, list[str]]) -> Linker:
    linker = Linker()
    for kind, names in known.items():
        linker.update(kind, [Entry(kind, name) for name in names])
    return linker


@pytest.fixture(scope="module")
def linker() -> Linker:
    return linker_of(KNOWN)


def named(found: Sequence[Mention]) -> list[str]:
    return [m.entry.name for m in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("start glacier-flow", ["glacier-flow"]),
        ("start Glacier Flow now", ["glacier-flow"]),
        ("start glacierflow", ["glacier-flow"]),
        ("what about glacier flow 3?", ["glacier-flow-003"]),
        ("glacier-flow and MORAINE MAP", ["glacier-flow", "moraine_map"]),
        ("the glacier, flow of it", []),
        ("glacier", []),
        ("drill.log of cores", ["drill.log", "cores"]),
        ("core-12.csv", ["north/core-12.csv", "south/core-12.csv"]),
        ("north/core-12.csv", ["north/core-12.csv"]),
        ("read ice safety", ["guides/ice-safety.md"]),
        ("that is plain", []),
        ("the ice core datings", ["ice-core-dating"]),
        ("read glacier flow.csv", []),  # the name of a file that is not there
    ],
)
def test_whole_names_in_every_writing(linker: Linker, text: str, names: list[str]) -> None:
    assert named(linker.mentions(text)) == names


def test_how_short_a_name_can_be() -> None:
    linker = linker_of({"bucket": ["qa", "q"]})
    assert named(linker.mentions("look into qa, not into q")) == ["qa"]


def test_a_mention_says_where_and_whether_just_that_name_stands_there(linker: Linker) -> None:
    text = "please start Glacier Flow, then core-12.csv"
    first, *others = linker.mentions(text)
    assert (text[first.start : first.end], first.exact, first.entry.kind) == ("Glacier Flow", True, "pipeline")
    assert [(text[m.start : m.end], m.exact) for m in others] == [("core-12.csv", False)] * 2


def test_a_full_key_settles_which_file_is_meant(linker: Linker) -> None:
    assert named(linker.mentions("copy south/core-12.csv, and show core-12.csv")) == ["south/core-12.csv"]


def test_only_the_kinds_asked_for(linker: Linker) -> None:
    text = "drill.log of cores"
    assert named(linker.mentions(text, ["bucket"])) == ["cores"]
    assert linker.mentions(text, []) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("start glacer-flow", ["glacier-flow"]),
        ("start moraine_mpa.", ["moraine_map"]),
        ("june-yield-70", []),  # another number is another thing
        ("glaceir", []),  # a word, no name
        ("start tundra-flow", []),
        ("glacier-flow", []),  # just as it is called: no slip
    ],
)
def test_slips(linker: Linker, text: str, names: list[str]) -> None:
    assert named(linker.misspelt(text, [])) == names


def test_what_is_found_already_is_no_slip(linker: Linker) -> None:
    text = "glacier-flow and glacer-flow"
    found = linker.mentions(text)
    (slip,) = linker.misspelt(text, found)
    assert (slip.start, slip.end) == (17, 28)
    assert linker.misspelt("glacier-flow", linker.mentions("glacier-flow")) == []
    (earlier,) = linker.misspelt("glacer-flow and glacier-flow", linker.mentions("glacer-flow and glacier-flow"))
    assert earlier.start == 0


def test_two_names_as_near_are_both_told() -> None:
    linker = linker_of({"bucket": ["silo-east"], "run": ["silo-eant"]})
    assert sorted(named(linker.misspelt("look into silo-eart", []))) == ["silo-eant", "silo-east"]
    nearer = linker_of({"bucket": ["silo-easter"], "run": ["silo-eant"]})
    assert named(nearer.misspelt("look into silo-eart", [])) == ["silo-eant"]


COMMON = {"the", "run", "show", "map"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the yield june run", ["june-yield-07"]),
        ("show frost june", ["june-frost-08"]),
        ("june run", []),  # one word of two names
        ("dating core", ["ice-core-dating"]),
        ("yield, june", []),  # two parts of a sentence
        ("map run", []),  # nothing but words that every request has
        ("june yield frost", ["june-yield-07"]),
        ("x=june yield", []),  # part of a value
        ("month=june yield", []),
    ],
)
def test_names_said_by_some_of_their_words(linker: Linker, text: str, names: list[str]) -> None:
    assert named(linker.described(text, [], COMMON)) == names


def test_described_is_only_what_is_not_mentioned_yet(linker: Linker) -> None:
    text = "the yield june run"
    (mention,) = linker.described(text, [], COMMON)
    assert (text[mention.start : mention.end], mention.exact) == ("yield june", False)
    assert linker.described(text, [Mention(mention.entry, 10, 14)], COMMON) == []
    june = "show me the yield june run".index("june")
    assert linker.described("show me the yield june run", [Mention(mention.entry, june, june + 4)], COMMON) == []
    assert named(linker.described(f"{text} and cores", linker.mentions(f"{text} and cores"), COMMON)) == ["june-yield-07"]


def test_the_most_and_the_rarest_words_win(linker: Linker) -> None:
    assert linker.partly("run", ["june"]) == ["june-yield-07", "june-frost-08"]
    assert linker.partly("run", ["june", "frost"]) == ["june-frost-08"]
    assert linker.partly("run", ["june", "glacier"]) == ["glacier-flow-003"]
    assert linker.partly("run", ["june", "frost"], among=["june-yield-07"]) == ["june-yield-07"]
    assert linker.partly("run", ["8"]) == ["june-frost-08"]
    trees = linker_of({"run": ["red-oak-1", "red-oak-2", "red-pine", "teal-elm"]})
    assert trees.partly("run", ["red", "oak", "teal"]) == ["red-oak-1", "red-oak-2"]
    assert linker.partly("run", ["tundra"]) == linker.partly("nothing", ["june"]) == []


def test_words_of_names(linker: Linker) -> None:
    assert {"glacier", "moraine", "frost", "north"} <= linker.name_words()
    assert not {"june", "flow", "map"} & linker.name_words()  # too short to be told from others with a slip
    assert linker.in_names("run", "yields")
    assert not linker.in_names("pipeline", "yield")
    assert not linker.in_names("nothing", "yield")
    assert linker.is_name_word("moraine")
    assert not linker.is_name_word("tundra")


def test_names_that_machines_made_are_not_said_by_their_parts() -> None:
    linker = linker_of({"object": ["runs/0f8fad5b-d9cb-469f-a165-70867728950e/silt/model.bin", "runs/plain/silt/model.bin"]})
    assert linker.partly("object", ["silt"]) == ["runs/plain/silt/model.bin"]


def test_new_listings_replace_the_old_ones(linker: Linker) -> None:
    changing = linker_of({"bucket": ["old-silo"]})
    assert named(changing.misspelt("old-silp", [])) == ["old-silo"]
    changing.update("bucket", [Entry("bucket", "new-silo")])
    assert named(changing.mentions("old-silo new-silo")) == ["new-silo"]
    assert named(changing.misspelt("old-sylo", [])) == []


@pytest.mark.parametrize(("one", "other"), [("Ice_Core-007", "ice core 7"), ("v00", "V0"), ("a.b/c", "abc"), ("Ümlaut 10", "ümlaut-10")])
def test_all_ways_of_writing_a_name_become_one(one: str, other: str) -> None:
    assert squashed(one) == squashed(other)


def test_numbers_keep_what_matters() -> None:
    assert squashed("core-10") != squashed("core-1")
    assert squashed("core-01-2") == "core12"


def test_a_text_without_its_names(linker: Linker) -> None:
    text = "copy core-12.csv to field-notes"
    assert masked(text, linker.mentions(text)).split() == ["copy", "objectname", "to", "bucketname"]
    assert masked("nothing here", []) == "nothing here"
