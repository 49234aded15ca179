"""One question to a workspace's file: rows that match, with group keys, and sums over them by SQL."""

import collections
import datetime

from oracle_fields import Shift, add_days, add_months, is_class
from oracle_filter import TIME, column, customer_terms, fields_of

NANOS_A_MICRO = 1000
UNITS = ["day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year"]  # finest first


def days_of(first, last):
    while first <= last:
        yield first
        first = add_days(first, 1)


class Range(collections.namedtuple("Range", "first last")):
    def whole_months(self):
        first, last = map(datetime.date.fromisoformat, self)
        return first.day == 1 and (last + datetime.timedelta(days=1)).day == 1

    def months(self):
        first, last = map(datetime.date.fromisoformat, self)
        return (last.year - first.year) * 12 + last.month - first.month + 1

    def length(self):
        first, last = map(datetime.date.fromisoformat, self)
        return (last - first).days + 1

    def seen(self, as_of):
        return self if as_of < self.first else Range(self.first, min(self.last, as_of))

    def previous(self, as_of=None):
        """The range before; of one that goes on after as_of, as many days as have passed."""
        end = add_days(self.first, -1)
        first = (add_months(self.first, -self.months()) if self.whole_months()
                 else add_days(self.first, -self.length()))
        if as_of is not None and self.first <= as_of < self.last:
            end = min(end, add_days(first, Range(self.first, as_of).length() - 1))
        return Range(first, end)

    def previous_beside(self, as_of, unit):
        """The range before with the shift that puts its rows of the unit beside this one's."""
        if unit is None:
            return self.previous(as_of), Shift()
        seen = self.seen(as_of)
        if unit != "week" and self.whole_months():
            return self._beside(seen, Shift(months=self.months()), seen == self)
        shift = Shift(days=-(-self.length() // 7) * 7 if unit == "week" else self.length())
        return self._beside(seen, shift, True)

    def last_year_beside(self, as_of, unit):
        seen = self.seen(as_of)
        if unit == "week":
            return self._beside(seen, Shift(iso_year=True), True)
        if unit in (None, "day"):
            closed = seen == self and self.whole_months()
        else:
            closed = add_days(seen.last, 1)[8:] == "01"
        days, shift = self._beside(seen, Shift(months=12), closed)
        return days, Shift() if unit is None else shift

    @staticmethod
    def _beside(seen, shift, closed):
        found = shift.into(seen.first, seen.last, closed)
        return Range(*found) if found else EMPTY, shift


EMPTY = Range("0001-01-02", "0001-01-01")


class Question:
    """One range of one request.

    `shift`: that events are moved by before they fall into periods.
    `by_start`: ranks and classes are those of the day before each period begins.
    `class_day`: they are those of that day (None: of as_of)."""

    def __init__(self, fields, as_of, days, group_by=(), where=None, share_within=(), shift=Shift(),
                 by_start=False, class_day=None, parent=None):
        self.fields, self.db = fields, fields.db
        self.as_of, self.range, self.group_by = as_of, days, list(group_by)
        self.where, self.share_within = where, list(share_within)
        self.shift, self.by_start, self.class_day, self.parent = shift, by_start, class_day, parent
        self.keys = {()}
        self.cf = self.filter_cf = fields.customers_as_of(as_of)
        if class_day is not None:
            self.cf = fields.customers_with_classes(as_of, class_day)
            # A filter that names a class looks at the whole customer of that day.
            if any(is_class(f) for f in fields_of(where)):
                self.filter_cf = fields.customers_as_of(class_day)
        self.cache = {}

    def narrowed(self, **changes):
        arguments = dict(as_of=self.as_of, days=self.range, group_by=self.group_by, where=self.where,
                         share_within=self.share_within, shift=self.shift, by_start=self.by_start,
                         class_day=self.class_day, parent=self.parent)
        return Question(self.fields, **{**arguments, **changes})

    # ---- periods ----

    def unit(self):
        """The field of group_by with the shortest periods, or None."""
        return next((u for u in UNITS if u in self.group_by), None)

    def label(self, unit, day):
        """The period that an event of the day falls into."""
        return self.fields.label(unit, self.shift.of(day))

    def days_by_label(self, unit):
        """{period: the days of the range that stand in its row}"""
        if "days" not in self.cache:
            found = self.cache["days"] = {}
            for day in days_of(*self.range):
                if self.shift.pairs(day) or not self.shift.tells_pairs(unit):
                    label = self.label(unit, day)
                    found[label] = Range(found.get(label, (day,))[0], day)
        return self.cache["days"]

    def first_of_period(self, unit, day):
        label = self.label(unit, day)
        while self.label(unit, add_days(day, -1)) == label:
            day = add_days(day, -1)
        return day

    def uses_classes(self):
        return any(is_class(f) for f in [*self.group_by, *fields_of(self.where)])

    def parts(self):
        """Questions of the periods one by one, each with the classes of its own start."""
        if "parts" not in self.cache:
            self.cache["parts"] = list(self._parts())
        return self.cache["parts"]

    def _parts(self):
        def part(first, last, start):
            return self.narrowed(days=Range(first, last), by_start=False, parent=self,
                                 class_day=min(add_days(start, -1), self.as_of))
        unit, (day, last) = self.unit(), self.range
        if unit is None:
            made = part(day, last, day)
            made.keys = self.keys
            yield made
            return
        place, last = self.group_by.index(unit), min(last, self.as_of)
        while day <= last:
            label, first = self.label(unit, day), day
            while day <= last and self.label(unit, day) == label:
                day = add_days(day, 1)
            made = part(first, add_days(day, -1), self.first_of_period(unit, first))
            made.keys = {k for k in self.keys if k[place] == label}
            yield made

    # ---- rows ----

    def _key(self, field, event):
        day = event
        if field in UNITS and self.shift != Shift():
            move = "counterpart" if self.shift.tells_pairs(field) else "shift_day"
            day = f"{move}({event}, {', '.join(str(int(part)) for part in self.shift)})"
        return column(field).replace("o.day", day)

    def _table(self, name, columns, source, condition, event="o.day", where=None):
        """Makes a temp table of matching rows with the group keys g0, g1 ..."""
        if name in self.cache:
            return self.cache[name]
        name = self.cache[name] = self.fields.fresh_table(name)
        parameters = {"d": self.as_of, "first": self.range.first, "last": self.range.last}
        text = "1"
        restriction = self.where if where is None else where
        if restriction is not None:
            values = []
            text = restriction.sql(values).replace("o.day", event).replace('cf."', 'ff."')
            parts = text.split("?")
            text = parts[0]
            for i, (value, part) in enumerate(zip(values, parts[1:])):
                parameters[f"v{i}"] = value
                text += f":v{i}{part}"
        keys = "".join(f", {self._key(g, event)} AS g{i}" for i, g in enumerate(self.group_by))
        self.db.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns}{keys} FROM {source} "
                        f"JOIN {self.filter_cf} ff USING (customer_key) "
                        f"WHERE ({condition}) AND {text}", parameters)
        return name

    def sales(self):
        return self._table(
            "f", "o.order_key, o.customer_key, o.day, o.rec, o.buys, o.promised_time, o.delivered_time, "
            "l.amount, l.quantity, l.cost, cf.tier, cf.first_order_date",
            f"o JOIN l USING (order_key) JOIN {self.cf} cf USING (customer_key)",
            "o.day <= :d AND o.day BETWEEN :first AND :last")

    def people(self):
        # Of a filter, what it says of customers alone.
        return self._table("fc", "cf.customer_key", f"{self.cf} cf", "cf.ex",
                           where=customer_terms(self.where))

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
            "fk", f"k.customer_key, k.start_date, {self.fields.until()} AS end_date, "
            "k.annual_value_micros AS value", f"k JOIN {self.cf} cf USING (customer_key)", "1")

    # ---- days of periods ----

    def spans(self):
        """[(labels of the period fields, first day, last day)] of the range up to as_of."""
        units = [g for g in self.group_by if g in TIME]
        found, day = {}, datetime.date.fromisoformat(self.range.first)
        last = datetime.date.fromisoformat(min(self.range.last, self.as_of))
        while day <= last:
            labels = tuple(None if self.shift.tells_pairs(u)
                           and not self.shift.pairs(day.isoformat())
                           else self.label(u, day.isoformat()) for u in units)
            first = found[labels][0] if labels in found else day.isoformat()
            found[labels] = (first, day.isoformat())
            day += datetime.timedelta(days=1)
        return [(labels, *days) for labels, days in found.items()]

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
        unit = self.unit()
        if unit is None:
            previous = self.range.previous(self.as_of)
            return measure(self.narrowed(days=previous, class_day=self.class_day
                                         and add_days(previous.first, -1)))
        # Of the period fields the finest tells which period is meant, the coarser ones follow.
        place = self.group_by.index(unit)
        coarser = [i for i, g in enumerate(self.group_by)
                   if g in UNITS and UNITS.index(g) > UNITS.index(unit)]

        def without_coarser(keys):
            return tuple(k for i, k in enumerate(keys) if i not in coarser)
        found = {}
        for label in {keys[place] for keys in self.keys}:
            window = self._preceding_days(unit, label)
            if window is None:
                continue  # a row that another range of the request brought
            totals = collections.defaultdict(int)
            question = self.narrowed(days=window, class_day=self.class_day and add_days(
                self.first_of_period(unit, window.first), -1))
            for keys, value in measure(question).items():
                if keys[place] is not None:
                    totals[without_coarser(keys[:place] + (label,) + keys[place + 1:])] += value
            for keys in self.keys:
                if keys[place] == label:
                    found[keys] = totals.get(without_coarser(keys), 0)
        return found

    def _preceding_days(self, unit, label):
        """What the period is compared with: the one before, whole where this one is seen whole,
        else as many days at the same place; None where nothing of the period is seen."""
        if "seen" not in self.cache:
            self.cache["seen"] = collections.defaultdict(list)
            for day in days_of(self.range.first, min(self.range.last, self.as_of)):
                moved = self.shift.of(day)
                self.cache["seen"][self.fields.label(unit, moved)].append(moved)
        seen = self.cache["seen"].get(label)
        if not seen:
            return None
        own = self._whole_period(unit, seen[0])
        before = self._whole_period(unit, add_days(own.first, -1))
        if (seen[0], seen[-1]) != own:
            first = min(before.last, add_days(before.first, Range(own.first, seen[0]).length() - 1))
            before = Range(first, min(before.last, add_days(
                first, Range(seen[0], seen[-1]).length() - 1)))
        return Range(*(self.shift.into(*before, True) or EMPTY))

    def _whole_period(self, unit, day):
        """The days of the period of a day, not moved."""
        label, first, last = self.fields.label(unit, day), day, day
        while self.fields.label(unit, add_days(first, -1)) == label:
            first = add_days(first, -1)
        while self.fields.label(unit, add_days(last, 1)) == label:
            last = add_days(last, 1)
        return Range(first, last)

    def whole(self, measure):
        """{keys: the measure of the share's denominator}."""
        within = [g for g in self.group_by if g in self.share_within]
        whole = [self] if self.parent is None else self.parent.parts()
        sums = collections.Counter()
        for part in whole:
            for keys, value in measure(part.narrowed(group_by=within)).items():
                sums[keys] += value or 0
        places = [self.group_by.index(g) for g in within]
        return {keys: sums.get(tuple(keys[p] for p in places), 0) for keys in self.keys}

    def of_all_keys(self, sums):
        """Sums with 0 for the keys that have no records."""
        return {keys: sums.get(keys) or 0 for keys in self.keys}
