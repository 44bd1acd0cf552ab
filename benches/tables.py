"""All tables over a million records: `coroner trends`, and DuckDB on the same SQL, in turns, in one run.

    cargo build --release
    python -m venv /tmp/venv && /tmp/venv/bin/pip install polars duckdb
    /tmp/venv/bin/python benches/tables.py target/release/coroner

A script and not a Rust benchmark: the thing measured is the program as a user runs it, from the process's start to the last
file, and DuckDB is at its best in its own client; linking it into a benchmark would compile a second database for nothing.

The records are synthetic: ten years, the labels of the record with unequal shares, log-normal durations, a fifth of the values
unknown, services, warnings, and evidence and confidence of the usual size. Each round runs, one after another: coroner, all
tables with statistics, written to files; coroner, only the tables of queries/; DuckDB, the same queries, written to Parquet.
It prints the median of the rounds, and the peak memory of each process. DuckDB's rows are compared with coroner's: a query
that both answer differently is named, and the run fails.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUERIES = sorted((ROOT / "queries").glob("*.sql"))


def records(n: int, path: Path) -> None:
    """Synthetic records with the columns of records.parquet, n of them, the same for the same n."""
    import duckdb

    pick = lambda salt, *labels: (
        "(['" + "','".join(labels) + f"'])[1 + CAST(floor({len(labels)} * pow(u(i, {salt}), 1.7)) AS INT)]"
    )
    con = duckdb.connect()
    con.sql("CREATE MACRO u(i, salt) AS ((hash(i * 1000003 + salt) % 1000003) + 0.5) / 1000003.0")
    con.sql("CREATE MACRO normal(i, salt) AS sqrt(-2 * ln(u(i, salt))) * cos(6.283185307179586 * u(i, salt + 1))")
    con.sql(
        f"""
        COPY (
            SELECT
                'team-' || i % 977 || '/' || i || '.md' AS id, 'docs/' || i || '.md' AS source, u(i, 1) < 0.97 AS is_incident,
                'Incident ' || i AS title, CAST(NULL AS VARCHAR) AS organization, CAST(NULL AS VARCHAR) AS published_at,
                CASE WHEN u(i, 2) < 0.8 THEN strftime(day, '%Y-%m-%d') || 'T10:00:00Z' END AS started_at,
                CASE WHEN u(i, 3) < 0.7 THEN strftime(day, '%Y-%m-%d') || 'T10:07:00Z' END AS detected_at,
                CASE WHEN u(i, 4) < 0.1 THEN strftime(day, '%Y-%m-%d') || 'T10:31:00Z' END AS mitigated_at,
                CASE WHEN u(i, 5) < 0.8 THEN strftime(day, '%Y-%m-%d') || 'T12:00:00Z' END AS resolved_at,
                CASE WHEN u(i, 6) < 0.6 THEN round(exp(2.5 + 1.4 * normal(i, 7)), 1) END AS ttd_minutes,
                CASE WHEN u(i, 9) < 0.8 THEN round(exp(4.5 + 1.2 * normal(i, 10)), 1) END AS ttr_minutes,
                CASE WHEN u(i, 9) < 0.8 THEN 'started' END AS ttr_basis,
                {pick(12, 'monitoring', 'customer', 'unknown', 'internal', 'third_party')} AS detection_source,
                '' AS detection_also,
                {pick(13, 'software_bug', 'configuration', 'unknown', 'capacity', 'deployment', 'dependency', 'network',
                      'hardware', 'human_error', 'expiry', 'security')} AS root_cause,
                '' AS root_cause_also,
                {pick(14, 'unknown', 'deploy', 'config_change', 'load', 'maintenance', 'external', 'time', 'hardware_failure',
                      'attack', 'none')} AS "trigger",
                CASE WHEN u(i, 15) < 0.4 THEN 'SEV-' || (1 + CAST(floor(4 * u(i, 16)) AS INT)) END AS severity,
                CASE WHEN u(i, 17) < 0.5 THEN 'service-' || CAST(floor(400 * pow(u(i, 18), 2)) AS INT)
                    || CASE WHEN u(i, 19) < 0.3 THEN '|service-' || CAST(400 + floor(40 * u(i, 20)) AS INT) ELSE '' END
                    ELSE '' END AS services,
                '{{"root_cause":{{"start":100,"end":180,"quote":"' || repeat('the pool ran out of connections ', 3) || i || '"}}}}'
                    AS evidence,
                '{{"root_cause":0.' || CAST(50 + floor(49 * u(i, 21)) AS INT) || '}}' AS confidence,
                CASE WHEN u(i, 22) < 0.02 THEN 'duration_mismatch: the stated TTR of ' || CAST(floor(100 * u(i, 23)) AS INT)
                    || ' min and the times, which give 240 min, disagree' ELSE '' END AS warnings,
                '{{}}' AS human,
                CASE WHEN u(i, 24) < 0.95 THEN day END AS "date",
                CASE WHEN u(i, 24) < 0.95 THEN year(day) || 'Q' || quarter(day) END AS quarter
            FROM (SELECT i, DATE '2016-01-01' + CAST(hash(i) % 3652 AS INT) AS day FROM range({n}) AS t(i))
        ) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 4096)
        """
    )


def library(at: Path, n: int) -> Path:
    """A library of one generation that holds such records and nothing else."""
    generation = at / "library" / "generations" / "1"
    generation.mkdir(parents=True)
    path = generation / "records.parquet"
    records(n, path)
    manifest = {
        "format": 1, "coroner": "synthetic", "fingerprint": "synthetic", "created": "2026-01-01T00:00:00Z", "inputs": [],
        "documents": n, "incidents": n, "coverage": {}, "skipped": {}, "files": {"records.parquet": path.stat().st_size},
    }
    (generation / "manifest.json").write_text(json.dumps(manifest))
    (at / "library" / "CURRENT").write_text("generation 1\n")
    return at / "library"


def filled(query: Path) -> str:
    sql = query.read_text()
    for name, value in re.findall(r"^-- param (\w+) = (\S+)", sql, re.M):
        sql = sql.replace(f"${name}", value)
    return sql


DUCKDB = """
import sys, duckdb
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from tables import QUERIES, filled
con = duckdb.connect()
con.sql(f"SET threads = {sys.argv[3]}")
con.sql(f"CREATE VIEW records AS FROM '{sys.argv[1]}'")
con.sql("CREATE VIEW incidents AS SELECT * FROM records WHERE is_incident")
for query in QUERIES:
    con.sql(filled(query)).write_parquet(str(Path(sys.argv[2]) / (query.stem + ".parquet")))
