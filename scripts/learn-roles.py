#!/usr/bin/env python3
"""Learns who is accused from labelled texts: writes src/core/intake/names/weights.tsv.

    pip install scikit-learn==1.5.2
    cargo test -p jianwei-core --locked --test attribution_samples -- --ignored     # writes target/attribution-samples.ndjson
    python3 scripts/learn-roles.py [--check]

Two logistic regressions (Fan, Chang, Hsieh, Wang, Lin: LIBLINEAR, JMLR 9, 2008, use the same loss) over signs: that a firm
is accused, by what stands around its names and in the text, and that two are, by what the text says of the two. Each
sign's scale is how much more often it stands on one side than on the other (the log-count ratio of Wang, Manning:
Baselines and bigrams, ACL 2012), times the logarithm of how seldom it is. Over their outcomes and what the rules say, a
log-linear model (Lafferty, McCallum, Pereira: Conditional random fields, ICML 2001) weighs every choice of those who may
be accused together. It is fitted to outcomes on texts that the regressions had not seen (seven folds by part), and only
on parts that the rules were not written on. --check prints, on such folds, how many accused are found and in how many
texts somebody is named wrongly, and writes nothing.
"""
import itertools
import json
import pathlib
import sys

import numpy
import scipy.optimize
import scipy.sparse
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "target" / "attribution-samples.ndjson"
WEIGHTS = ROOT / "src" / "core" / "intake" / "names" / "weights.tsv"
# Parts the rules were written on: what the rules say there is too good.
BY_THE_RULES = {"first", "second", "third", "fifth", "sixth", "phrases"}
FOLDS = 7
SEEN_AT_LEAST = 2
MOST_SIGNS, MOST_SIGNS_OF_BOTH = 90_000, 30_000
# As in weights.rs and weighed.rs.
MOST_WEIGHED, MOST_TOGETHER, MOST_ODDS = 8, 5, 6.0
NAMED_FROM, SECOND_FROM = 0.7, 0.5
# A text of the roles is less like a ticket than one of the sets; but these are what most tickets are like.
WEIGHT_OF_ROLES, PLAIN = 0.3, {"roles 18", "roles 19", "roles 20", "roles 43"}
RIDGE = 1e-3
FACTS = (
    "none none_of_one none_of_many none_by_rules none_likeliest"
    " signs signs_of_one by_rules by_rules_of_one first two further both"
).split()


def label(text, ids):
    """1 if accused, 0 if not, None if the label leaves it open; and how much the sample counts."""
    accused = [i for i in [text["primary"]] + text["secondary"] + (text["candidates"] if text["primary"] else []) if i]
    if any(i in accused for i in ids):
        return 1, 1.0
    if any(i in text["must_not"] for i in ids):
        return 0, 1.0
    return (None, 0.0) if any(i in text["candidates"] for i in ids) else (0, 0.5)


