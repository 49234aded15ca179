#!/usr/bin/env python3
"""The seven queries on Strata and on the engines that this machine has, in one run.

    tests/bench/compare.py BUILD_DIR [--orders N] [--repetitions R]

BUILD_DIR is a build with -DSTRATA_BUILD_BENCHMARKS=ON. Competitors: DuckDB (npm package, installed into a
temporary folder when npm is there) and PostgreSQL (Debian's, started in a temporary folder when it is
installed). Every engine's rows are held against the plain loops of bench_queries; only ratios within
one run count, since machines are noisy."""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# {month}, {age}, {quantile} differ between dialects; amounts are cents, status 4 is excluded.
SPENT = "SELECT customer, sum(amount) AS r, count(*) AS n, max(day) AS last FROM orders WHERE st <> 4 " \
    "GROUP BY customer"
TOP = f"""SELECT customer, r, row_number() OVER (ORDER BY r DESC, customer) AS place,
  count(*) OVER () AS n FROM ({SPENT}) s WHERE r > 0"""
QUERIES = {
    "year": """SELECT '', sum(amount), count(*) FROM orders
        WHERE st <> 4 AND day >= DATE '2023-01-01' AND day < DATE '2024-01-01'""",
    "age_band": f"""SELECT band, count(*), sum(r) FROM (
        SELECT concat((({{age}} - 1) / 10) * 10 + 1, '-', (({{age}} - 1) / 10) * 10 + 10) AS band, r
        FROM ({SPENT}) s JOIN customers c ON c.id = s.customer) t GROUP BY band""",
    "country_family_gender": f"""SELECT concat(country, '|', CASE WHEN children > 0 THEN 'with_children'
        ELSE 'without_children' END, '|', gender) AS k, count(*), sum(r)
        FROM ({SPENT}) s JOIN customers c ON c.id = s.customer GROUP BY 1""",
    "top20": f"SELECT '', sum(CASE WHEN place <= n * 2 {{div}} 10 THEN r END), sum(r) FROM ({TOP}) t",
    "rfm": f"""WITH s AS (SELECT customer, r, n, DATE '2024-12-31' - last AS d FROM ({SPENT}) x),
        q AS (SELECT {{quantiles}} FROM s)
        SELECT concat(5 {{r_terms}}, '|', 1 {{f_terms}}, '|', 1 {{m_terms}}) AS k, count(*)
        FROM s, q GROUP BY 1""",
    "month_strategic": f"""SELECT concat({{month}}, '|', CASE WHEN place <= t.n * 2 {{div}} 10 THEN 'true'
        ELSE 'false' END) AS k, sum(amount), count(*), count(DISTINCT o.customer)
        FROM orders o LEFT JOIN ({TOP}) t ON t.customer = o.customer WHERE st <> 4 GROUP BY 1""",
    "month_status": """SELECT concat({month}, '|', status) AS k, count(*), sum(amount)
        FROM orders JOIN statuses ON statuses.st = orders.st GROUP BY 1""",
}
MONEY = {"year": [0], "age_band": [1], "country_family_gender": [1], "top20": [0, 1],
         "month_strategic": [0], "month_status": [1]}
TABLES = [
    "CREATE TABLE customers (id INTEGER, birth DATE, country VARCHAR, gender VARCHAR, children INTEGER)",
    "CREATE TABLE orders (id INTEGER, customer INTEGER, day DATE, st SMALLINT, amount BIGINT)",
    "CREATE TABLE statuses (st SMALLINT, status VARCHAR)",
    "INSERT INTO statuses VALUES (0, 'Shipped'), (1, 'Open'), (2, 'On hold'), (3, 'Disputed'), "
    "(4, 'cancelled')"]


def dialect(quantile, month, age, div):
    cuts, terms = [], {}
    for letter, expression, unit in (("r", "d", 1), ("f", "n", 1), ("m", "r", 100)):
        for k in range(1, 5):
            cuts.append(quantile.format(p=k / 5, x=expression) + f" + {unit} AS {letter}{k}")
        sign = "-" if letter == "r" else "+"
        terms[f"{letter}_terms"] = " ".join(
            f"{sign} CASE WHEN s.{expression} >= q.{letter}{k} THEN 1 ELSE 0 END"
            for k in range(1, 5))
    return {name: sql.format(month=month, age=age, div=div, quantiles=", ".join(cuts), **terms)
            for name, sql in QUERIES.items()}


