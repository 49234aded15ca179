"""Portfolios whose truth is known by construction: who declines, who left, who is new, who grows.

Each customer is a Poisson process of orders whose rate follows its kind; amounts are lognormal about
the customer's own mean. Nothing here is fitted to the methods that are judged by it.
"""

import collections
import datetime
import json
import math
import random

END = datetime.date(2025, 12, 31)
MONTH = 365.25 / 12
MONTHS = 40  # of history
BORDER = 180  # days of silence, the default of the workspace's inactivity_days

# Of 1,000 customers.
SHARES = {
    "stable": 330,
    "occasional": 60,   # few orders, long silences, still there
    "seasonal": 60,     # four months of the year, as ever
    "slow": 70,         # falls to 30 % of what it was within the last year
    "halved": 50,       # bought twice as much up to three to six months ago
    "leaving": 20,      # nothing more for one to five months
    "lost": 120,        # nothing more for more than the border
    "new_ramp": 110,    # began three to 17 months ago, and rose fivefold in its first half-year
    "new_flat": 80,     # began three to 17 months ago, and is even since
    "emerging": 60,     # rises three- to sixfold within the last 18 to 24 months, and still does
    "stopped": 40,      # rose as much in the year before the last one, even since
}
NEWCOMERS = ("new_ramp", "new_flat")
DECLINING = ("slow", "halved", "leaving")


class Customer:
    def __init__(self, name, kind, rng):
        self.name, self.kind = name, kind
        self.rate = math.exp(rng.gauss(math.log(2.5), 0.6))  # orders a month at its full level
        self.size = math.exp(rng.gauss(math.log(400), 0.5))  # mean amount of an order
        self.begin = MONTHS  # months before the end
        if rng.random() < 0.3:
            self.begin = rng.uniform(26, MONTHS)
        self.gone = 0.0  # months before the end since which it buys nothing
        self.start = rng.uniform(18, 24)  # of a rise
        self.factor = rng.uniform(3, 6)
        if kind == "occasional":
            self.rate = rng.uniform(0.12, 0.4)
        elif kind == "seasonal":
            self.rate = rng.uniform(2.5, 6)
            self.season = rng.randrange(12)
        elif kind == "halved":
            self.start = rng.uniform(3, 6)
        elif kind == "leaving":
            self.gone = rng.uniform(1, 5)
        elif kind == "lost":
            self.gone = rng.uniform(BORDER / MONTH + 0.3, 20)
            self.begin = max(self.begin, self.gone + 8)
        elif kind in NEWCOMERS:
            self.begin = rng.uniform(3.2, 17.5)

    def level(self, back):
        """The rate at a time, months before the end, as a share of the full one."""
        if back > self.begin or back < self.gone:
            return 0.0
        if self.kind == "seasonal":
            month = (END.month - 1 - int(back)) % 12
            return 1.0 if (month - self.season) % 12 < 4 else 0.02
        if self.kind == "slow":
            return 1 - 0.7 * max(0.0, 12 - back) / 12
        if self.kind == "halved":
            return 1.0 if back > self.start else 0.5
        if self.kind == "new_ramp":
            age = self.begin - back
            return min(1.0, 0.2 + 0.8 * age / 6)
        if self.kind in ("emerging", "stopped"):
            low, until = 1 / self.factor, 0 if self.kind == "emerging" else 12
            if back >= self.start:
                return low
            return 1.0 if back <= until else low + (1 - low) * (self.start - back) / (self.start - until)
        return 1.0

    def monthly_amount(self):
        """What it is expected to order for a month, on average since it began."""
        steps = 200
        mean = sum(self.level((i + 0.5) / steps * self.begin) for i in range(steps)) / steps
        return self.rate * mean * self.size

    def orders(self, rng):
        """Days before the end and amounts: thinned from a process of the full rate."""
        back, spread = self.begin, 0.6
        if self.kind in NEWCOMERS:  # it is new since its first order
            yield back, self.amount(rng, spread)
        while True:
            back -= rng.expovariate(self.rate)
            if back <= 0:
                return
            if rng.random() < self.level(back):
                yield back, self.amount(rng, spread)

    def amount(self, rng, spread):
        return self.size * math.exp(rng.gauss(-spread * spread / 2, spread))


def make(seed, customers, path, without=()):
    """Writes the orders as JSON Lines; returns the customers by name. Stable customers stand in for
    those of the kinds that are left out."""
    rng = random.Random(seed)
    kinds = ["stable" if kind in without else kind
             for kind, share in SHARES.items() for _ in range(share * customers // 1000)]
    made = {}
    with open(path, "w", encoding="utf-8") as out:
        for index, kind in enumerate(kinds):
            customer = Customer(f"c{index:05}", kind, rng)
            made[customer.name] = customer
            for number, (back, amount) in enumerate(customer.orders(rng)):
                day = END - datetime.timedelta(days=int(back * MONTH))
                out.write(json.dumps({"order": {
                    "id": f"{customer.name}-{number}", "customer": customer.name,
                    "orderTime": f"{day}T{9 + number % 9:02}:00:00Z", "status": "shipped",
                    "lines": [{"amountMicros": str(round(amount * 100) * 10_000)}]}}) + "\n")
        # Somebody buys on the last day, so that the data end there.
        out.write(json.dumps({"order": {
            "id": "last", "customer": "c00000", "orderTime": f"{END}T18:00:00Z", "status": "shipped",
            "lines": [{"amountMicros": "1000000"}]}}) + "\n")
    return made


def counts(customers):
    return collections.Counter(customer.kind for customer in customers.values())
