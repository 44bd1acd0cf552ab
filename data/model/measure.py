#!/usr/bin/env python3
"""Measure data/model/confidence.tsv: how often a length is right on hand-labelled documents, by what it was counted from.

    coroner parse DOCUMENTS > RECORDS.jsonl
    data/model/measure.py LABELS.jsonl RECORDS.jsonl [LABELS RECORDS ...] > /tmp/confidence.tsv

A length is right if it equals the label or one of the label's `*_also` within the larger of 2 minutes and 5 %. One right and
one wrong answer are added to each row (Laplace), so that evidence seen once or twice is never sure. `published_at` and
`mitigated_at` have no labels: their rows are the share of right ends among the same kinds of evidence, measured in 2026-11
before the choice of instants gave chances of its own, and are carried over.
"""
import json, pathlib, sys

FILE = pathlib.Path(__file__).with_name("confidence.tsv")
ALSO = {"ttd_minutes": "ttd_also", "ttr_minutes": "ttr_also"}


def right(field, got, label):
    wanted = [label.get(field), *(label.get(ALSO[field]) or [])]
    return any(w is not None and abs(got - w) <= max(2.0, 0.05 * abs(w)) for w in wanted)


def main():
    seen = {("ttd_minutes", "length"): [0, 0]}
    seen |= {("ttr_minutes", basis): [0, 0] for basis in ("started", "detected", "first_update", "stated")}
    for labels, records in zip(sys.argv[1::2], sys.argv[2::2]):
        by_stem = {pathlib.PurePath(r["source"]).stem: r for r in map(json.loads, open(records))}
        for label in map(json.loads, open(labels)):
            record = by_stem.get(label["id"])
            if not record or not label.get("is_incident", True) or not record["is_incident"]:
                continue
            for field in ALSO:
                if record[field] is not None:
                    row = seen[field, "length" if field == "ttd_minutes" else record["ttr_basis"]]
                    row[0] += right(field, record[field], label)
                    row[1] += 1
    for line in FILE.read_text().splitlines():
        if line.startswith(("#", "published_at", "mitigated_at")):
            print(line)
    for (field, evidence), (good, all_) in seen.items():
        if all_:
            print(f"{field}\t{evidence}\t{(good + 1) / (all_ + 2):.2f}\t{good}/{all_}")
    for field in ALSO:
        good, all_ = (sum(row[n] for (of, _), row in seen.items() if of == field) for n in (0, 1))
        print(f"{field}\tany\t{(good + 1) / (all_ + 2):.2f}\t{good}/{all_}")


if __name__ == "__main__":
    main()
