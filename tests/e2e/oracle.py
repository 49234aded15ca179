"""QueryKpis by SQL over a workspace's file: the written definitions, none of the server's code.

Answers are dicts from group keys to values: money in integer nanos, counts, floats, None for null."""

import collections
import fractions
import statistics

import oracle_fields
from oracle_filter import OTHER, TIME
from oracle_fields import add_months
from oracle_question import NANOS_A_MICRO, UNITS, Question, Range

__all__ = ["KPIS", "NANOS_A_MICRO", "UNITS", "Question", "Range", "add_months", "answer",
           "of_nothing"]


def ratio(top, bottom):
    return None if not bottom or bottom < 0 or top is None else top / bottom


def money(values):
    return {k: (v or 0) * NANOS_A_MICRO for k, v in values.items()}


def money_ratio(top, bottom):
    return {k: oracle_fields.half_away((top[k] or 0) * NANOS_A_MICRO, bottom[k])
            if bottom.get(k) else None for k in top}


def ratios(top, bottom):
    return {k: ratio(v, bottom.get(k)) for k, v in top.items()}


def revenue(q):
    return q.measure("coalesce(sum(amount), 0)")


def gross(q):
    return q.measure("coalesce(sum(iif(buys, amount, 0)), 0)")


def refunds(q):
    return q.measure("-coalesce(sum(iif(buys, 0, amount)), 0)")


def purchased(q, what):
    """The number of distinct `what` among the purchases, of every group that has an order."""
    return q.measure(f"count(DISTINCT iif(buys, {what}, NULL))")


def orders(q):
    return purchased(q, "order_key")


def returns(q):
    return q.measure("count(DISTINCT iif(buys, NULL, order_key))")


def orders_all(q):
    return q.measure("count(DISTINCT order_key)", "1")


def active(q):
    return purchased(q, "customer_key")


def growth(measure):
    def compute(q):
        before = q.before(measure)
        return {k: None if (before.get(k) or 0) <= 0 else v / before[k] - 1
                for k, v in q.of_all_keys(measure(q)).items()}
    return compute


def share(measure):
    def compute(q):
        return ratios(q.of_all_keys(measure(q)), q.whole(measure))
    return compute


def order_quantile(p):
    def compute(q):
        values = q.lists("order_key, sum(amount) OVER (PARTITION BY order_key"
                         + "".join(f", g{i}" for i in range(len(q.group_by))) + ")",
                         q.sales(), "buys")
        exact = {k: oracle_fields.quantile7([v for _, v in rows], p) for k, rows in values.items()}
        result = {}
        for k, value in exact.items():
            value = fractions.Fraction(value) * NANOS_A_MICRO
            result[k] = oracle_fields.half_away(value.numerator, value.denominator)
        return result
    return compute


def gaps(q):
    """{keys: {customer: [days between consecutive orders]}}."""
    result = {}
    for keys, rows in q.lists("customer_key, day, order_key", q.sales(), "buys").items():
        days = collections.defaultdict(list)
        for who, day, _ in rows:
            days[who].append(day)
        result[keys] = {who: [oracle_fields.days_between(b, a) for a, b in zip(d, d[1:])]
                        for who, d in days.items()}
    return result


def median_gap(q):
    found = {}
    for keys, customers in gaps(q).items():
        pooled = [gap for list_ in customers.values() for gap in list_]
        found[keys] = float(oracle_fields.quantile7(pooled, fractions.Fraction(1, 2))) \
            if pooled else None
    return found


def gap_cv(q):
    found = {}
    for keys, customers in gaps(q).items():
        ratios_ = [statistics.stdev(g) / statistics.fmean(g) for g in customers.values()
                   if len(g) >= 2 and sum(g) > 0]
        found[keys] = statistics.median(ratios_) if ratios_ else None
    return found


def on_time(q):
    end = q.fields.end_of(q.as_of)
    found = {}
    for keys, rows in q.lists("order_key, promised_time, delivered_time, "
                              "local_day(delivered_time) < day", q.sales(),
                              "buys AND promised_time IS NOT NULL").items():
        seen = [(p, d if d is not None and d < end else None) for _, p, d, early in rows if not early]
        due = [(p, d) for p, d in seen if d is not None or p < end]
        found[keys] = sum(d is not None and d <= p for p, d in due) / len(due) if due else None
    return found


def with_cost(q, sql):
    return q.measure(sql, "rec AND cost IS NOT NULL")


def gross_margin(q):
    earned, cost = with_cost(q, "sum(amount)"), with_cost(q, "sum(cost)")
    return {k: ratio(earned[k] - cost[k], earned[k]) for k in earned}


def strategic_share(q):
    top = q.measure("sum(CASE WHEN tier = 'strategic' THEN amount ELSE 0 END)")
    return ratios({k: v for k, v in top.items() if v is not None}, revenue(q))


