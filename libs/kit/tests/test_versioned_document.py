"""Versions of something written anew again and again."""

from ltc_kit.versioned_document import Versions

NOTHING: Versions[str] = Versions()


def test_of_several_versions_one_counts() -> None:
    written = NOTHING.with_next("first").with_next("second")
    assert (written.next, written.counting) == (3, None)
    assert [written.has(version) for version in (0, 1, 2, 3)] == [False, True, True, False]
    assert written.with_live(1).counting == "first"


def test_the_same_words_are_the_same_version() -> None:
    written = NOTHING.with_next("first").with_next("second")
    assert (written.says("second"), written.says("first"), NOTHING.says("first")) == (True, False, False)
