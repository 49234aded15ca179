"""Random requests over a workspace and their answers by SQL: what the oracle tests share."""

import collections
import math
import random
import re

import mini_server
import client as wire
import oracle
import oracle_fields
import oracle_filter
import oracle_question
from strata.v1 import kpi_service_pb2, types_pb2

TYPES = oracle_filter.TYPES
DAYLIKE = ("day", "week")  # too many periods to take classes anew at the start of each


class Case:
    """One random request in both forms; `kpis` and `group_by` are drawn when they are not given."""

    def __init__(self, rng, bench, kpis=None, group_by=None):
        self.rng, self.bench = rng, bench
        self.kpis = kpis or self._kpis()
        fields = [f for f in bench.fields.values()
                  if all(f.id in bench.kpis[k].fields for k in self.kpis)]
        self.group_by = self._group_by(fields) if group_by is None else group_by
        self.filter = None
        if rng.random() < 0.65:
            allowed = [f for f in fields if f.id in bench.samples
                       and all(bench.filterable(k, f) for k in self.kpis)]
            self.filter = bench.generator.filter(allowed)
        self.as_of = None if rng.random() < 0.5 else (
            rng.choice(bench.as_ofs) if bench.as_ofs else self._day(60, self._length() + 20))
        self.range = self._range()
        self.by_start = rng.random() < 0.2 and not any(g in DAYLIKE for g in self.group_by)
        self.ranges = self._named_ranges()
        self.share_within = [g for g in self.group_by if rng.random() < 0.3]
        self.totals = rng.random() < 0.4

    def _group_by(self, fields):
        bench, rng = self.bench, self.rng
        groupable = [f for f in fields if f.groupable]
        chosen = [f.id for f in rng.sample(groupable, min(len(groupable), rng.choice(
            [0, 1, 1, 1, 2, 2, 3])))]
        # Make sure that every field comes up.
        fresh = [f.id for f in groupable if not bench.grouped[f.id] and f.id not in chosen]
        if fresh and (len(self.kpis) == 1 or rng.random() < 0.3):
            rarest = min(fresh, key=lambda g: sum(g in k.fields for k in bench.kpis.values()))
            chosen = (chosen + [rarest])[-3:]
        for g in chosen:
            bench.grouped[g] += 1
        return chosen

    def _kpis(self):
        bench, rng = self.bench, self.rng
        first = rng.choice(sorted(bench.kpis, key=lambda k: (bench.asked[k], rng.random()))[:8])
        family = [k for k in bench.kpis if bench.kpis[k].grain == bench.kpis[first].grain
                  or rng.random() < 0.1]
        # Alone at first, so that fields come up that fit nothing else.
        more = 0 if bench.asked[first] < 3 else rng.choice([0, 2, 2])
        chosen = list(dict.fromkeys([first] + rng.sample(family, min(more, len(family)))))
        for k in chosen:
            bench.asked[k] += 1
        return chosen

    def _length(self):
        return oracle_fields.days_between(*reversed(self.bench.days))

    def _day(self, low, high):
        return oracle_fields.add_days(self.bench.days[0], self.rng.randint(low, high))

    def _range(self):
        shape, start = self.rng.random(), self.bench.days[0]
        if shape < 0.4:
            return None
        if shape < 0.7:  # whole months, which previous periods treat on their own
            first = oracle.add_months(f"{start[:8]}01", self.rng.randint(1, self._length() // 30 - 5))
            end = oracle.add_months(first, self.rng.choice([1, 3, 12]))
            return oracle.Range(first, oracle_fields.add_days(end, -1))
        first = self._day(0, self._length())
        return oracle.Range(first, oracle_fields.add_days(first, self.rng.randint(0, 300)))

    def _named_ranges(self):
        made = []
        for name in self.rng.sample(["before", "year ago", "fixed"], self.rng.choice([0, 0, 0, 1, 2])):
            made.append((name, self._fixed_range() if name == "fixed" else name))
        return made

    def _fixed_range(self):
        first = oracle_fields.add_days(self.bench.days[0], 105)
        return oracle.Range(first, oracle_fields.add_days(first, 209))

    def uses_classes(self):
        return "strategic_revenue_share" in self.kpis or any(oracle_fields.is_class(f) for f in [
            *self.group_by, *oracle_filter.fields_of(self.filter)])

    def moves_periods(self):
        """Whether a range by keyword stands beside the scope's own, period by period."""
        return any(g in oracle.UNITS for g in self.group_by) and any(
            not isinstance(days, oracle.Range) for _, days in self.ranges)

    def request(self, workspace):
        request = kpi_service_pb2.QueryKpisRequest(
            scope=types_pb2.QueryScope(workspace=workspace, as_of=self.as_of or "",
                                       filter=self.filter.render() if self.filter else ""),
            kpis=self.kpis, group_by=self.group_by, share_within=self.share_within,
            totals=self.totals)
        if self.by_start:
            request.scope.classes_at = types_pb2.CLASSES_AT_PERIOD_START
        if self.range:
            request.scope.range.CopyFrom(types_pb2.DateRange(**{"from": self.range.first,
                                                                "to": self.range.last}))
        for name, days in self.ranges:
            added = request.ranges.add(name=name)
            if isinstance(days, oracle.Range):
                added.range.CopyFrom(types_pb2.DateRange(**{"from": days.first, "to": days.last}))
            else:
                added.keyword = (kpi_service_pb2.RANGE_KEYWORD_PREVIOUS_PERIOD if days == "before"
                                 else kpi_service_pb2.RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR)
        return request

    def questions(self, group_by):
        """A Question for each range, the scope's own first."""
        fields = self.bench.oracle
        as_of = self.as_of or fields.default_as_of()
        days = self.range or oracle.Range(min(fields.first_day(), as_of), as_of)
        unit = next((u for u in oracle.UNITS if u in self.group_by), None)
        all_days = [(days, oracle_fields.Shift())]
        for _, named in self.ranges:
            all_days.append((named, oracle_fields.Shift()) if isinstance(named, oracle.Range) else
                            days.previous_beside(as_of, unit) if named == "before" else
                            days.last_year_beside(as_of, unit))
        return [oracle.Question(fields, as_of, d, group_by, self.filter, self.share_within,
                                shift=shift, by_start=self.by_start) for d, shift in all_days]


class Bench:
    """A workspace that holds its data, its catalogues, and the oracle over its file.

    `known`: its settings as the oracle understands them. `days`: first and last of the history.
    `as_ofs`: days to draw from, where the oracle is too slow to draw from all of them."""

    def __init__(self, server, client, name, seed, known, days, as_ofs=None):
        self.name, self.days, self.as_ofs = name, days, as_ofs
        self.rng = random.Random(seed)
        self.kpis = {k.id: k for k in client.list_kpis(name)}
        self.fields = {f.id: f for f in client.list_fields(name)
                       if f.id not in oracle_fields.NOT_IN_SQL}
        self.oracle = oracle_fields.Fields(server.workspace_file(name), known)
        self.samples = self._samples()
        self.generator = oracle_filter.Generator(self.rng, list(self.fields.values()), self.samples)
        self.asked, self.grouped = collections.Counter(), collections.Counter()

    def filterable(self, kpi, field):
        """Figures of a day and ratings group by periods but have no event to filter by."""
        if self.kpis[kpi].grain in (types_pb2.GRAIN_CONTRACT, types_pb2.GRAIN_CUSTOMER) \
                and kpi not in ("active_customers", "new_customers") or kpi == "csat":
            return field.grain in (types_pb2.GRAIN_CUSTOMER, types_pb2.GRAIN_CONTRACT)
        return True

    def _samples(self):
        """Values that occur, by field."""
        o = self.oracle
        cf = o.customers_as_of(o.default_as_of())
        sources = {"o": "o", "l": "l", "cf": f"{cf} cf", "t": "t", "sv": "sv", "k": "k"}
        found = {}
        for field in self.fields.values():
            expression = oracle_filter.column(field.id)
            source = next(s for prefix, s in sources.items()
                          if re.search(rf"\b{prefix}\.", expression))
            values = [row[0] for row in o.db.execute(
                f"SELECT DISTINCT {expression} AS x FROM {source} WHERE x IS NOT NULL ORDER BY x")]
            if values:
                found[field.id] = values
        return found


class OracleTest(mini_server.ServerTest):
    """Holds answers against SQL, cell by cell."""

    @staticmethod
    def key(field, value):
        """A SQL value as the server sends one of that field."""
        if value is None:
            return None
        kind = TYPES[field.type]
        return {"boolean": bool, "number": float, "money": lambda micros: micros * 1000}.get(
            kind, lambda same: same)(value)

    def ask(self, case):
        """Asks the server and compares; returns how many cells and how many are not null."""
        return self.compare(case, self.whole_answer(case.request(case.bench.name)))

    def whole_answer(self, request):
        """With the rows of all pages."""
        with wire.rich_errors():
            answer = page = self.client.kpis.QueryKpis(request, timeout=30)
            while page.next_page_token:
                request.page_token = page.next_page_token
                page = self.client.kpis.QueryKpis(request, timeout=30)
                answer.table.rows.extend(page.table.rows)
        self.assertEqual(len(answer.table.rows), answer.table.total_rows)
        return answer

    def compare(self, case, answer):
        """Every cell against SQL; returns how many and how many of them are not null."""
        got = {tuple(wire.plain(k) for k in row.keys): [wire.plain(v) for v in row.values]
               for row in answer.table.rows}
        expected = self.expected(case, case.group_by, set(got))
        self.assertEqual(len(got), len(answer.table.rows), "a key comes twice")
        names = [f"{c.id}/{c.range}" for c in answer.table.columns]
        nothing = [oracle.of_nothing(c.id) for c in answer.table.columns]
        cells = known = 0
        for keys in set(got) | set(expected):
            for name, mine, theirs in zip(names, got.get(keys, nothing),
                                          expected.get(keys, nothing)):
                cells, known = cells + 1, known + (mine is not None)
                self.assertTrue(self.equal(mine, theirs),
                                f"{name} of {keys}: got {mine}, SQL says {theirs}")
        if case.totals:
            total = self.expected(case, [], {()}).get((), nothing)
            for name, mine, theirs in zip(names, answer.table.totals.values, total):
                mine = wire.plain(mine)
                cells, known = cells + 1, known + (mine is not None)
                self.assertTrue(self.equal(mine, theirs),
                                f"total of {name}: got {mine}, SQL says {theirs}")
        return cells, known

    def expected(self, case, group_by, keys):
        kinds = [case.bench.fields[g] for g in group_by]
        rows = collections.defaultdict(dict)
        columns = []
        for number, question in enumerate(case.questions(group_by)):
            named = None if number == 0 else case.ranges[number - 1][1]
            for kpi in case.kpis:
                columns.append((kpi, question, named))
                for found, value in oracle.answer(kpi, question, keys).items():
                    found = tuple(self.key(f, k) for f, k in zip(kinds, found))
                    rows[found][len(columns) - 1] = value
        # A row that the answer has not got is one of nothing.
        return {found: [None if found in keys and self.without_figure(case.bench, *column, found)
                        else values.get(i, oracle.of_nothing(column[0]))
                        for i, column in enumerate(columns)]
                for found, values in {**{k: {} for k in keys}, **rows}.items()}

    @staticmethod
    def without_figure(bench, kpi, question, named, keys):
        """Whether the row of a range has no figure, whatever its records: it stands for days that
        the range has no counterpart of, or lies before the first record of the KPI's kind."""
        unit = question.unit()
        key = keys[question.group_by.index(unit)] if unit else None
        if named is None:
            return unit is not None and key is None
        days = question.range
        if unit is not None and key is not None:
            own = question.days_by_label(unit).get(key)
            if own is None:
                return not isinstance(named, oracle.Range)
            days = own
        elif unit is not None and isinstance(named, oracle.Range):
            return False
        if days.last < days.first:
            return True
        first = bench.oracle.first_record(bench.kpis[kpi])
        return first is not False and (first is None or days.last < first)

    @staticmethod
    def equal(a, b):
        if isinstance(a, float) or isinstance(b, float):
            return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9,
                                                                    abs_tol=1e-9)
        return a == b and isinstance(a, bool) == isinstance(b, bool)
