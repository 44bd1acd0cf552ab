"""SQLite FTS5 as benches/search/main.rs asks for it: one request a line on standard input, one answer a line.

    {"build": "texts.jsonl", "at": "fts5.db"}   the index, as fast as SQLite makes it: one transaction, no journal, then optimize
    {"open": "fts5.db"}                         an index that an earlier run made
    {"query": "\\"redis\\" OR \\"failover\\""}         the ids of the ten best, and the microseconds of execute and fetchall

Set up in its favour: porter stemming as ours, all pages in memory, ORDER BY rank (which the manual calls faster than bm25()).
"""

import json
import os
import sqlite3
import sys
import time

db = None


def connect(at: str) -> dict:
    global db
    db = sqlite3.connect(at, isolation_level=None)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000", "mmap_size = 17179869184"):
        db.execute(f"PRAGMA {setting}")
    return {}


def build(texts: str, at: str) -> dict:
    connect(at)
    began = time.perf_counter()
    db.execute("CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, text, tokenize = 'porter unicode61')")
    db.execute("BEGIN")
    with open(texts, encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        db.executemany("INSERT INTO documents VALUES (?, ?)", ((row["id"], row["text"]) for row in rows))
    db.execute("COMMIT")
    built = time.perf_counter()
    db.execute("INSERT INTO documents(documents) VALUES ('optimize')")
    optimized = time.perf_counter()
    return {"seconds": built - began, "optimize": optimized - built, "bytes": os.path.getsize(at)}


def query(match: str) -> dict:
    began = time.perf_counter()
    rows = db.execute("SELECT id FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT 10", (match,)).fetchall()
    return {"seconds": time.perf_counter() - began, "ids": [row[0] for row in rows]}


def answer(asked: dict) -> dict:
    if "build" in asked:
        return build(asked["build"], asked["at"])
    return connect(asked["open"]) if "open" in asked else query(asked["query"])


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
