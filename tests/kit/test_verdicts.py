import pytest
from django.utils.translation import gettext_lazy

from mpp.kit.verdicts import YES, No, Verdict


def test_yes_is_true_and_says_nothing():
    assert YES
    assert YES.sentence == ""


def test_no_is_false_and_keeps_its_sentence():
    refusal = No("The file is closed.")
    assert not refusal
    assert refusal.sentence == "The file is closed."
    assert isinstance(refusal, Verdict)


def test_and_gives_the_first_refusal():
    first, second = No("a"), No("b")
    assert (YES and first and second) is first
    assert (YES and YES) is YES


@pytest.mark.parametrize("sentence", ["", "  ", None])
def test_no_without_sentence_is_refused(sentence):
    with pytest.raises(ValueError, match="sentence"):
        No(sentence)


def test_no_takes_a_lazy_sentence():
    assert str(No(gettext_lazy("Desk")).sentence)


def test_the_bare_base_has_no_answer():
    with pytest.raises(NotImplementedError):
        bool(Verdict("x"))
