#!/usr/bin/env python3
"""Learns who is accused from labelled texts: writes src/core/intake/names/weights.tsv.

    pip install scikit-learn==1.5.2
    cargo test -p jianwei-core --locked --test attribution_samples -- --ignored     # writes target/attribution-samples.ndjson
    python3 scripts/learn-roles.py [--check]

Two logistic regressions (Fan, Chang, Hsieh, Wang, Lin: LIBLINEAR, JMLR 9, 2008, use the same loss): one over the signs
around a firm's names, one over its outcome, that of its likeliest rival and what the rules say. Each sign's scale is the
logarithm of how seldom it is, as in text retrieval. The second is fitted to outcomes of the first on texts it had not
seen (seven folds by part), and only on parts that the rules were not written on. --check prints, on such folds, how many
accused are found and in how many texts somebody is named wrongly, and writes nothing.
"""
import json
import pathlib
import sys

import numpy
import scipy.sparse
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "target" / "attribution-samples.ndjson"
WEIGHTS = ROOT / "src" / "core" / "intake" / "names" / "weights.tsv"
# Parts the rules were written on: what the rules say there is too good.
BY_THE_RULES = {"first", "second", "third", "fifth", "sixth", "phrases"}
FOLDS = 7
SEEN_AT_LEAST = 2
MOST_SIGNS = 60_000
NAMED_FROM, SECOND_FROM = 0.6, 0.7
FACTS = "signs rival alone many by_rules first another together together_rival together_by_rules together_another alone_by_rules".split()


def label(text, ids):
    """1 if accused, 0 if not, None if the label leaves it open; and how much the sample counts."""
    accused = [i for i in [text["primary"]] + text["secondary"] + (text["candidates"] if text["primary"] else []) if i]
    if any(i in accused for i in ids):
        return 1, 1.0
    if any(i in text["must_not"] for i in ids):
        return 0, 1.0
    return (None, 0.0) if any(i in text["candidates"] for i in ids) else (0, 0.5)


class Samples:
    def __init__(self, path):
        self.texts = [json.loads(line) for line in path.open(encoding="utf-8")]
        self.rows, names, columns, ends = [], {}, [], [0]
        for n, text in enumerate(self.texts):
            first = len(self.rows)
            text["rows"] = range(first, first + len(text["samples"]))
            for sample in text["samples"]:
                columns += [names.setdefault(sign, len(names)) for sign in sample["signs"]]
                ends.append(len(columns))
                self.rows.append((text, sample, *label(text["label"], sample["ids"])))
        ones = numpy.ones(len(columns), numpy.float32)
        self.signs = scipy.sparse.csr_matrix((ones, columns, ends), (len(self.rows), len(names)))
        self.names = numpy.array(list(names))
        self.part = numpy.array([text["part"] for text, *_ in self.rows])
        self.known = numpy.array([y is not None for *_, y, _ in self.rows])
        self.y = numpy.array([y or 0 for *_, y, _ in self.rows])
        self.weight = numpy.array([w for *_, w in self.rows])
        parts = sorted(set(self.part))
        self.fold = numpy.array([parts.index(p) % FOLDS for p in self.part])
        self.fresh = ~numpy.isin(self.part, list(BY_THE_RULES))

    def fit_signs(self, train):
        """Columns, their weights, and what holds without any sign."""
        seen = numpy.asarray(self.signs[train].sum(0)).ravel()
        columns = numpy.flatnonzero(seen >= SEEN_AT_LEAST)
        scale = numpy.log(train.sum() / seen[columns])
        scale /= scale.mean()
        rows = (self.signs[train][:, columns] @ scipy.sparse.diags(scale)).tocsr()
        fit = LogisticRegression(C=1, max_iter=3000).fit(rows, self.y[train], sample_weight=self.weight[train])
        weights = fit.coef_[0] * scale
        most = numpy.sort(numpy.argsort(-numpy.abs(weights) * seen[columns], kind="stable")[:MOST_SIGNS])
        return columns[most], weights[most], fit.intercept_[0]

    def unseen(self):
        """Log-odds by signs, each from a fit that had not seen the part."""
        odds = numpy.zeros(len(self.rows))
        for fold in range(FOLDS):
            test = self.fold == fold
            columns, weights, alone = self.fit_signs(~test & self.known)
            odds[test] = self.signs[test][:, columns] @ weights + alone
        return odds.clip(-6, 6)

    def facts(self, odds):
        out = []
        for n, (text, sample, *_) in enumerate(self.rows):
            others = [m for m in text["rows"] if m != n]
            rival = max((odds[m] for m in others), default=0.0)
            another = any(self.rows[m][1]["by_rules"] for m in others)
            together = bool(others) and sample["together"]
            of_all = [odds[n], rival, not others, len(others) >= 2, sample["by_rules"], sample["first"], another]
            out.append(of_all + [together, together * rival, together and sample["by_rules"], together and another, not others and sample["by_rules"]])
        return numpy.array(out, float)

    def fit_facts(self, facts, train):
        fit = LogisticRegression(C=10, max_iter=3000)
        return fit.fit(facts[train], self.y[train], sample_weight=self.weight[train])

    def check(self, facts):
        odds = numpy.zeros(len(self.rows))
        for fold in range(FOLDS):
            test = self.fold == fold
            odds[test] = self.fit_facts(facts, ~test & self.known & self.fresh).decision_function(facts[test])
        likely = 1 / (1 + numpy.exp(-odds))
        print("part: texts, first accused found, of; others found, of; texts where somebody is named wrongly")
        totals = {}
        for text in self.texts:
            group = "roles" if text["part"].startswith("roles") else "rules" if text["part"] in BY_THE_RULES else "sets"
            rows, accused = list(text["rows"]), []
            top = max(rows, key=lambda n: likely[n], default=None)
            if top is not None and likely[top] >= NAMED_FROM and len(self.rows[top][1]["ids"]) == 1:
                named = [n for n in rows if n == top or likely[n] >= SECOND_FROM and len(self.rows[n][1]["ids"]) == 1]
                accused = [self.rows[n][1]["ids"][0] for n in named]
            told = text["label"]
            first = bool(accused) and bool(told["primary"]) and accused[0] in [told["primary"]] + told["candidates"]
            others = sum(i in accused for i in told["secondary"])
            wrong = any(i in told["must_not"] for i in accused)
            counts = [1, first, bool(told["primary"]), others, len(told["secondary"]), wrong]
            for name in (text["part"], "all " + group):
                totals[name] = [a + b for a, b in zip(totals.get(name, [0] * 6), counts)]
        for part, counts in sorted(totals.items()):
            print(part + ":", *map(int, counts))

    def write(self, facts):
        columns, weights, alone = self.fit_signs(self.known)
        fit = self.fit_facts(facts, self.known & self.fresh)
        lines = ["# What speaks for a firm's being accused, in thousandths of log-odds. Learned: scripts/learn-roles.py"]
        odds = [("signs_alone", alone), ("all_told", fit.intercept_[0]), *zip(FACTS, fit.coef_[0])]
        lines += [f"odds\t{name}\t{round(value * 1000)}" for name, value in odds]
        signs = sorted((self.names[c], round(w * 1000)) for c, w in zip(columns, weights))
        lines += [f"{name}\t{weight}" for name, weight in signs if weight]
        WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(len(lines), "lines written from", len(self.texts), "texts,", int(self.known.sum()), "firms in them")


samples = Samples(SAMPLES)
beside = samples.facts(samples.unseen())
samples.check(beside) if "--check" in sys.argv else samples.write(beside)
