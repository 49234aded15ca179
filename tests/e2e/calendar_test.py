"""Days, weeks, months, quarters and years of odd calendars, alone and beside those they are compared
with, against a second implementation by Python's zoneinfo and datetime: zones that skipped a day or
move their clocks at odd hours, leap days, week 53, fiscal years, weeks that begin on any day."""

import collections
import datetime
import random
import unittest
import zoneinfo

import mini_server
import client as wire
from oracle_fields import Shift, add_days
from oracle_question import Range, days_of
from strata.v1 import kpi_service_pb2, workspace_service_pb2

SEED = 20_111_230
PREVIOUS = kpi_service_pb2.RANGE_KEYWORD_PREVIOUS_PERIOD
LAST_YEAR = kpi_service_pb2.RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR
UNITS = ["day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year"]

# Zone, first month of the fiscal year, first weekday, and local days around which something odd
# happens: a skipped day, a change at midnight or by half an hour.
CALENDARS = [
    ("UTC", 1, 1, ["2020-02-29"]),
    ("Europe/Berlin", 4, 1, ["2020-03-29", "2020-10-25"]),
    ("Pacific/Apia", 7, 1, ["2011-12-30", "2012-04-01"]),
    ("Pacific/Kwajalein", 10, 7, ["1993-08-21"]),
    ("Pacific/Kiritimati", 1, 7, ["1994-12-31", "1995-01-01"]),
    ("America/Sao_Paulo", 2, 1, ["2018-02-18", "2018-11-04"]),
    ("America/St_Johns", 1, 6, ["2010-11-07", "2011-03-13"]),
    ("Australia/Lord_Howe", 12, 1, ["2019-04-07", "2019-10-06"]),
    ("Asia/Kathmandu", 8, 3, ["1985-12-31", "1986-01-01"]),
]


class Calendar:
    """Labels of days by datetime alone."""

    def __init__(self, zone, fiscal, weekday):
        self.zone, self.fiscal, self.weekday = zoneinfo.ZoneInfo(zone), fiscal, weekday

    def day(self, millis):
        moment = datetime.datetime(1970, 1, 1, tzinfo=wire.UTC) + datetime.timedelta(
            milliseconds=millis)
        return moment.astimezone(self.zone).date().isoformat()

    def label(self, unit, day):
        date = datetime.date.fromisoformat(day)
        fiscal_year = date.year + (self.fiscal > 1 and date.month >= self.fiscal)
        if unit == "week":
            if self.weekday == 1:
                year, week, _ = date.isocalendar()
                return f"{year}-W{week:02d}"
            return add_days(day, -((date.isoweekday() - self.weekday) % 7))
        return {"day": day, "month": day[:7], "quarter": f"{date.year}-Q{(date.month + 2) // 3}",
                "year": f"{date.year}", "fiscal_year": f"FY{fiscal_year}",
                "fiscal_quarter":
                    f"FY{fiscal_year}-Q{(date.month - self.fiscal) % 12 // 3 + 1}"}[unit]

    def beside(self, keyword, days, as_of, unit):
        if keyword == PREVIOUS:
            return days.previous_beside(as_of, unit)
        if unit == "week" and self.weekday != 1:  # no numbers: the week 52 weeks before
            seen = days.seen(as_of)
            return Range(*(add_days(day, -364) for day in seen)), Shift(days=364)
        return days.last_year_beside(as_of, unit)


