"""How well risk, warnings and emerging accounts find what `strata demo` plants, over ten seeds.

For each seed: makes the demo portfolio with its truth, asks the CLI, and compares with the truth and
with what the SQLite file says happened later. The rankings to beat are computed here, by SQL. Prints
markdown tables; docs/insights.md shows them. Not part of the test suite: it measures, it does not pass.

    ten_seeds.py --cli build/release/client/strata [--seeds 1-10] [--customers 4000] [--part risk]
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

END = "2025-12-31"
BACKTEST_DAYS = ("2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30")
WARNING_DAYS = ("2024-12-31", "2025-06-30")
PLACES = 20
RATE = 0.1
STRATEGIC_BP = 500


def month_shift(text, months):
    """The last day of the month that lies `months` after that of a month's last day."""
    day = datetime.date.fromisoformat(text) + datetime.timedelta(days=1)
    index = day.year * 12 + day.month - 1 + months
    return (datetime.date(index // 12, index % 12 + 1, 1) - datetime.timedelta(days=1)).isoformat()


class Portfolio:
    """One seed's workspace in a folder of its own, with the CLI, the file and the truth."""

    def __init__(self, cli, folder, seed, customers, months):
        self.cli, self.folder = cli, pathlib.Path(folder) / str(seed)
        truth = pathlib.Path(folder) / f"truth-{seed}.jsonl"
        self.run("demo", "--customers", customers, "--months", months, "--seed", seed,
                 "--end", END, "--truth", truth)
        self.truth = {}
        for line in truth.read_text().splitlines():
            row = json.loads(line)
            if "customer" in row:
                self.truth[row["customer"]] = row
        # With every seventh customer a company, the top fifth by revenue would hold all of them.
        self.run("workspace", "update", "demo", "--strategic-share-bp", STRATEGIC_BP)
        self.db = sqlite3.connect(self.folder / "workspaces" / "demo.db")

    def run(self, *args):
        done = subprocess.run([self.cli, "--data-dir", self.folder, "-w", "demo", *map(str, args)],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"strata {' '.join(map(str, args))}\n{done.stderr}")
        return done.stdout

    def ask(self, *args):
        return json.loads(self.run("-o", "json", "insight", *args))

    def kinds(self, *names):
        return {who for who, row in self.truth.items() if row["kind"] in names}

    def column(self, sql, *values):
        return dict(self.db.execute(sql, values))

    def tickets(self, after, until):
        return self.column("""
            SELECT customer_id, count(*) FROM tickets JOIN customers USING (customer_key)
            WHERE date(opened_time / 1000, 'unixepoch') > ? AND
                  date(opened_time / 1000, 'unixepoch') <= ? GROUP BY 1""", after, until)

    def revenue(self, after, until):
        return self.column("""
            SELECT customer_id, sum(amount_micros) / 1e6
            FROM orders JOIN order_lines USING (order_key) JOIN customers USING (customer_key)
            WHERE status <> 'cancelled' AND date(order_time / 1000, 'unixepoch') > ? AND
                  date(order_time / 1000, 'unixepoch') <= ? GROUP BY 1""", after, until)

    def orders(self, after, until):
        return self.column("""
            SELECT customer_id, count(*) FROM orders JOIN customers USING (customer_key)
            WHERE date(order_time / 1000, 'unixepoch') > ? AND
                  date(order_time / 1000, 'unixepoch') <= ? GROUP BY 1""", after, until)

    def escalated(self, after, until):
        return set(self.column("""
            SELECT DISTINCT customer_id, 1 FROM tickets JOIN customers USING (customer_key)
            WHERE date(escalated_time / 1000, 'unixepoch') > ? AND
                  date(escalated_time / 1000, 'unixepoch') <= ?""", after, until))


def auc(scores, positives):
    """The chance that a positive stands above a negative, ties half; None without both."""
    groups = collections.defaultdict(lambda: [0, 0])
    for who, score in scores.items():
        groups[score][who in positives] += 1
    below, wins, cases, controls = 0, 0.0, 0, 0
    for score in sorted(groups):
        no, yes = groups[score]
        wins += yes * (below + no / 2)
        below += no
        cases += yes
        controls += no
    return wins / (cases * controls) if cases and controls else None


def precision(scores, positives, places):
    """Positives among the first; those who tie at the last place count by their share."""
    hits, left = 0.0, places
    groups = collections.defaultdict(list)
    for who, score in scores.items():
        groups[score].append(who in positives)
    for score in sorted(groups, reverse=True):
        members = groups[score]
        take = min(left, len(members))
        hits += take * sum(members) / len(members)
        left -= take
        if not left:
            break
    return hits / places


def rankings(portfolio, day):
    """Scores by name over the customers whom the model ranks."""
    answer = portfolio.ask("risk", "--as-of", day, "--limit", 10000)
    risk = {row["customer"]: row["risk"] for row in answer["customers"]}
    quarter, year = month_shift(day, -3), month_shift(day, -12)
    tickets = portfolio.tickets(quarter, day)
    now, before = portfolio.revenue(quarter, day), portfolio.revenue(year, quarter)
    drop = {who: before.get(who, 0) / 3 - now.get(who, 0) for who in risk}
    share = {who: drop[who] / (before[who] / 3) if before.get(who, 0) > 0 else 0 for who in risk}
    return answer, {"model": risk, "tickets": {who: tickets.get(who, 0) for who in risk},
                    "drop": drop, "drop %": share}


NAMES = ("model", "tickets", "drop", "drop %")


def risk_study(portfolio):
    """AUC and precision against the planted future and against later outcomes."""
    planted = portfolio.kinds("escalates_next")
    _, scores = rankings(portfolio, END)
    last = scores
    result = {"planted": {name: (auc(scores[name], planted),
                                 precision(scores[name], planted, PLACES)) for name in NAMES}}
    sums = {name: [0.0, 0.0] for name in NAMES}
    for day in BACKTEST_DAYS:
        _, scores = rankings(portfolio, day)
        happened = portfolio.escalated(day, month_shift(day, 3))
        for name in NAMES:
            sums[name][0] += auc(scores[name], happened) / len(BACKTEST_DAYS)
            sums[name][1] += precision(scores[name], happened, PLACES) / len(BACKTEST_DAYS)
    result["later"] = {name: tuple(value) for name, value in sums.items()}
    companies = {name: {who: score for who, score in ranking.items() if who.startswith("A-")}
                 for name, ranking in last.items()}
    result["companies"] = {name: (auc(companies[name], planted),
                                  precision(companies[name], planted, PLACES)) for name in NAMES}
    backtest = portfolio.ask("backtest")
    result["beats"] = backtest.get("beatsBaseRate", False)
    return result


def print_risk(results):
    for key, title in (("planted", f"As of {END}, against the escalations planted behind the end of the "
                                   "data, which nobody has seen"),
                       ("companies", "The same among the companies only (people hardly ever "
                                     "escalate, which makes the whole list easy)"),
                       ("later", "As of the ends of four quarters, against the escalations of the "
                                 "quarter after (mean of the four)")):
        print(f"\n{title}:\n")
        print("| seed | " + " | ".join(f"AUC {n} | P@{PLACES} {n}" for n in NAMES) +
              " | beats all by AUC | by precision |")
        print("| ---: |" + " ---: |" * (2 * len(NAMES)) + " --- | --- |")
        wins = [0, 0]
        for seed, result in results.items():
            row = result[key]
            best = [all(row["model"][i] > row[n][i] for n in NAMES[1:]) for i in (0, 1)]
            wins = [w + b for w, b in zip(wins, best)]
            print(f"| {seed} | " + " | ".join(f"{row[n][0]:.3f} | {row[n][1]:.3f}" for n in NAMES) +
                  "".join(f" | {'yes' if b else 'no'}" for b in best) + " |")
        print("| mean | " + " | ".join(
            f"{sum(r[key][n][0] for r in results.values()) / len(results):.3f} | "
            f"{sum(r[key][n][1] for r in results.values()) / len(results):.3f}" for n in NAMES) +
              f" | {wins[0]} of {len(results)} | {wins[1]} of {len(results)} |")


def in_trouble(row, day):
    """Whether the account's planted decline had begun by then and was not yet over."""
    if "decline_from" not in row:
        return False
    months = int(day[:4]) * 12 + int(day[5:7])
    begun = int(row["decline_from"][:4]) * 12 + int(row["decline_from"][5:7])
    return 0 <= months - begun <= 13  # eight months before the escalation to five after it


def judge(portfolio, day, gone, who):
    """Why a warned account is a true discovery ("declining", "gone"), or what it really is."""
    row = portfolio.truth.get(who)
    if row and in_trouble(row, day):
        return "declining"
    if who in gone:
        return "gone"
    return row["kind"] if row else "ordinary"


def warning_study(portfolio):
    counts = collections.Counter()
    false_kinds = collections.Counter()
    for day in WARNING_DAYS:
        answer = portfolio.ask("signals", "--kind", "warning", "--as-of", day, "--fdr", RATE,
                               "--limit", 10000)
        later = portfolio.orders(day, END)
        before = portfolio.orders("2000-01-01", day)
        gone = {who for who in before if not later.get(who)}
        noise = portfolio.kinds("seasonal", "talkative")
        for signal in answer.get("signals", []):
            verdict = judge(portfolio, day, gone, signal["customer"])
            counts["warnings"] += 1
            counts["true"] += verdict in ("declining", "gone")
            counts["noise"] += signal["customer"] in noise and verdict not in ("declining", "gone")
            counts[verdict] += 1
            if verdict not in ("declining", "gone"):
                false_kinds[(verdict, signal["type"])] += 1
        warned = {signal["customer"] for signal in answer.get("signals", [])}
        planted = {who for who, row in portfolio.truth.items() if in_trouble(row, day)}
        counts["planted"] += len(planted)
        counts["planted found"] += len(planted & warned)
        counts["noise accounts"] += len(noise)
    return counts, false_kinds


def print_warnings(results):
    print(f"\nWarnings at a stated rate of {RATE:g}, as of {' and '.join(WARNING_DAYS)}:\n")
    print("| seed | warnings | of accounts planted in decline | of accounts that had left | false | "
          "of these seasonal or talkative | false-discovery proportion | planted declines under way "
          "| with a warning |")
    print("| ---: |" + " ---: |" * 8)
    total = collections.Counter()
    proportions = []
    for seed, (counts, _) in results.items():
        total.update(counts)
        false = counts["warnings"] - counts["true"]
        proportions.append(false / max(1, counts["warnings"]))
        print(f"| {seed} | {counts['warnings']} | {counts['declining']} | {counts['gone']} | {false} | "
              f"{counts['noise']} | {proportions[-1]:.3f} | {counts['planted']} | "
              f"{counts['planted found']} |")
    false = total["warnings"] - total["true"]
    print(f"| all | {total['warnings']} | {total['declining']} | {total['gone']} | {false} | "
          f"{total['noise']} | {false / max(1, total['warnings']):.3f} | {total['planted']} | "
          f"{total['planted found']} |")
    print(f"\nMean of the ten proportions: {sum(proportions) / len(proportions):.3f}.")
    kinds = sum((false_kinds for _, false_kinds in results.values()), collections.Counter())
    print("False ones by what the account really is and the kind of warning: " + (
        "; ".join(f"{who}, {kind}: {n}" for (who, kind), n in kinds.most_common()) or "none") + ".")


def emerging_study(portfolio):
    """Planted, found, and why each other one was not listed."""
    answer = portfolio.ask("signals", "--kind", "emerging", "--as-of", END, "--fdr", 0.9999,
                           "--limit", 10000)
    tests = {}
    for signal in answer.get("signals", []):
        tests[signal["customer"]] = min((e["p"], e["q"]) for e in signal["evidence"])
    found = {who for who, (_, q) in tests.items() if q <= RATE}
    planted = portfolio.kinds("emerging")
    last_year, two_years = month_shift(END, -12), month_shift(END, -24)
    days = portfolio.orders(two_years, END)
    year, before = portfolio.revenue(last_year, END), portfolio.revenue(two_years, last_year)
    ranked = sorted((v for v in year.values() if v > 0), reverse=True)
    threshold = ranked[max(1, len(ranked) * STRATEGIC_BP // 10000) - 1]
    reasons = collections.Counter()
    for who in sorted(planted - found):
        if who in tests:
            reasons["likelier not to grow" if tests[who][0] > 0.5 else
                    f"likelier to grow, but q above {RATE:g}"] += 1
        elif year.get(who, 0) >= 0.99 * threshold:  # the service counts cancelled orders too
            reasons["above the threshold already"] += 1
        elif days.get(who, 0) < 8:
            reasons["orders on fewer than eight days of two years"] += 1
        elif (year.get(who, 0) + before.get(who, 0)) / 2 < 0.11 * threshold:
            reasons["below a tenth of the threshold"] += 1
        else:
            reasons["no rise to be seen"] += 1
    return len(planted), len(planted & found), len(found - planted), reasons


def print_emerging(results):
    print(f"\nEmerging accounts as of {END}, at a stated rate of {RATE:g}:\n")
    print("| seed | planted | found | others listed | why the others of the planted were not |")
    print("| ---: | ---: | ---: | ---: | --- |")
    total, every = [0, 0, 0], collections.Counter()
    for seed, (planted, found, others, reasons) in results.items():
        why = "; ".join(f"{n} {reason}" for reason, n in reasons.most_common())
        print(f"| {seed} | {planted} | {found} | {others} | {why or '–'} |")
        total = [a + b for a, b in zip(total, (planted, found, others))]
        every.update(reasons)
    why = "; ".join(f"{n} {reason}" for reason, n in every.most_common())
    print("| all | " + " | ".join(map(str, total)) + f" | {why or '–'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.environ.get("STRATA_CLI", "strata"))
    parser.add_argument("--seeds", default="1-10")
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--part", choices=("risk", "warnings", "emerging", "all"), default="all")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    studies = {"risk": (risk_study, print_risk), "warnings": (warning_study, print_warnings),
               "emerging": (emerging_study, print_emerging)}
    if arguments.part != "all":
        studies = {arguments.part: studies[arguments.part]}
    results = {name: {} for name in studies}
    with tempfile.TemporaryDirectory(prefix="strata-study-") as folder:
        for seed in range(int(first), int(last or first) + 1):
            portfolio = Portfolio(arguments.cli, folder, seed, arguments.customers,
                                  arguments.months)
            for name, (study, _) in studies.items():
                results[name][seed] = study(portfolio)
    print(f"{arguments.customers} customers, {arguments.months} months, seeds {arguments.seeds}.")
    for name, (_, show) in studies.items():
        show(results[name])


if __name__ == "__main__":
    main()
