"""The stated rate of each kind of signal is kept, and each kind finds what is there: a small version
of tests/study/new_and_lost.py, of one portfolio whose truth is known by construction."""

import math
import os
import pathlib
import sys
import unittest

STUDY = pathlib.Path(os.environ["STRATA_SOURCE_DIR"]) / "tests" / "study"
sys.path.insert(0, str(STUDY))

import mini_server  # noqa: E402
import new_and_lost  # noqa: E402

SEED, CUSTOMERS = 101, 600
# What at least has to be found of what was planted, at a stated rate of 10 %.
LEAST_POWER = {"warning": 0.2, "emerging": 0.05, "lost": 0.8, "new": 0.3}
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
        cls.answer = new_and_lost.study(mini_server.CLI, SEED, CUSTOMERS, list(LEAST_POWER))

    def test_the_stated_rate_is_kept(self):
        for kind in LEAST_POWER:
            for rate in new_and_lost.RATES:
                verdict = self.answer.judge(kind, rate)
                wrong = sum(verdict.wrong.values())
                self.assertLessEqual(wrong, most_wrong(verdict.listed, rate),
                                     (kind, rate, verdict.listed, verdict.wrong))

    def test_each_kind_finds_what_is_there(self):
        for kind, least in LEAST_POWER.items():
            self.assertGreaterEqual(self.answer.judge(kind, 0.1).power, least, kind)

    def test_nobody_who_left_or_is_new_is_listed_as_what_it_is_not(self):
        kinds = {name: {self.answer.customers[who].kind for who in listed}
                 for name, listed in self.answer.listed.items()}
        self.assertFalse(kinds["warning"] & {"lost"}, kinds)
        self.assertFalse(kinds["lost"] & {"leaving", "new_ramp", "new_flat"}, kinds)
        self.assertFalse(kinds["emerging"] & {"new_ramp", "new_flat", "lost"}, kinds)
        self.assertLessEqual(kinds["new"], {"new_ramp", "new_flat"}, kinds)


if __name__ == "__main__":
    mini_server.main()
