"""Customer fields as of a day, by SQL over a workspace's file. Knows the tables and the written
definitions, and nothing of the server's code."""

import calendar
import collections
import datetime
import fractions
import sqlite3
import unicodedata
import zoneinfo

from oracle_filter import TIME

# Ten names by first match: (name, r low, r high, f low, f high, m low, m high); published with the
# R package rfm's worked example.
RFM_NAMES = [
    ("Champions", 5, 5, 5, 5, 5, 5), ("Potential Loyalist", 3, 5, 3, 5, 2, 5),
    ("Loyal Customers", 2, 4, 2, 4, 2, 4), ("Promising", 3, 4, 1, 3, 3, 5),
    ("New Customers", 4, 5, 1, 3, 1, 5), ("Can't Lose Them", 1, 2, 3, 4, 4, 5),
    ("At Risk", 1, 2, 2, 5, 4, 5), ("Need Attention", 1, 3, 3, 5, 3, 5),
    ("About To Sleep", 2, 3, 1, 3, 1, 4), ("Lost", 1, 1, 1, 5, 1, 5)]

MICROS = 1_000_000

# What is excluded where a workspace does not say otherwise.
EXCLUDED = ["cancelled", "canceled", "void", "voided", "failed", "declined", "refunded", "returned"]
EXCLUDED_CONTRACTS = ["cancelled", "canceled", "void", "voided"]

# Scores and a trained model: C++ tests hold them against a second implementation.
NOT_IN_SQL = {"health", "escalation_risk"}


def status_key(status):
    """Statuses are compared trimmed, by Unicode case folding, composed or not."""
    return unicodedata.normalize("NFC", (status or "").strip().casefold())


def half_away(numerator, denominator):
    """numerator / denominator as an integer, halves away from zero."""
    if numerator is None or not denominator:
        return None
    value = fractions.Fraction(numerator, denominator)
    whole = int(abs(value) + fractions.Fraction(1, 2))
    return whole if value >= 0 else -whole


def quantile7(values, p):
    """Type 7 of Hyndman and Fan, exact: p is a Fraction."""
    values = sorted(values)
    if not values:
        return None
    h = (len(values) - 1) * p
    low = int(h)
    high = min(low + 1, len(values) - 1)
    return values[low] + (h - low) * (values[high] - values[low])


def iso_week(day):
    if day is None:
        return None
    year, week, _ = datetime.date.fromisoformat(day).isocalendar()
    return f"{year:04d}-W{week:02d}"


class Shift(collections.namedtuple("Shift", "months days iso_year", defaults=(0, 0, False))):
    """Moves days by whole months and days, or by an ISO year."""

    def of(self, day):
        """Where the target has no such day, its last: every day goes somewhere."""
        if not self.iso_year:
            return add_days(add_months(day, self.months), self.days)
        year, week, weekday = datetime.date.fromisoformat(day).isocalendar()
        try:
            return datetime.date.fromisocalendar(year + 1, week, weekday).isoformat()
        except ValueError:  # no week 53
            return datetime.date.fromisocalendar(year + 1, 52, 7).isoformat()

    def pairs(self, day):
        """Whether the target has such a day."""
        if self.iso_year:
            return iso_week(day)[5:] == iso_week(self.of(day))[5:]
        return self.months == 0 or add_months(day, self.months)[8:] == day[8:]

    def tells_pairs(self, unit):
        """Whether rows of the unit keep days without a counterpart apart."""
        return unit == "day" and self.months != 0 or unit == "week" and self.iso_year

    def into(self, first, last, closed):
        """First and last of the days that are moved into these, those without a counterpart at
        their end only where the target is closed; None when there are none."""
        day = add_days(first, -31 * self.months - self.days - 380 * self.iso_year - 5)
        found = []
        while day <= last:
            if first <= self.of(day) <= last:
                found.append(day)
            day = add_days(day, 1)
        while found and not closed and not self.pairs(found[-1]):
            found.pop()
        return (found[0], found[-1]) if found else None