"""


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds, and the peak of resident memory in MiB, of one process."""
    # A child of our own to wait for, so that the peak is of it alone.
    probe = (
        "import resource, subprocess, sys, time; t = time.perf_counter();"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "print(time.perf_counter() - t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr);"
        "sys.exit(code)"
    )
    ran = subprocess.run([sys.executable, "-c", probe, *command], stderr=subprocess.PIPE, text=True)
    if ran.returncode:
        sys.exit(f"{command[0]} failed:\n{ran.stderr}")
    seconds, peak = ran.stderr.splitlines()[-1].split()
    return float(seconds), float(peak)


def same(ours: Path, theirs: Path) -> str | None:
    """What is different between two tables, if anything."""
    import duckdb

    con = duckdb.connect()
    a, b = (con.sql(f"FROM '{path}'").fetchall() for path in (ours, theirs))
    if len(a) != len(b):
        return f"{len(a)} rows and {len(b)}"
    plain = lambda cell: float(cell) if isinstance(cell, (int, float)) else None if cell is None else str(cell)
    for left, right in zip(a, b):
        for x, y in zip(map(plain, left), map(plain, right)):
            # Halves round up in one and to even in the other: a tenth is the last digit that is told.
            if not (x == y or isinstance(x, float) and isinstance(y, float) and abs(x - y) < 0.1001):
                return f"{left} and {right}"
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("coroner", help="the program, a release build")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(__import__("os").sched_getaffinity(0)))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary)
        lib = library(at, args.records)
        parquet = lib / "generations/1/records.parquet"
        print(f"{args.records} records, {parquet.stat().st_size / 1e6:.0f} MB, {len(QUERIES)} queries, {args.threads} threads")
        (at / "duckdb").mkdir()
        trends = [args.coroner, "trends", "--library", str(lib), "--out"]
        only = [word for query in QUERIES for word in ("--only", query.stem)]
        runs = {
            "coroner, all tables with statistics": [*trends, str(at / "all")],
            "coroner, the queries": [*trends, str(at / "sql"), *only],
            "DuckDB, the queries": [
                sys.executable, "-c", DUCKDB, str(parquet), str(at / "duckdb"), str(args.threads), str(ROOT / "benches"),
            ],
        }
        taken = {name: [] for name in runs}
        for _ in range(args.rounds):
            for name, command in runs.items():
                taken[name].append(timed(command))
        for name, times in taken.items():
            seconds = sorted(seconds for seconds, _ in times)
            peak = max(peak for _, peak in times)
            print(f"{name:36} {statistics.median(seconds):6.2f} s ({seconds[0]:.2f} to {seconds[-1]:.2f}), {peak:5.0f} MiB")
        median = lambda name: statistics.median(seconds for seconds, _ in taken[name])
        print(f"ratio of the queries, coroner / DuckDB: {median('coroner, the queries') / median('DuckDB, the queries'):.2f}")
        differing = {q.stem: same(at / "sql" / f"{q.stem}.parquet", at / "duckdb" / f"{q.stem}.parquet") for q in QUERIES}
        for name, what in differing.items():
            if what:
                print(f"{name} differs: {what}")
        if any(differing.values()):
            sys.exit(1)
        print("both gave the same rows")


if __name__ == "__main__":
    main()
