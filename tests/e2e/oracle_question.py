"""One question to a workspace's file: rows that match, with group keys, and sums over them by SQL."""

import calendar
import collections
import datetime

from oracle_filter import TIME, column

NANOS_A_MICRO = 1000
UNITS = ["day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year"]  # finest first


class Range(collections.namedtuple("Range", "first last")):
    def whole_months(self):
        first, last = map(datetime.date.fromisoformat, self)
        return first.day == 1 and (last + datetime.timedelta(days=1)).day == 1

    def previous(self):
        first, last = map(datetime.date.fromisoformat, self)
        end = first - datetime.timedelta(days=1)
        if self.whole_months():
            months = (last.year - first.year) * 12 + last.month - first.month + 1
            return Range(add_months(self.first, -months), end.isoformat())
        return Range((first - (last - first) - datetime.timedelta(days=1)).isoformat(),
                     end.isoformat())

    def last_year(self):
        first, last = add_months(self.first, -12), add_months(self.last, -12)
        if self.whole_months():
            year, month = int(last[:4]), int(last[5:7])
            last = f"{last[:8]}{calendar.monthrange(year, month)[1]:02d}"
        return Range(first, last)


def add_months(day, months):
    date = datetime.date.fromisoformat(day)
    month = date.year * 12 + date.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(date.day, calendar.monthrange(year, month)[1])).isoformat()


