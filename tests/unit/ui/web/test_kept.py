"""What is kept while somebody holds it, and a while longer."""

import gc
from weakref import ref

from ui.web.kept import Kept


class Thing:
    """Something that can be held."""


def test_what_nobody_holds_is_kept_until_it_was_not_asked_for_in_a_while() -> None:
    kept: Kept[str, Thing] = Kept(seconds=3600)
    thing = ref(kept.add("a", Thing()))
    assert kept.get("a") is thing()
    forgetful: Kept[str, Thing] = Kept(seconds=-1)
    thing = ref(forgetful.add("a", Thing()))
    gc.collect()
    assert thing() is None and forgetful.get("a") is None


def test_what_somebody_holds_stays() -> None:
    kept: Kept[str, Thing] = Kept(seconds=-1)
    held = kept.add("a", Thing())
    assert kept.get("a") is held


def test_the_first_of_two_stays() -> None:
    kept: Kept[str, Thing] = Kept()
    first = kept.add("a", Thing())
    assert kept.add("a", Thing()) is first
