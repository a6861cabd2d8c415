"""The usual load of a queue: hours that today shares with no past day have no quietest."""

import pytest

from counters.hall_now import Usual


@pytest.mark.parametrize("hours", [[], [15, 16]])
def test_hours_without_history_have_no_quietest_and_no_busiest(hours):
    usual = Usual(load={8: 4.0, 9: 2.0})
    assert usual.quietest(hours) is None
    assert usual.busiest(hours) is None


def test_the_quietest_and_the_busiest_of_the_hours_asked_for():
    usual = Usual(load={8: 4.0, 9: 2.0, 10: 9.0})
    assert usual.quietest([8, 9, 12]) == 9
    assert usual.busiest([8, 9]) == 8
