"""Random portfolios with every awkward thing a real one has: returns, excluded statuses in odd
spelling, orders of several lines, unknown fields, unicode, attributes, late customers, corrections,
deletions, days that a time zone moves."""

import datetime
import random

import client as wire
from strata.v1 import records_pb2

DAY = 86_400_000
START = wire.millis("2022-11-20T00:00:00")
DAYS = 800

COUNTRIES = ["US", "DE", "日本", "Côte d'Ivoire", "france", "France", ""]
STATUSES = ["Shipped", "shipped", "Open", "CANCELLED", "Void", "\u00a0void ", "Annul\u00e9",
            "ANNULE\u0301", ""]
CONTRACT_STATUSES = ["active", "active", "Draft", " Cancelled", "VOIDED", ""]
CHANNELS = ["web", "Store", "phone", ""]
PRODUCTS = [f"P-{i:02d}" for i in range(17)] + ["Ünïque ☂", ""]
LINES = ["Ships", "Planes", "Motor Cars", ""]


def customers(rng, count):
    for i in range(count):
        known = {}
        for name, values, missing in (
                ("country", COUNTRIES, 0.1), ("region", ["North", "south", "Süd"], 0.4),
                ("city", ["Köln", "Oslo", "Rio", "oslo"], 0.5), ("gender", ["F", "M", "x"], 0.2),
                ("industry", ["Retail", "Banks", "retail trade"], 0.5),
                ("account_owner", ["kim", "Lee", "zoë"], 0.5),
                ("display_name", [f"Customer {i}", f"Zoë {i % 5}"], 0.2)):
            if rng.random() >= missing:
                known[name] = rng.choice(values)
        if rng.random() < 0.8:
            known["birth_date"] = (f"{rng.randint(1935, 2010)}-{rng.randint(1, 12):02d}"
                                   f"-{rng.randint(1, 28):02d}")
        if rng.random() < 0.7:
            known["children"] = rng.choice([0, 0, 1, 2, 3, 7])
        if rng.random() < 0.2:
            known["strategic"] = rng.random() < 0.5
        attributes = {}
        if rng.random() < 0.6:
            attributes["plan"] = rng.choice(["free", "Gold", "gold plus"])
        if rng.random() < 0.5:
            attributes["score"] = rng.choice([0.0, 0.5, -3.25, 17.0, 1e6])
        if rng.random() < 0.5:
            attributes["beta"] = rng.random() < 0.5
        created = START + rng.randrange(DAYS) * DAY + rng.randrange(DAY) \
            if rng.random() < 0.5 else None
        yield wire.customer(f"c{i:03d}", created_time=created, attributes=attributes, **known)


def lines(rng, carries_cost):
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        back = rng.random() < 0.08
        quantity = -rng.randint(1, 3) if back else rng.randint(0, 15)
        if quantity % 5 == 0:
            quantity += 0.125  # kilograms and hours are sold in fractions
        amount = rng.choice([rng.randrange(1, 9_000_000_000), rng.randrange(1, 400) * 1_000_000,
                             19_990_000, 1, 0])
        more = {"quantity": quantity}
        if rng.random() < 0.9:
            more["product"] = rng.choice(PRODUCTS)
        if rng.random() < 0.9:
            more["product_line"] = rng.choice(LINES)
        if carries_cost and rng.random() < 0.7:
            more["cost_micros"] = rng.randrange(0, 3_000_000_000)
        if rng.random() < 0.1:
            del more["quantity"]
            back = False
        yield (-amount if back else amount), more