class CalendarTest(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(SEED)
        cls.shops = {}
        with cls.server.client() as client:
            for number, (zone, fiscal, weekday, odd) in enumerate(CALENDARS):
                calendar, name = Calendar(zone, fiscal, weekday), f"zone-{number}"
                client.create_workspace(name, time_zone=zone, fiscal_first_month=fiscal,
                                        first_weekday=weekday)
                instants = cls.instants(calendar, odd)
                client.append(name, [
                    wire.order(f"o{i}", f"c{i % 5}", at, [(1_000_000 << (i % 12), {})])
                    for i, at in enumerate(instants)])
                sums = collections.Counter()
                for i, at in enumerate(instants):
                    sums[calendar.day(at)] += 10**9 << (i % 12)
                cls.shops[name] = calendar, odd, sums

    @classmethod
    def instants(cls, calendar, odd):
        """By the quarter hour around the odd days, and a few on every leap day and end of a year of
        the years around."""
        found = []
        for day in odd:
            noon = int(datetime.datetime.fromisoformat(f"{day}T12:00").replace(
                tzinfo=calendar.zone).timestamp() * 1000)
            found += [noon + step * 900_000 + cls.rng.choice([-1, 0, 1])
                      for step in range(-160, 160, 3)]
        year = int(odd[0][:4])
        for y in range(year - 2, year + 3):
            for start in (f"{y}-02-26", f"{y}-12-26"):
                noon = wire.millis(f"{start}T12:00:00")
                found += [noon + n * 86_400_000 + cls.rng.randrange(86_400_000) for n in range(10)]
        return found

    def ask(self, name, days, as_of, unit, keywords=()):
        answer = self.client.query(
            name, ["revenue"], [unit] if unit else [], totals=True,
            scope={"as_of": as_of, "range": {"from": days.first, "to": days.last}},
            ranges=[kpi_service_pb2.NamedRange(name=f"r{k}", keyword=k) for k in keywords])
        return answer

    def test_every_fact_is_in_one_period_and_stands_beside_the_right_one(self):
        cells = nulls = 0
        for name, (calendar, odd, sums) in self.shops.items():
            first_record = min(sums)
            for _ in range(20):
                days, as_of = self.random_range(odd)
                for unit in [None, *self.rng.sample(UNITS, 3)]:
                    answer = self.ask(name, days, as_of, unit, (PREVIOUS, LAST_YEAR))
                    got = {tuple(wire.plain(k) for k in row.keys): row for row in
                           answer.table.rows}
                    self.assertEqual(len(got), len(answer.table.rows))
                    columns = [(days, Shift())] + [calendar.beside(k, days, as_of, unit)
                                                   for k in (PREVIOUS, LAST_YEAR)]
                    for place, (held, shift) in enumerate(columns):
                        context = (calendar.zone.key, unit, days, as_of, place)
                        want = self.expected(calendar, sums, held, shift, unit, as_of)
                        total = 0
                        for key, row in got.items():
                            value = wire.plain(row.values[place])
                            label = key[0] if unit else None
                            self.assertIn(value, self.allowed(
                                calendar, want, label, place, held, shift, unit, first_record,
                                as_of), (context, key))
                            cells, nulls = cells + 1, nulls + (value is None)
                            total += value or 0
                        self.assertEqual(total, sum(want.values()), context)
                        whole = wire.plain(answer.table.totals.values[place]) if unit else total
                        self.assertEqual(whole or 0, total, context)
                        self.assertFalse(set(want) - {k[0] if unit else None for k in got}, context)
        self.assertGreater(cells, 3000)
        self.assertGreater(nulls, 20)

    def random_range(self, odd):
        start = add_days(self.rng.choice(odd), self.rng.randint(-800, 60))
        shape = self.rng.random()
        if shape < 0.3:
            first = f"{start[:8]}01"
            last = first
            for _ in range(self.rng.choice([1, 2, 3, 12])):
                last = add_days(add_days(last, 31)[:8] + "01", 0)
            days = Range(first, add_days(last, -1))
        elif shape < 0.5:  # around the end of February
            first = f"{self.rng.choice([start[:4]])}-02-{self.rng.randint(20, 28)}"
            days = Range(first, add_days(first, self.rng.randint(0, 12)))
        else:
            days = Range(start, add_days(start, self.rng.randint(0, 500)))
        as_of = days.last if self.rng.random() < 0.6 else add_days(days.first,
                                                                   self.rng.randint(0, 40))
        return days, as_of

    @staticmethod
    def expected(calendar, sums, held, shift, unit, as_of):
        """{label, None for days without a counterpart or without a unit: sum}"""
        want = collections.Counter()
        for day, amount in sums.items():
            if not held.first <= day <= min(held.last, as_of):
                continue
            apart = unit and shift.tells_pairs(unit) and not shift.pairs(day)
            want[None if apart or not unit else calendar.label(unit, shift.of(day))] += amount
        return want

    @staticmethod
    def allowed(calendar, want, label, place, held, shift, unit, first_record, as_of):
        """The one value that a cell may have."""
        if place == 0:
            return [None] if unit and label is None else [want.get(label, 0)]
        if unit and label is not None:
            own = [d for d in days_of(*held) if calendar.label(unit, shift.of(d)) == label
                   and (shift.pairs(d) or not shift.tells_pairs(unit))]
        else:
            own = list(days_of(*held))
        if not own or own[-1] < first_record:
            return [None]
        return [want.get(label, 0)]

    def test_a_row_does_not_depend_on_where_the_range_ends(self):
        compared = 0
        for name, (calendar, odd, _) in self.shops.items():
            year = next(y for y in range(int(odd[0][:4]) - 1, 9999) if y % 4 == 1)
            for unit, first in (("day", f"{year}-02-20"), ("month", f"{year}-01-01"),
                                ("week", f"{year}-02-01")):
                seen = {}
                for last in (f"{year}-02-28", f"{year}-03-01", f"{year}-03-31", f"{year}-12-31"):
                    answer = self.ask(name, Range(first, last), last, unit, (LAST_YEAR,))
                    for row in answer.table.rows:
                        key = wire.plain(row.keys[0])
                        if key is None or not row.complete:
                            continue
                        cells = [wire.plain(v) for v in row.values]
                        self.assertEqual(seen.setdefault(key, cells), cells, (name, unit, key, last))
                        compared += 1
        self.assertGreater(compared, 100)

    def test_weeks_and_weekdays_begin_on_the_workspaces_day(self):
        name = "sundays"
        made = self.client.create_workspace(name)
        self.assertEqual(made.first_weekday, workspace_service_pb2.WEEKDAY_MONDAY)
        self.client.append(name, [wire.order(f"o{day}", "c", f"2024-01-{day:02d}T08:00:00",
                                             [(day * 1_000_000, {})]) for day in range(1, 29)])
        def rows(by, **scope):
            return [(keys[0], values[0] // 10**9) for keys, values in wire.table(
                self.client.query(name, ["revenue"], [by], scope=scope))]
        self.assertEqual(rows("week")[0], ("2024-W01", 28))
        self.assertEqual([key for key, _ in rows("weekday")], [1, 2, 3, 4, 5, 6, 7])
        for flag, weeks, weekdays in (
                ("sunday", [("2023-12-31", 21), ("2024-01-07", 70), ("2024-01-14", 119),
                            ("2024-01-21", 168), ("2024-01-28", 28)], [7, 1, 2, 3, 4, 5, 6]),
                ("Saturday", [("2023-12-30", 15), ("2024-01-06", 63), ("2024-01-13", 112),
                              ("2024-01-20", 161), ("2024-01-27", 55)], [6, 7, 1, 2, 3, 4, 5])):
            changed = mini_server.run_cli("workspace", "update", name, "--first-weekday", flag,
                                          server=self.server.address)
            self.assertEqual(changed.status, 0, changed)
            self.assertRegex(changed.out, f"first-weekday +{flag.lower()} ")
            self.assertEqual(rows("week"), weeks)
            self.assertEqual([key for key, _ in rows("weekday")], weekdays)
            self.assertEqual(rows("week", filter=f'week = "{weeks[1][0]}"'), [weeks[1]])
            self.assertEqual(rows("week", filter=f'week > "{weeks[2][0]}"'), weeks[3:])
        with self.assertRaises(wire.RichError) as caught:
            rows("week", filter='week = "2024-W02"')
        self.assertIn("week", caught.exception.message)
        bad = mini_server.run_cli("workspace", "update", name, "--first-weekday", "caturday",
                                  server=self.server.address)
        self.assertEqual(bad.status, 2, bad)
        self.assertIn("monday", bad.err)
        with self.assertRaises(wire.RichError) as caught:
            self.client.create_workspace("octaves", first_weekday=8)
        self.assertEqual(caught.exception.fields, ["workspace.first_weekday"])


if __name__ == "__main__":
    mini_server.main()