def run_duckdb(data, repetitions, folder):
    if not shutil.which("npm"):
        return None
    work = folder / "duckdb"
    shutil.copytree(HERE / "duckdb", work)
    subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund",
                    "--loglevel=error"], cwd=work, check=True, stdout=subprocess.DEVNULL)
    job = {"repetitions": repetitions,
           "setup": TABLES + [f"COPY {t} FROM '{data / t}.csv' (HEADER false)"
                              for t in ("customers", "orders")],
           "queries": dialect("quantile_cont({x}, {p})", "strftime(day, '%Y-%m')",
                              "CAST(date_part('year', age(DATE '2024-12-31', birth)) AS INTEGER)",
                              "//")}
    job["queries"] = {k: v.replace("/ 10)", "// 10)") for k, v in job["queries"].items()}
    done = subprocess.run(["node", "run.mjs"], cwd=work, input=json.dumps(job), text=True,
                          capture_output=True)
    if done.returncode:
        sys.exit(f"DuckDB failed:\n{done.stderr}")
    answer = json.loads(done.stdout)
    return f"DuckDB {answer['version']}, 2 threads", answer["answers"]


def run_postgresql(data, repetitions, folder):
    binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not binaries or not (binaries[-1] / "initdb").exists():
        return None
    as_owner, owner = [], None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        owner = "postgres"
        as_owner = ["runuser", "-u", owner, "--"]
    cluster = folder / "postgresql"
    cluster.mkdir()
    if owner:
        account = pwd.getpwnam(owner)
        os.chown(cluster, account.pw_uid, account.pw_gid)
        for place in (folder, data):
            place.chmod(0o755)

    def call(program, *args, **kwargs):
        done = subprocess.run([*as_owner, str(binaries[-1] / program), *args], text=True,
                              capture_output=True, cwd=cluster, **kwargs)
        if done.returncode:
            sys.exit(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    call("initdb", "-D", str(cluster / "data"), "-A", "trust")
    flags = f"-k {cluster} -c listen_addresses= -c shared_buffers=2GB -c work_mem=1GB -c jit=off"
    subprocess.run([*as_owner, str(binaries[-1] / "pg_ctl"), "-D", str(cluster / "data"), "-w", "-l",
                    str(cluster / "log"), "-o", flags, "start"], check=True, cwd=cluster,
                   stdout=subprocess.DEVNULL)
    try:
        def psql(*sql):
            return call("psql", "-h", str(cluster), "-d", "postgres", "-X", "-q", "-A", "-t", "-F",
                        "\t", *sum((["-c", s] for s in sql), []))
        psql(*TABLES)
        for table in ("customers", "orders"):
            psql(f"\\copy {table} FROM '{data / table}.csv' CSV")
        psql("ANALYZE")
        queries = dialect("percentile_cont({p}) WITHIN GROUP (ORDER BY {x})",
                          "to_char(day, 'YYYY-MM')",
                          "CAST(date_part('year', age(DATE '2024-12-31', birth)) AS INTEGER)", "/")
        answers = {}
        for name, sql in queries.items():
            times = []
            for _ in range(repetitions):
                out = psql("\\timing on", sql)
                rows = [line.split("\t") for line in out.splitlines()
                        if line and not line.startswith(("Time:", "Timing"))]
                times.append(float(out.split("Time: ")[-1].split(" ms")[0]))
            answers[name] = {"ms": times, "rows": rows}
        return f"PostgreSQL {binaries[-1].parent.name}", answers
    finally:
        subprocess.run([*as_owner, str(binaries[-1] / "pg_ctl"), "-D", str(cluster / "data"), "-m",
                        "immediate", "stop"], cwd=cluster, stdout=subprocess.DEVNULL)


def expected_rows(path):
    """{query: {key: figures}} of the plain loops; money there is micros, here cents."""
    tables = {}
    for line in path.read_text().splitlines():
        name, key, *figures = line.split("\t")
        figures = [int(f) for f in figures]
        for place in MONEY.get(name, []):
            figures[place] //= 10_000
        tables.setdefault(name, {})[key] = figures
    return tables


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--repetitions", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strata-compare-") as name:
        folder = pathlib.Path(name)
        data = folder / "data"
        data.mkdir()
        subprocess.run([args.build / "tests/bench/bench_queries", "--orders", str(args.orders),
                        "--repetitions", str(args.repetitions), "--export", data, "--json",
                        folder / "strata.json"], check=True)
        strata = json.loads((folder / "strata.json").read_text())
        expected = expected_rows(data / "answers.tsv")
        engines = [e for e in (run_duckdb(data, args.repetitions, folder),
                               run_postgresql(data, args.repetitions, folder)) if e]
    print(f"\nmedian ms, and how many times Strata's ({args.orders} orders)")
    print(f"{'query':24}{'Strata':>10}" + "".join(f"{title:>28}" for title, _ in engines))
    for query in QUERIES:
        line = f"{query:24}{strata[query]:10.2f}"
        for title, answers in engines:
            rows = {str(key): [int(float(f)) for f in figures] for key, *figures in
                    answers[query]["rows"]}
            if rows != expected[query]:
                sys.exit(f"{title}: {query} differs from the plain loops")
            median = statistics.median(answers[query]["ms"])
            line += f"{median:16.1f} ({median / strata[query]:6.1f} x)"
        print(line)
    if not engines:
        print("no competitor on this machine")


if __name__ == "__main__":
    main()