class Signs:
    """Rows of signs, what each row should say, and how much it counts."""

    def __init__(self, most):
        self.most, self.numbers, self.columns, self.ends = most, {}, [], [0]
        self.y, self.weight, self.fold = [], [], []

    def add(self, signs, y, weight, fold):
        self.columns += [self.numbers.setdefault(sign, len(self.numbers)) for sign in signs]
        self.ends.append(len(self.columns))
        self.y.append(y)
        self.weight.append(weight)
        self.fold.append(fold)

    def done(self):
        ones = numpy.ones(len(self.columns), numpy.float32)
        self.rows = scipy.sparse.csr_matrix((ones, self.columns, self.ends), (len(self.y), len(self.numbers)))
        self.names = numpy.array(list(self.numbers))
        self.known = numpy.array([y is not None for y in self.y])
        self.y = numpy.array([y or 0 for y in self.y])
        self.weight, self.fold = numpy.array(self.weight), numpy.array(self.fold)
        del self.columns, self.numbers

    def fit(self, train):
        """Columns, their weights, and what holds without any sign."""
        train = train & self.known
        rows, y, weight = self.rows[train], self.y[train], self.weight[train]
        seen = numpy.asarray(rows.sum(0)).ravel()
        columns = numpy.flatnonzero(seen >= SEEN_AT_LEAST)
        rows = rows[:, columns]
        for_it, against = (1 + rows.T @ (weight * (y == side)) for side in (1, 0))
        ratio = numpy.log((for_it / for_it.sum()) / (against / against.sum()))
        scale = numpy.abs(ratio) * numpy.log(train.sum() / seen[columns])
        scale /= scale.mean()
        rows = (rows @ scipy.sparse.diags(scale)).tocsr()
        fit = LogisticRegression(C=0.1, max_iter=3000).fit(rows, y, sample_weight=weight)
        weights = fit.coef_[0] * scale
        most = numpy.sort(numpy.argsort(-numpy.abs(weights) * seen[columns], kind="stable")[: self.most])
        return columns[most], weights[most], fit.intercept_[0]

    def unseen(self):
        """Log-odds, each from a fit that had not seen the part."""
        odds = numpy.zeros(len(self.y))
        for fold in range(FOLDS):
            test = self.fold == fold
            columns, weights, alone = self.fit(~test)
            odds[test] = self.rows[test][:, columns] @ weights + alone
        return odds.clip(-MOST_ODDS, MOST_ODDS)