def monthly_frequency(q):
    return ratios(orders(q), purchased(q, "customer_key || substr(day, 1, 7)"))


def by_ticket(q, sql, condition="1"):
    return q.by_group(sql, q.tickets(), condition)


def seen(q, column):
    return f"({column} IS NOT NULL AND {column} < {q.fields.end_of(q.as_of)})"


def tickets_per_customer(q):
    places = [i for i, g in enumerate(q.group_by) if g not in TIME and g not in OTHER]
    people = q.narrowed(group_by=[q.group_by[i] for i in places])
    count = people.by_group("count(*)", people.people())
    return {keys: ratio(n, count.get(tuple(keys[i] for i in places)))
            for keys, n in q.of_all_keys(by_ticket(q, "count(*)")).items()}


def sla_compliance(q):
    resolved = seen(q, "resolved_time")
    met = f"({resolved} AND resolved_time <= sla_due_time)"
    late = f"(({resolved} AND resolved_time > sla_due_time) OR (NOT {resolved} AND " \
        f"sla_due_time < {q.fields.end_of(q.as_of)}))"
    # A ticket that is called resolved without saying when is left out.
    fits = "sla_due_time IS NOT NULL AND status <> 'cancelled' AND NOT (status = 'resolved' AND " \
        "resolved_time IS NULL)"
    return ratios(by_ticket(q, f"sum({met})", fits), by_ticket(q, f"sum({met} OR {late})", fits))


def median_hours(column):
    def compute(q):
        found = q.lists(f"ticket_key, {column} - opened_time", q.tickets(), seen(q, column))
        return {keys: float(oracle_fields.quantile7([ms for _, ms in rows],
                                                    fractions.Fraction(1, 2))) / 3_600_000
                for keys, rows in found.items()}
    return compute


def nps(q):
    return {k: None if v is None else 100 * v for k, v in q.by_group(
        "avg((score >= 9) - (score <= 6))", q.nps_answers()).items()}


def contract_value(q):
    # DISTINCT rows would merge equal contracts: the rowid keeps them apart.
    def value(rows, first, last):
        return sum(v for _, _, start, end, v in rows if start <= last <= end) * NANOS_A_MICRO
    return q.by_span(lambda quiet: ("rowid, customer_key, start_date, end_date, value",
                                    quiet.contracts()), value)


def standings(rows, first, last):
    """[(value the day before, value on the last day, had one before)], None where no contract."""
    mine = collections.defaultdict(list)
    for _, who, start, end, value in rows:
        mine[who].append((start, end, value))
    before = oracle_fields.add_days(first, -1)
    for contracts in mine.values():
        def on(day):
            values = [v for start, end, v in contracts if start <= day <= end]
            return sum(values) if values else None
        yield on(before), on(last), any(start < first for start, _, _ in contracts)


def movement(which):
    def figure(rows, first, last):
        total = 0
        for start, end, known in standings(rows, first, last):
            if start is None and end is None:
                continue
            kind = ("reactivation" if known else "new") if start is None else "churn" \
                if end is None else "expansion" if end > start else "contraction"
            if which in (kind, "net"):
                total += (end or 0) - (start or 0)
        return total * NANOS_A_MICRO
    return figure


def retention(top):
    def figure(rows, first, last):
        held = [(start, end) for start, end, _ in standings(rows, first, last) if start is not None]
        bottom = len(held) if top == "lost" else sum(s for s, _ in held)
        if bottom <= 0:
            return None
        return {"net": sum(e or 0 for _, e in held), "gross": sum(min(s, e or 0) for s, e in held),
                "lost": sum(e is None for _, e in held)}[top] / bottom
    return figure


def by_contracts(figure):
    return lambda q: q.by_span(lambda quiet: (
        "rowid, customer_key, start_date, end_date, value", quiet.contracts()), figure)


def inactive_rate(q):
    window = q.fields.settings.get("inactivity_days", 180)
    orders_ = collections.defaultdict(list)
    for who, day in q.db.execute("SELECT customer_key, day FROM o WHERE buys ORDER BY day"):
        orders_[who].append(day)
    contracts = collections.defaultdict(list)
    for who, start, end in q.db.execute(
            f"SELECT customer_key, start_date, {q.fields.until()} FROM k", {"d": q.as_of}):
        contracts[who].append((start, end))

    def figure(rows, first, last):
        ordered = silent = 0
        for (who,) in rows:
            days = [d for d in orders_[who] if d <= last]
            if days and not any(s <= last <= e for s, e in contracts[who]):
                ordered += 1
                silent += oracle_fields.days_between(last, days[-1]) > window
        return silent / ordered if ordered else None
    return q.by_span(lambda quiet: ("customer_key", quiet.everybody()), figure)