class Question:
    """One range of one request."""

    def __init__(self, fields, as_of, days, group_by=(), where=None, share_within=()):
        self.fields, self.db = fields, fields.db
        self.as_of, self.range, self.group_by = as_of, days, list(group_by)
        self.where, self.share_within = where, list(share_within)
        self.keys = {()}
        self.cf = fields.customers_as_of(as_of)
        self.cache = {}

    def narrowed(self, **changes):
        arguments = dict(as_of=self.as_of, days=self.range, group_by=self.group_by, where=self.where,
                         share_within=self.share_within)
        return Question(self.fields, **{**arguments, **changes})

    # ---- rows ----

    def _table(self, name, columns, source, condition, event="o.day"):
        """Makes a temp table of matching rows with the group keys g0, g1 ..."""
        if name in self.cache:
            return self.cache[name]
        name = self.cache[name] = self.fields.fresh_table(name)
        parameters = {"d": self.as_of, "first": self.range.first, "last": self.range.last}
        where = "1"
        if self.where is not None:
            values = []
            text = self.where.sql(values).replace("o.day", event)
            parts = text.split("?")
            where = parts[0]
            for i, (value, part) in enumerate(zip(values, parts[1:])):
                parameters[f"v{i}"] = value
                where += f":v{i}{part}"
        keys = "".join(f", {column(g).replace('o.day', event)} AS g{i}"
                       for i, g in enumerate(self.group_by))
        self.db.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns}{keys} FROM {source} "
                        f"WHERE ({condition}) AND {where}", parameters)
        return name

    def sales(self):
        return self._table(
            "f", "o.order_key, o.customer_key, o.day, o.rec, o.promised_time, o.delivered_time, "
            "l.amount, l.quantity, l.cost, cf.tier, cf.first_order_date",
            f"o JOIN l USING (order_key) JOIN {self.cf} cf USING (customer_key)",
            "o.day <= :d AND o.day BETWEEN :first AND :last")

    def people(self):
        return self._table("fc", "cf.customer_key", f"{self.cf} cf", "cf.ex")

    def everybody(self):
        return self._table("fe", "cf.customer_key", f"{self.cf} cf", "1")

    def tickets(self):
        return self._table(
            "ft", "t.ticket_key, t.customer_key, t.opened_time, t.first_response_time, "
            "t.resolved_time, t.escalated_time, t.sla_due_time, t.status",
            f"t JOIN {self.cf} cf USING (customer_key)",
            "t.day <= :d AND t.day BETWEEN :first AND :last", "t.day")

    def ratings(self):
        return self._table(
            "fr", "ra.score", f"ra JOIN {self.cf} cf USING (customer_key)",
            f"ra.day <= :d AND ra.settled < {self.fields.end_of(self.as_of)} "
            "AND ra.day BETWEEN :first AND :last", "ra.day")

    def nps_answers(self):
        return self._table(
            "fn", "sv.score", f"sv JOIN {self.cf} cf USING (customer_key)",
            "sv.kind = 'nps' AND sv.day <= :d AND sv.day BETWEEN :first AND :last", "sv.day")

    def contracts(self):
        return self._table(
            "fk", "k.customer_key, k.start_date, coalesce(k.end_date, '9999-12-31') AS end_date, "
            "k.annual_value_micros AS value", f"k JOIN {self.cf} cf USING (customer_key)", "1")

    # ---- days of periods ----

    def spans(self):
        """[(labels of the period fields, first day, last day)] of the range up to as_of."""
        units = [g for g in self.group_by if g in TIME]
        sql = "SELECT " + (", ".join(TIME[u].format(d=":x") for u in units) or "1")
        found, day = {}, datetime.date.fromisoformat(self.range.first)
        last = datetime.date.fromisoformat(min(self.range.last, self.as_of))
        while day <= last:
            labels = tuple(self.db.execute(sql, {"x": day.isoformat()}).fetchone())
            first = found[labels][0] if labels in found else day.isoformat()
            found[labels] = (first, day.isoformat())
            day += datetime.timedelta(days=1)
        return [(labels if units else (), *days) for labels, days in found.items()]

    def by_span(self, rows_of, figure):
        """{keys: figure(rows, first day, last day)}: rows without time, looked at for each span.

        `rows_of` makes the table, on a question without time fields, and names its columns."""
        others = [g for g in self.group_by if g not in TIME]
        quiet = self.narrowed(group_by=others)
        groups = quiet.lists(*rows_of(quiet))
        result = {}
        for labels, first, last in self.spans():
            for keys, rows in groups.items():
                of_time, of_others = iter(labels), iter(keys)
                full = tuple(next(of_time) if g in TIME else next(of_others) for g in self.group_by)
                value = figure(rows, first, last)
                if value is not None:
                    result[full] = value
        return result

    # ---- sums by group ----

    def by_group(self, sql, table, condition="1"):
        """{keys: value of the aggregate expression}."""
        keys = "".join(f"g{i}, " for i in range(len(self.group_by)))
        grouping = f"GROUP BY {keys[:-2]}" if keys else ""
        rows = self.db.execute(
            f"SELECT {keys}{sql} FROM {table} WHERE {condition} {grouping}").fetchall()
        return {tuple(row[:-1]): row[-1] for row in rows}

    def lists(self, columns, table, condition="1"):
        """{keys: distinct rows of the columns}."""
        keys = "".join(f"g{i}, " for i in range(len(self.group_by)))
        found = collections.defaultdict(list)
        count = len(self.group_by)
        for row in self.db.execute(f"SELECT DISTINCT {keys}{columns} FROM {table} "
                                   f"WHERE {condition} ORDER BY {keys}{columns}"):
            found[tuple(row[:count])].append(tuple(row[count:]))
        return found

    def measure(self, sql, condition="rec"):
        return self.by_group(sql, self.sales(), condition)

    # ---- the period before ----

    def before(self, measure):
        """The measure of the period before, by the keys that were asked for."""
        unit = next((u for u in UNITS if u in self.group_by), None)
        if unit is None:
            return measure(self.narrowed(days=self.range.previous()))
        # The period before is a whole one, whatever the range; of the period fields the finest
        # tells which, the coarser ones follow from it.
        place = self.group_by.index(unit)
        coarser = [i for i, g in enumerate(self.group_by)
                   if g in UNITS and UNITS.index(g) > UNITS.index(unit)]

        def without_coarser(keys):
            return tuple(k for i, k in enumerate(keys) if i not in coarser)
        totals = collections.defaultdict(int)
        for keys, value in measure(self.narrowed(days=Range("0001-01-01", self.as_of))).items():
            totals[without_coarser(keys)] += value
        labels = self.labels(unit)
        in_range = set(self.labels(unit, self.range.first, min(self.range.last, self.as_of)))
        shifted = {}
        for keys in self.keys:
            if keys[place] not in in_range:
                continue  # a row that another range of the request brought
            wanted = list(keys)
            wanted[place] = labels[labels.index(keys[place]) - 1]
            shifted[keys] = totals.get(without_coarser(wanted), 0)
        return shifted

    def labels(self, unit, first="2019-01-01", last="2027-12-31"):
        """Every period of the unit in time order."""
        day, found = datetime.date.fromisoformat(first), []
        sql = f"SELECT {TIME[unit].format(d=':x')}"
        while day.isoformat() <= last:
            label = self.db.execute(sql, {"x": day.isoformat()}).fetchone()[0]
            if not found or found[-1] != label:
                found.append(label)
            day += datetime.timedelta(days=1)
        return found

    def whole(self, measure):
        """{keys: the measure of the share's denominator}."""
        within = [g for g in self.group_by if g in self.share_within]
        sums = measure(self.narrowed(group_by=within))
        places = [self.group_by.index(g) for g in within]
        return {keys: sums.get(tuple(keys[p] for p in places), 0) for keys in self.keys}

    def of_all_keys(self, sums):
        """Sums with 0 for the keys that have no records."""
        return {keys: sums.get(keys) or 0 for keys in self.keys}
