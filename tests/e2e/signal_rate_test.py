"""The stated rate of each kind of signal is kept, and each kind finds what is there: a small version
of tests/study/new_and_lost.py, on portfolios whose truth is known by construction."""

import math
import os
import pathlib
import sys
import unittest

STUDY = pathlib.Path(os.environ["STRATA_SOURCE_DIR"]) / "tests" / "study"
sys.path.insert(0, str(STUDY))

import mini_server  # noqa: E402
import new_and_lost  # noqa: E402

SEEDS, CUSTOMERS = (101, 102), 1000
# What at least has to be found of what was planted, at the largest stated rate.
LEAST_POWER = {"warning": 0.1, "emerging": 0.03, "lost": 0.9, "new": 0.15}
# Of growing accounts where nobody's growth stopped, which is hard to tell from growth that goes on.
LEAST_POWER_WITHOUT_STOPPED = 0.2
# The chance that a rate which is kept exactly fails here by bad luck.
BAD_LUCK = 0.001


def most_wrong(listed, rate):
    """The count of wrong ones among `listed` that chance exceeds by less than BAD_LUCK."""
    chance, wrong = 0.0, -1
    while chance < 1 - BAD_LUCK:
        wrong += 1
        chance += math.comb(listed, wrong) * rate**wrong * (1 - rate)**(listed - wrong)
        if wrong == listed:
            break
    return wrong


class SignalRate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.answers = [new_and_lost.study(mini_server.CLI, seed, CUSTOMERS, list(LEAST_POWER))
                       for seed in SEEDS]

    def keeps_its_rate(self, answers, kind):
        for rate in new_and_lost.RATES:
            total, _ = new_and_lost.pool(answers, kind, rate)
            wrong = sum(total.wrong.values())
            self.assertLessEqual(wrong, most_wrong(total.listed, rate),
                                 (kind, rate, total.listed, total.wrong))

    def test_the_stated_rate_is_kept(self):
        for kind in LEAST_POWER:
            self.keeps_its_rate(self.answers, kind)

    def test_each_kind_finds_what_is_there(self):
        for kind, least in LEAST_POWER.items():
            total, _ = new_and_lost.pool(self.answers, kind, max(new_and_lost.RATES))
            self.assertGreaterEqual(total.power, least, (kind, total.found, total.there))

    def test_growth_is_found_where_none_has_stopped(self):
        answer = new_and_lost.study(mini_server.CLI, SEEDS[0], CUSTOMERS, ["emerging"], ["stopped"])
        self.keeps_its_rate([answer], "emerging")
        self.assertGreaterEqual(answer.judge("emerging", max(new_and_lost.RATES)).power,
                                LEAST_POWER_WITHOUT_STOPPED)

    def test_nobody_who_left_or_is_new_is_listed_as_what_it_is_not(self):
        kinds = {name: {answer.customers[who].kind for answer in self.answers
                        for who in answer.listed[name]} for name in LEAST_POWER}
        self.assertFalse(kinds["warning"] & {"lost"}, kinds)
        self.assertFalse(kinds["lost"] & {"new_flat"}, kinds)
        self.assertFalse(kinds["emerging"] & {"new_ramp", "new_flat", "lost"}, kinds)
        self.assertLessEqual(kinds["new"], {"new_ramp", "new_flat"}, kinds)


if __name__ == "__main__":
    mini_server.main()