class Samples:
    def __init__(self, path):
        self.texts, self.one, self.both, self.firms, self.pairs = [], Signs(MOST_SIGNS), Signs(MOST_SIGNS_OF_BOTH), [], {}
        parts = {}
        for line in path.open(encoding="utf-8"):
            text = json.loads(line)
            fold, samples, first = parts.setdefault(text["part"], len(parts)) % FOLDS, text.pop("samples"), len(self.firms)
            told = [label(text["label"], sample["ids"]) for sample in samples]
            # Each text is there twice, once as it is and once dressed.
            text["counts"] = counts = 0.5 * (WEIGHT_OF_ROLES if text["part"].startswith("roles") and text["part"] not in PLAIN else 1.0)
            for sample, (y, weight) in zip(samples, told):
                self.one.add(sample["signs"], y, weight * counts, fold)
                self.firms.append((sample["ids"], sample["by_rules"], sample["first"], y))
            for (a, sample) in enumerate(samples):
                for b, signs in enumerate(sample["with_later"], a + 1):
                    ys = told[a][0], told[b][0]
                    y = 1 if ys == (1, 1) else 0 if 0 in ys else None
                    self.pairs[first + a, first + b] = len(self.pairs)
                    self.both.add(signs, y, counts, fold)
            text["fold"], text["firms"] = fold, range(first, len(self.firms))
            self.texts.append(text)
        self.one.done()
        self.both.done()

    def choices(self, one, both):
        """Of every text, every choice of firms: its facts, and whether the label allows it."""
        for text in self.texts:
            weighed = sorted(sorted(text["firms"], key=lambda n: (-one[n], n))[:MOST_WEIGHED])
            text["choices"] = [c for r in range(MOST_TOGETHER + 1) for c in itertools.combinations(weighed, r)]
            firms = {n: self.firms[n] for n in weighed}
            single = len(weighed) == 1
            facts, allowed = [], []
            for choice in text["choices"]:
                none = not choice
                by_signs, by_rules = sum(one[n] for n in choice), sum(firms[n][1] for n in choice)
                facts.append([
                    none, none and single, none and len(weighed) > 2, none and any(f[1] for f in firms.values()),
                    max((one[n] for n in weighed), default=0) if none else 0,
                    by_signs, by_signs if single else 0, by_rules, by_rules if single else 0,
                    sum(firms[n][2] for n in choice), len(choice) == 2, max(len(choice) - 2, 0),
                    sum(both[self.pairs[pair]] for pair in itertools.combinations(choice, 2)),
                ])
                allowed.append(all(firms[n][3] != (0 if n in choice else 1) for n in weighed))
            text["facts"], text["allowed"] = numpy.array(facts, float), numpy.array(allowed)

    def fit(self, texts):
        texts = [t for t in texts if t["firms"] and t["allowed"].any() and t["part"] not in BY_THE_RULES]
        facts, allowed = (numpy.concatenate([t[name] for t in texts]) for name in ("facts", "allowed"))
        starts = numpy.cumsum([0] + [len(t["allowed"]) for t in texts[:-1]])
        of = numpy.repeat(numpy.arange(len(texts)), [len(t["allowed"]) for t in texts])
        counts = numpy.array([t["counts"] for t in texts])

        def loss(weights):
            scores = facts @ weights
            of_allowed = numpy.where(allowed, scores, -1e9)
            total, told = numpy.logaddexp.reduceat(scores, starts), numpy.logaddexp.reduceat(of_allowed, starts)
            expected = numpy.exp(scores - total[of]) - numpy.exp(of_allowed - told[of])
            mean = counts @ (total - told) / counts.sum() + RIDGE * weights @ weights
            return mean, facts.T @ (counts[of] * expected) / counts.sum() + 2 * RIDGE * weights

        fit = scipy.optimize.minimize(loss, numpy.zeros(len(FACTS)), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
        return fit.x

    def named(self, text, weights):
        """The firms named, first named first."""
        scores = text["facts"] @ weights
        weighed = sorted({n for choice in text["choices"] for n in choice})

        def odds(n):
            has = numpy.array([n in choice for choice in text["choices"]])
            return numpy.logaddexp.reduce(scores[has]) - numpy.logaddexp.reduce(scores[~has])

        likely = {n: 1 / (1 + numpy.exp(-odds(n))) for n in weighed}
        top = max(weighed, key=lambda n: likely[n], default=None)
        if top is None or likely[top] < NAMED_FROM or len(self.firms[top][0]) > 1:
            return []
        named = [n for n in weighed if likely[n] >= SECOND_FROM and len(self.firms[n][0]) == 1]
        first = next(n for n in named if likely[n] >= NAMED_FROM)
        return [self.firms[n][0][0] for n in [first] + [n for n in named if n != first]]

    def check(self):
        print("part: texts, first accused found, of; others found, of; texts where somebody is named wrongly")
        totals = {}
        for fold in range(FOLDS):
            weights = self.fit([t for t in self.texts if t["fold"] != fold])
            for text in (t for t in self.texts if t["fold"] == fold):
                group = "roles" if text["part"].startswith("roles") else "rules" if text["part"] in BY_THE_RULES else "sets"
                accused, told = self.named(text, weights), text["label"]
                first = bool(accused) and bool(told["primary"]) and accused[0] in [told["primary"]] + told["candidates"]
                others = sum(i in accused for i in told["secondary"])
                wrong = any(i in told["must_not"] for i in accused)
                counts = [1, first, bool(told["primary"]), others, len(told["secondary"]), wrong]
                dressed = " dressed" if text["dressed"] else ""
                for name in (text["part"] + dressed, "all " + group + dressed):
                    totals[name] = [a + b for a, b in zip(totals.get(name, [0] * 6), counts)]
        for part, counts in sorted(totals.items()):
            print(part + ":", *map(int, counts))

    def write(self):
        lines = ["# What speaks for a firm's being accused, in thousandths of log-odds. Learned: scripts/learn-roles.py"]
        odds, signs = list(zip(FACTS, self.fit(self.texts))), []
        for name, of in (("signs_alone", self.one), ("both_alone", self.both)):
            columns, weights, alone = of.fit(of.known)
            odds.append((name, alone))
            signs += [(of.names[c], round(w * 1000)) for c, w in zip(columns, weights)]
        lines += [f"odds\t{name}\t{round(value * 1000)}" for name, value in odds]
        lines += [f"{name}\t{weight}" for name, weight in sorted(signs) if weight]
        WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(len(lines), "lines written from", len(self.texts) // 2, "texts, each twice,", int(self.one.known.sum()), "firms in them")


samples = Samples(SAMPLES)
samples.choices(samples.one.unseen(), samples.both.unseen())
samples.check() if "--check" in sys.argv else samples.write()
