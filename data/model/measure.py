#!/usr/bin/env python3
"""Measure data/model/confidence.tsv: how often each kind of evidence is right on hand-labelled documents.

    data/model/measure.py probe > /tmp/probe.tsv          # a table in which every chance is another number
    cp /tmp/probe.tsv data/model/confidence.tsv && cargo build && coroner parse DOCUMENTS > RECORDS.jsonl
    data/model/measure.py LABELS.jsonl RECORDS.jsonl [LABELS RECORDS ...] > /tmp/confidence.tsv

The number in a record tells which evidence a value rested on. A value is right if it equals the label or one of the
label's `*_also`: instants to the minute (days to the day), durations within the larger of 2 minutes and 5 %. One right and
one wrong answer are added to each row (Laplace), so that evidence seen once or twice is never sure.
"""
import json, pathlib, re, sys

HEAD = """# The chance that a value is right, by the evidence it rests on: field, evidence, chance, right/seen.
# For instants the evidence is the rule that found them, for TTR its basis, for labels how far the best leads the next.
# Measured by data/model/measure.py on hand-labelled documents (data/labels/README.md says which); one right and one wrong
# answer are added to each row, so that evidence seen once or twice is never sure.
"""
RULES = ["field", "meta", "range", "strong", "weak", "told", "changed", "first", "update", "derived"]
STEPS = ["alone", "far", "ahead", "near", "tied"]
ROWS = [(f, e) for f in ("started_at", "detected_at", "mitigated_at", "resolved_at", "published_at") for e in RULES]
ROWS += [("ttd_minutes", "length")] + [("ttr_minutes", e) for e in ("started", "detected", "first_update", "stated")]
ROWS += [(f, e) for f in ("detection_source", "root_cause", "trigger") for e in STEPS]
ALSO = {"detection_source": "detection_also", "root_cause": "root_cause_also", "trigger": "trigger_also", "started_at": "started_also",
        "detected_at": "detected_at_also", "resolved_at": "resolved_also", "ttd_minutes": "ttd_also", "ttr_minutes": "ttr_also"}
PROBE = {row: round(0.5 + n / 1000, 3) for n, row in enumerate(ROWS)}


def right(field, got, label):
    wanted = [label.get(field), *(label.get(ALSO[field]) or [])]
    if field.endswith("_minutes"):
        return any(w is not None and abs(got - w) <= max(2.0, 0.05 * abs(w)) for w in wanted)
    if field.endswith("_at"):
        wall = lambda text: re.sub(r"(Z|[+-]\d\d:\d\d)$", "", text)[:16]
        return any(w and (wall(got) == wall(w) or len(w) == 10 and got[:10] == w) for w in wanted)
    return got in wanted


def main():
    if sys.argv[1:] == ["probe"]:
        return print(HEAD + "\n".join(f"{f}\t{e}\t{PROBE[f, e]}" for f, e in ROWS))
    seen = {row: [0, 0] for row in ROWS}
    lengths = {}
    names = {(f, p): e for (f, e), p in PROBE.items()}
    for labels, records in zip(sys.argv[1::2], sys.argv[2::2]):
        by_stem = {pathlib.PurePath(r["source"]).stem: r for r in map(json.loads, open(records))}
        for label in map(json.loads, open(labels)):
            record = by_stem.get(label["id"])
            if not record or not label.get("is_incident", True) or not record["is_incident"]:
                continue
            for field, also in ALSO.items():
                got = record.get(field)
                if got in (None, "unknown"):
                    continue
                evidence = {"ttd_minutes": "length", "ttr_minutes": record["ttr_basis"]}.get(field) or names[field, record["confidence"][field]]
                seen[field, evidence][0] += right(field, got, label)
                seen[field, evidence][1] += 1
    fields = dict.fromkeys(f for f, _ in ROWS)
    print(HEAD, end="")
    for field in fields:
        rows = [(e, seen[field, e]) for f, e in ROWS if f == field]
        # Nobody labels publication and mitigation: they have the mean of the instants.
        pool = [v for (f, _), v in seen.items() if f == field] if field in ALSO else [v for (f, _), v in seen.items() if f.endswith("_at")]
        good, all_ = sum(v[0] for v in pool), sum(v[1] for v in pool)
        for evidence, (g, n) in rows:
            if n:
                print(f"{field}\t{evidence}\t{(g + 1) / (n + 2):.2f}\t{g}/{n}")
        print(f"{field}\tany\t{(good + 1) / (all_ + 2):.2f}\t{good}/{all_}")


if __name__ == "__main__":
    main()