def add_days(day, days):
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()


def days_between(later, earlier):
    return (datetime.date.fromisoformat(later) - datetime.date.fromisoformat(earlier)).days


def add_months(day, months):
    """The same day of the month, or the month's last."""
    date = datetime.date.fromisoformat(day)
    month = date.year * 12 + date.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return datetime.date(year, month, min(date.day, calendar.monthrange(year, month)[1])).isoformat()


def is_class(field):
    """Whether its values are ranks or classes over the whole workspace: what classes_at is about."""
    return field in ("tier", "loyalty", "abc", "rfm_segment") or field.startswith(
        ("rfm.", "revenue_rank", "segment:"))


class Fields:
    """Base tables `o` (orders), `l` (lines) and, for each day asked for, `cf_N` (customers)."""

    def __init__(self, file, settings):
        self.settings = settings
        self.db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self.db.execute("PRAGMA temp_store = MEMORY")
        self.made, self.known_labels = {}, {}
        self.scratch = []
        zone = zoneinfo.ZoneInfo(settings["time_zone"])
        first_month = settings.get("fiscal_first_month", 1)

        def local_day(ms):
            if ms is None:
                return None
            moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + \
                datetime.timedelta(milliseconds=ms)
            return moment.astimezone(zone).date().isoformat()

        def fiscal_year(day):
            year, month = int(day[:4]), int(day[5:7])
            return f"FY{year + (first_month > 1 and month >= first_month):04d}"

        def fiscal_quarter(day):
            return f"{fiscal_year(day)}-Q{(int(day[5:7]) - first_month) % 12 // 3 + 1}"

        def function(name, arity, body):
            self.db.create_function(name, arity, body, deterministic=True)
        function("local_day", 1, local_day)
        function("iso_week", 1, iso_week)
        function("fiscal_year", 1, fiscal_year)
        function("fiscal_quarter", 1, fiscal_quarter)
        function("add_days", 2, add_days)
        function("days_between", 2, lambda a, b: None if a is None or b is None
                 else days_between(a, b))
        function("shift_day", 4, lambda day, months, days, iso_year: None if day is None
                 else Shift(months, days, bool(iso_year)).of(day))
        function("counterpart", 4, lambda day, months, days, iso_year:
                 Shift(months, days, bool(iso_year)).of(day)
                 if day is not None and Shift(months, days, bool(iso_year)).pairs(day) else None)
        function("half_away", 2, half_away)
        excluded = set(settings.get("excluded_statuses", EXCLUDED))
        function("excluded", 1, lambda status: status_key(status) in excluded)
        void = set(settings.get("excluded_contract_statuses", EXCLUDED_CONTRACTS))
        function("never_in_force", 1, lambda status: status_key(status) in void)
        self.end_of = lambda day: int(datetime.datetime.combine(
            datetime.date.fromisoformat(day) + datetime.timedelta(days=1), datetime.time(),
            zone).timestamp() * 1000)
        self._base_tables()

    def _base_tables(self):
        s = self.settings
        medium, large = s.get("deal_size_medium", 3000 * MICROS), s.get("deal_size_large",
                                                                        7000 * MICROS)
        self.db.executescript(f"""
            CREATE TEMP TABLE o AS
            SELECT order_key, customer_key, order_time, local_day(order_time) AS day, status, channel,
                   promised_time, shipped_time, delivered_time,
                   NOT excluded(status) AS rec,
                   (SELECT sum(amount_micros) FROM order_lines x WHERE x.order_key = orders.order_key)
                     AS total
            FROM orders;
            ALTER TABLE o ADD COLUMN deal_size;
            ALTER TABLE o ADD COLUMN buys;  -- whether it is a purchase: recognised, and no return
            UPDATE o SET buys = rec AND total >= 0;
            UPDATE o SET deal_size = CASE WHEN total >= {large} THEN 'large'
                                          WHEN total >= {medium} THEN 'medium' ELSE 'small' END;
            CREATE TEMP TABLE l AS
            SELECT order_key, line_number, product, product_line, quantity_micros AS quantity,
                   amount_micros AS amount, cost_micros AS cost FROM order_lines;
            CREATE INDEX l_o ON l (order_key);
            CREATE TEMP TABLE t AS SELECT *, local_day(opened_time) AS day FROM tickets;
            CREATE TEMP TABLE sv AS SELECT *, local_day(survey_time) AS day FROM surveys;
            CREATE TEMP TABLE k AS SELECT * FROM contracts WHERE NOT never_in_force(status);
            CREATE TEMP TABLE ra AS
            SELECT customer_key, day, score, 0 AS settled FROM sv WHERE kind = 'csat' UNION ALL
            SELECT customer_key, local_day(resolved_time), csat, resolved_time FROM t
            WHERE csat IS NOT NULL AND resolved_time IS NOT NULL;
        """)
        self.attributes = [row[0] for row in self.db.execute(
            "SELECT DISTINCT attribute FROM customer_attributes ORDER BY 1")]

    def until(self):
        """SQL for the last day in force of a contract of k, as known on :d: the day before the next
        one of the customer where no more than the days of grace lie between, else the end."""
        grace = self.settings.get("contract_grace_days", 30)
        return f"""coalesce((SELECT iif(days_between(min(n.start_date), k.end_date) - 1 <= {grace},
              add_days(min(n.start_date), -1), NULL) FROM k n
            WHERE n.customer_key = k.customer_key AND n.start_date > k.end_date
              AND n.start_date <= :d), k.end_date, '9999-12-31')"""

    def label(self, unit, day):
        """The period of a day, or its weekday."""
        if (unit, day) not in self.known_labels:
            sql = f"SELECT {TIME[unit].format(d=':x')}"
            self.known_labels[unit, day] = self.db.execute(sql, {"x": day}).fetchone()[0]
        return self.known_labels[unit, day]

    def labels(self, unit, first="2019-01-01", last="2027-12-31"):
        """Every period of the unit in time order."""
        found = []
        while first <= last:
            label = self.label(unit, first)
            if not found or found[-1] != label:
                found.append(label)
            first = add_days(first, 1)
        return found

    def fresh_table(self, name):
        """A name for a temporary table that goes with drop_scratch()."""
        self.scratch.append(f"{name}_{len(self.scratch)}")
        return self.scratch[-1]

    def drop_scratch(self):
        for name in self.scratch:
            self.db.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self.scratch.clear()

    def default_as_of(self):
        return self.db.execute("""SELECT max(d) FROM (SELECT day d FROM o UNION ALL
            SELECT day FROM t UNION ALL SELECT day FROM sv UNION ALL
            SELECT local_day(created_time) FROM customers UNION ALL SELECT start_date FROM contracts)
            WHERE d <= (SELECT local_day(commit_time) FROM workspace)""").fetchone()[0]

    def first_record(self, kpi):
        """The first day of the records that the KPI counts, None without any; False for customers,
        who are counted as of as_of whatever the range."""
        if kpi.id in ("customers", "tickets_per_customer"):
            return False if kpi.id == "customers" else self._first("t")
        if kpi.id == "csat":
            return min(filter(None, [self._first("t"), self._first("sv")]), default=None)
        if kpi.id == "nps":
            return self._first("sv")
        if kpi.family == "service":
            return self._first("t")
        if kpi.family == "contracts":
            return self._first("k", "start_date")
        return self._first("o")

    def _first(self, table, day="day"):
        return self.db.execute(f"SELECT min({day}) FROM {table}").fetchone()[0]

    def first_day(self):
        return self.db.execute("""SELECT min(d) FROM (SELECT min(day) d FROM o UNION ALL
            SELECT min(day) FROM t UNION ALL SELECT min(day) FROM sv)""").fetchone()[0]

    def customers_as_of(self, as_of):
        """The name of a table with a row a customer and a column a field, as of the day."""
        if as_of not in self.made:
            self.made[as_of] = f"cf_{len(self.made)}"
            self._make(self.made[as_of], as_of)
        return self.made[as_of]

    def customers_with_classes(self, as_of, class_day):
        """Likewise, with ranks and classes as they were on `class_day`."""
        if class_day == as_of:
            return self.customers_as_of(as_of)
        if (as_of, class_day) not in self.made:
            now, then = self.customers_as_of(as_of), self.customers_as_of(class_day)
            columns = [row[1] for row in self.db.execute(f"PRAGMA table_info({now})")]
            select = ", ".join(f'{then if is_class(c) else now}."{c}" AS "{c}"' for c in columns)
            name = self.made[as_of, class_day] = f"cx_{len(self.made)}"
            self.db.execute(f"CREATE TEMP TABLE {name} AS SELECT {select} FROM {now} JOIN {then} "
                            "USING (customer_key)")
        return self.made[as_of, class_day]

    def _make(self, name, as_of):
        purchases = self._purchases(as_of)
        age = ("CAST(substr(:d, 1, 4) AS INTEGER) - CAST(substr(birth_date, 1, 4) AS INTEGER)"
               + ("" if self.settings.get("age_method") == "year_difference"
                  else " - (substr(:d, 6) < substr(birth_date, 6))"))
        width, anchor = self.settings.get("age_band_width", 10), self.settings.get(
            "age_band_anchor", 1)
        attributes = "".join(
            f""", (SELECT value FROM customer_attributes a WHERE a.customer_key = c.customer_key
                  AND attribute = '{key}') AS "attribute:{key}" """ for key in self.attributes)
        self.db.execute(f"""CREATE TEMP TABLE {name} AS
            WITH c AS (SELECT *, {age} AS age FROM customers)
            SELECT c.customer_key, customer_id AS customer, display_name, gender, country, region, city,
              industry, account_owner, strategic, children,
              CASE WHEN children > 0 THEN 'with_children' WHEN children = 0 THEN 'without_children'
                   ELSE 'unknown' END AS family,
              birth_date, CASE WHEN age >= 0 THEN age END AS age,
              CASE WHEN age >= 0 THEN printf('%d-%d', (age - {anchor}) / {width} * {width} + {anchor},
                (age - {anchor}) / {width} * {width} + {anchor} + {width} - 1) END AS age_band,
              local_day(created_time) AS created_date, placeholder,
              coalesce(local_day(created_time), first_event, '0000') <= :d AS ex
              {attributes}, p.*
            FROM c LEFT JOIN (
              SELECT customer_key, min(day) AS first_event FROM (
                SELECT customer_key, day FROM o UNION ALL SELECT customer_key, day FROM t
                UNION ALL SELECT customer_key, day FROM sv) GROUP BY 1)
              USING (customer_key)
            JOIN ({purchases}) p USING (customer_key)""", {"d": as_of})
        self._ranks(name, as_of)
        self._service(name, as_of)

    def _purchases(self, as_of):
        columns = []
        for suffix, days in (("", None), ("_90d", 90), ("_365d", 365)):
            w = "1" if days is None else f"r.day > add_days(:d, -{days})"
            columns.append(f"""
              coalesce(sum(r.n * ({w})), 0) AS orders{suffix},
              coalesce(sum(r.lines * ({w})), 0) AS order_lines{suffix},
              coalesce(sum(r.units * ({w})), 0) / 1e6 AS units{suffix},
              coalesce(sum(r.revenue * ({w})), 0) AS revenue{suffix},
              half_away(sum(r.revenue * r.n * ({w})), sum(r.n * ({w}))) AS
                average_order_value{suffix}""")
        return f"""
            SELECT k.customer_key, min(r.bought) AS first_order_date,
              max(r.bought) AS last_order_date, substr(min(r.bought), 1, 7) AS cohort_month,
              days_between(:d, max(r.bought)) AS recency_days,
              days_between(:d, min(r.bought)) AS tenure_days,
              {','.join(columns)},
              coalesce(sum(r.revenue * (r.day <= add_days(:d, -90) AND r.day > add_days(:d, -180))), 0)
                AS before_90d
            FROM customers k LEFT JOIN (
              SELECT o.customer_key, o.order_key, o.day, iif(buys, o.day, NULL) AS bought,
                     buys AS n, count(*) AS lines,
                     sum(quantity) AS units, sum(amount) AS revenue
              FROM o JOIN l USING (order_key) WHERE rec AND day <= :d GROUP BY o.order_key) r
              USING (customer_key)
            GROUP BY k.customer_key"""

    def _ranks(self, name, as_of):
        s, db = self.settings, self.db
        for column in ["growth_90d", "tier", "loyalty", "abc", '"rfm.r"', '"rfm.f"', '"rfm.m"',
                       "rfm_segment"] + [f"revenue_rank{share}{w}" for share in ("", "_share")
                                         for w in ("", "_90d", "_365d")]:
            db.execute(f"ALTER TABLE {name} ADD COLUMN {column}")
        db.execute(f"""UPDATE {name} SET growth_90d = CAST(revenue_90d AS REAL) / before_90d - 1
                       WHERE before_90d > 0""")
        for w in ("", "_90d", "_365d"):
            db.execute(f"""UPDATE {name} SET revenue_rank{w} = x.place,
                  revenue_rank_share{w} = (x.place - 1.0) / x.n FROM (
                  SELECT customer_key AS k, count(*) OVER () AS n,
                    row_number() OVER (ORDER BY revenue{w} DESC, customer) AS place
                  FROM {name} WHERE orders{w} > 0) x WHERE x.k = {name}.customer_key""")
        window = s.get("tier_window_days", 0)
        revenue = "revenue" if not window else f"""(SELECT coalesce(sum(amount), 0) FROM o JOIN l
            USING (order_key) WHERE o.customer_key = {name}.customer_key AND rec AND day <= :d
            AND day > add_days(:d, -{window}))"""
        ranked = db.execute(f"""SELECT customer_key, row_number() OVER (ORDER BY r DESC, customer),
              count(*) OVER () FROM (SELECT customer_key, customer, {revenue} AS r FROM {name})
              WHERE r > 0""", {"d": as_of}).fetchall()
        n = len(ranked)
        counts = [round_share(n, s.get(key, default), s.get("tier_rounding", "floor")) for key, default
                  in (("strategic_share_bp", 2000), ("growth_share_bp", 5000))]
        db.execute(f"UPDATE {name} SET tier = 'prospect'")
        db.executemany(f"UPDATE {name} SET tier = ? WHERE customer_key = ?", [
            ("strategic" if place <= counts[0] else "growth" if place <= counts[1] else "standard",
             key) for key, place, _ in ranked])
        db.execute(f"UPDATE {name} SET tier = 'strategic' WHERE strategic = 1")
        db.execute(f"""UPDATE {name} SET loyalty = CASE
            WHEN orders >= {s.get('loyalty_vip_purchases', 2)}
             AND units >= {s.get('loyalty_vip_units', 100)} THEN 'VIP'
            WHEN orders >= 2 THEN 'Loyal' WHEN orders = 1 THEN 'Periodic' ELSE 'none' END""")
        self._abc(name)
        self._rfm(name)
        # The built-in segments stand in the catalogue once more.
        for segment, field in (("tier", "tier"), ("loyalty", "loyalty"), ("rfm", "rfm_segment"),
                               ("abc", "abc")):
            db.execute(f'ALTER TABLE {name} ADD COLUMN "segment:{segment}"')
            db.execute(f'UPDATE {name} SET "segment:{segment}" = {field}')

    def _abc(self, name):
        ranked = self.db.execute(f"""SELECT customer_key, revenue FROM {name} WHERE revenue > 0
            ORDER BY revenue DESC, customer""").fetchall()
        total, before = sum(r for _, r in ranked), 0
        self.db.execute(f"UPDATE {name} SET abc = 'none'")
        for key, revenue in ranked:
            letter = "A" if before * 100 < 80 * total else "B" if before * 100 < 95 * total else "C"
            self.db.execute(f"UPDATE {name} SET abc = ? WHERE customer_key = ?", (letter, key))
            before += revenue

    def _rfm(self, name):
        buyers = self.db.execute(f"""SELECT customer_key, recency_days, orders, revenue FROM {name}
            WHERE orders > 0""").fetchall()
        cuts = [[quantile7([b[1 + i] for b in buyers], fractions.Fraction(k, 5)) + unit
                 for k in range(1, 5)] for i, unit in enumerate((1, 1, MICROS))] if buyers else None
        for key, *values in buyers:
            r, f, m = (1 + sum(value >= cut for cut in cuts[i]) for i, value in enumerate(values))
            r = 6 - r
            named = next((n for n, *b in RFM_NAMES if b[0] <= r <= b[1] and b[2] <= f <= b[3]
                          and b[4] <= m <= b[5]), "Unclassified")
            self.db.execute(f"""UPDATE {name} SET "rfm.r" = ?, "rfm.f" = ?, "rfm.m" = ?,
                rfm_segment = ? WHERE customer_key = ?""", (r, f, m, named, key))

    def _service(self, name, as_of):
        end = self.end_of(as_of)
        window = "day <= :d AND day > add_days(:d, -90)"
        mine = f"x.customer_key = {name}.customer_key"
        met = f"(resolved_time < {end} AND resolved_time <= sla_due_time)"
        settled = f"(resolved_time < {end} OR sla_due_time < {end})"
        sql = {
            "tickets_90d": f"SELECT count(*) FROM t x WHERE {mine} AND {window}",
            "escalations_90d": f"""SELECT count(*) FROM t x WHERE {mine} AND {window}
                AND escalated_time < {end}""",
            "sla_compliance_90d": f"""SELECT CAST(sum(coalesce({met}, 0)) AS REAL) / count(*) FROM t x
                WHERE {mine} AND {window} AND sla_due_time IS NOT NULL AND status <> 'cancelled'
                AND NOT (status = 'resolved' AND resolved_time IS NULL) AND {settled}""",
            "csat_90d": f"""SELECT avg(score >= 4) FROM (
                SELECT csat AS score, local_day(resolved_time) AS day FROM t x WHERE {mine}
                  AND csat IS NOT NULL AND resolved_time IS NOT NULL
                UNION ALL SELECT score, day FROM sv x WHERE {mine} AND kind = 'csat')
                WHERE {window}""",
            "contract_value": f"""SELECT coalesce(sum(annual_value_micros), 0) FROM k x
                WHERE {mine} AND start_date <= :d AND coalesce(end_date, '9999') >= :d""",
            "renewal_in_days": f"""SELECT days_between(min(end_date), :d) FROM k x
                WHERE {mine} AND start_date <= :d AND end_date >= :d""",
        }
        for column, query in sql.items():
            self.db.execute(f"ALTER TABLE {name} ADD COLUMN {column}")
            self.db.execute(f"UPDATE {name} SET {column} = ({query})", {"d": as_of})


def round_share(n, basis_points, rounding):
    exact = fractions.Fraction(n * basis_points, 10_000)
    whole = int(exact)
    if rounding == "ceil" and exact > whole or rounding == "round" and exact - whole >= \
            fractions.Fraction(1, 2):
        whole += 1
    return whole