def orders(rng, count, buyers):
    for i in range(count):
        # Some buy often, some in the last minute of a year, some never.
        who = int(len(buyers) * rng.random() ** 2)
        time = START + rng.randrange(DAYS) * DAY + rng.choice([0, DAY - 1, rng.randrange(DAY)])
        times = {}
        if rng.random() < 0.6:
            times["promised_time"] = time + rng.randint(0, 20) * DAY
            if rng.random() < 0.8:
                times["shipped_time"] = time + rng.randint(0, 10) * DAY
                if rng.random() < 0.8:
                    times["delivered_time"] = times["promised_time"] + rng.choice(
                        [0, 1, -1, -DAY, 3 * DAY])
                    times["delivered_time"] = max(times["delivered_time"], times["shipped_time"])
        if "promised_time" in times and rng.random() < 0.05:  # by the dates, before it was ordered
            times.pop("shipped_time", None)
            times["delivered_time"] = time - rng.choice([1, DAY // 2, DAY, 9 * DAY])
        yield wire.order(f"o{i:05d}", buyers[who], time, list(lines(rng, rng.random() < 0.7)),
                         status=rng.choice(STATUSES), channel=rng.choice(CHANNELS), **times)


def service(rng, buyers):
    """Tickets, contracts and surveys."""
    for i in range(len(buyers) * 2):
        who = rng.choice(buyers)
        opened = START + rng.randrange(DAYS) * DAY + rng.randrange(DAY)
        ticket = records_pb2.Ticket(id=f"t{i}", customer=who,
                                    priority=rng.choice(["high", "low", ""]),
                                    category=rng.choice(["bill", "Break", ""]))
        wire.set_time(ticket.opened_time, opened)
        if rng.random() < 0.7:
            wire.set_time(ticket.first_response_time, opened + rng.randrange(3 * DAY))
        if rng.random() < 0.8:
            wire.set_time(ticket.sla_due_time, opened + 5 * DAY)
        ticket.status = rng.choice([1, 2, 2, 2, 3])
        if ticket.status == 2 and rng.random() < 0.1:
            ticket.csat = rng.randint(1, 5)  # resolved, but nobody says when
        elif ticket.status == 2:
            wire.set_time(ticket.resolved_time,
                          opened + rng.choice([5 * DAY, 5 * DAY + 1, rng.randrange(20 * DAY)]))
            if rng.random() < 0.5:
                ticket.csat = rng.randint(1, 5)
        if rng.random() < 0.3:
            wire.set_time(ticket.escalated_time, opened + rng.randrange(40 * DAY))
        yield records_pb2.Record(ticket=ticket)
    for i in range(len(buyers)):
        first = rng.randrange(DAYS)
        contract = records_pb2.Contract(
            id=f"k{i}", customer=rng.choice(buyers), start_date=day_text(first),
            annual_value_micros=rng.randrange(10**10), owner=rng.choice(["kim", "Lee", ""]),
            status=rng.choice(CONTRACT_STATUSES))
        last = first + rng.randint(0, 500)
        if rng.random() < 0.8:
            contract.end_date = day_text(last)
        yield records_pb2.Record(contract=contract)
        if contract.end_date and rng.random() < 0.4:  # renewed at once, late, or too late
            yield records_pb2.Record(contract=records_pb2.Contract(
                id=f"k{i}-next", customer=contract.customer,
                start_date=day_text(last + rng.choice([1, 2, 4, 5, 30, 31, 32, 60])),
                annual_value_micros=rng.randrange(10**10), status=rng.choice(CONTRACT_STATUSES)))
    for i in range(len(buyers)):
        survey = records_pb2.Survey(id=f"s{i}", customer=rng.choice(buyers), kind=1 + i % 2,
                                    score=rng.randint(1, 5) if i % 2 else rng.randint(0, 10))
        wire.set_time(survey.time, START + rng.randrange(DAYS) * DAY + rng.randrange(DAY))
        yield records_pb2.Record(survey=survey)


def day_text(offset):
    return (datetime.date(2022, 11, 20) + datetime.timedelta(days=offset)).isoformat()


def history(seed, customer_count=120, order_count=1100):
    """Batches of records; later ones correct and delete what earlier ones brought."""
    rng = random.Random(seed)
    known = list(customers(rng, customer_count))
    buyers = [r.customer.id for r in known[: customer_count * 5 // 6]] + ["ghost-1", "ghost-2"]
    rng.shuffle(buyers)
    sold = list(orders(rng, order_count, buyers))
    records = known + sold + list(service(rng, buyers[:60]))
    rng.shuffle(records)  # order of arrival must not matter
    corrections = []
    for record in rng.sample(sold, order_count // 12):
        again = records_pb2.Record()
        again.CopyFrom(record)
        again.order.status = rng.choice(STATUSES)
        again.order.customer = rng.choice(buyers)
        corrections.append(again)
    for record in rng.sample(sold, order_count // 20):
        corrections.append(wire.deletion("order", record.order.id))
    for record in rng.sample(known, customer_count // 10):
        if rng.random() < 0.5:
            corrections.append(wire.customer(record.customer.id, country="Corrected",
                                             update_mask={"paths": ["country"]}))
        else:
            corrections.append(wire.deletion("customer", record.customer.id))
    return [records[i:i + 700] for i in range(0, len(records), 700)] + [corrections]