KPIS = {
    "revenue": lambda q: money(revenue(q)),
    "orders": orders,
    "order_lines": lambda q: q.measure("count(*)"),
    "units": lambda q: q.measure("coalesce(sum(quantity), 0) / 1e6"),
    "cost": lambda q: money({k: v for k, v in with_cost(q, "sum(cost)").items()
                             if v is not None}),
    "gross_margin": lambda q: {} if not any(v for v in with_cost(q, "count(*)").values())
    else gross_margin(q),
    "cost_coverage": lambda q: ratios(q.measure("count(cost)"), q.measure("count(*)")),
    "gross_revenue": lambda q: money(gross(q)),
    "returns": returns,
    "refunds": lambda q: money(refunds(q)),
    "return_rate": lambda q: ratios(returns(q), orders(q)),
    "average_order_value": lambda q: money_ratio(gross(q), orders(q)),
    "average_line_value": lambda q: money_ratio(revenue(q), q.measure("count(*)")),
    "median_order_value": order_quantile(fractions.Fraction(1, 2)),
    "p90_order_value": order_quantile(fractions.Fraction(9, 10)),
    "revenue_growth": growth(revenue),
    "orders_growth": growth(orders),
    "share_of_revenue": share(revenue),
    "strategic_revenue_share": strategic_share,
    "orders_all": orders_all,
    "revenue_all": lambda q: money(q.measure("coalesce(sum(amount), 0)", "1")),
    "status_share": share(orders_all),
    "customers": lambda q: q.by_group("count(*)", q.people()),
    "active_customers": active,
    "new_customers": lambda q: purchased(q, "iif(day = first_order_date, customer_key, NULL)"),
    "order_frequency": lambda q: ratios(orders(q), active(q)),
    "order_frequency_monthly": monthly_frequency,
    "median_order_gap_days": median_gap,
    "order_gap_cv": gap_cv,
    "revenue_per_customer": lambda q: money_ratio(revenue(q), active(q)),
    "on_time_delivery_rate": on_time,
    "tickets": lambda q: by_ticket(q, "count(*)"),
    "tickets_per_customer": tickets_per_customer,
    "escalations": lambda q: by_ticket(q, f"coalesce(sum({seen(q, 'escalated_time')}), 0)"),
    "escalation_rate": lambda q: by_ticket(q, f"avg({seen(q, 'escalated_time')})"),
    "sla_compliance": sla_compliance,
    "median_first_response_hours": median_hours("first_response_time"),
    "median_resolution_hours": median_hours("resolved_time"),
    "csat": lambda q: q.by_group("avg(score >= 4)", q.ratings()),
    "nps": nps,
    "contract_value": contract_value,
    "recurring_new": by_contracts(movement("new")),
    "recurring_expansion": by_contracts(movement("expansion")),
    "recurring_contraction": by_contracts(movement("contraction")),
    "recurring_churn": by_contracts(movement("churn")),
    "recurring_reactivation": by_contracts(movement("reactivation")),
    "recurring_net_change": by_contracts(movement("net")),
    "nrr": by_contracts(retention("net")),
    "grr": by_contracts(retention("gross")),
    "logo_churn_rate": by_contracts(retention("lost")),
    "inactive_rate": inactive_rate,
}

# Figures that count; of nothing they are 0, every other figure of nothing is null.
ZERO_OF_NOTHING = {"revenue", "gross_revenue", "returns", "refunds", "orders", "order_lines", "units", "orders_all", "revenue_all",
                   "customers", "active_customers", "new_customers", "tickets", "escalations",
                   "contract_value", "recurring_new", "recurring_expansion",
                   "recurring_contraction", "recurring_churn", "recurring_reactivation",
                   "recurring_net_change"}


def answer(kpi, question, keys=((),)):
    """{keys: value}; keys that are missing have the value of nothing.

    `keys` are those that a comparison (share, growth) is asked for: a group without a record in the
    range has a share of 0, and shrank to nothing."""
    question.keys = set(keys)
    if not question.by_start or not (question.uses_classes() or kpi == "strategic_revenue_share"):
        return KPIS[kpi](question)
    question.cache.pop("parts", None)  # of other keys
    found = {}
    for part in question.parts():
        found.update(KPIS[kpi](part))
    rest = question.keys.difference(*(part.keys for part in question.parts()))
    if rest and question.parts() and kpi in ("share_of_revenue", "status_share"):
        # Periods of another range of the request: nothing of this range's whole.
        question.parts()[0].keys = rest
        found.update(KPIS[kpi](question.parts()[0]))
    return found


def of_nothing(kpi):
    return 0 if kpi in ZERO_OF_NOTHING else None
