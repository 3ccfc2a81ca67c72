#!/usr/bin/env python3
"""Checks the labelled attribution set: python3 check.py [labels.ndjson ...] (all beside this file by default)."""
import collections
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
SET31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SET36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KINDS = """exact_name id_in_text former_name alias suffix_variant brackets branch_vs_head namesake_district
namesake_trade namesake_street homophone asr_slip trade_variant exoneration own_employer comparison landmark
department_urged several_accused no_name brand_in_words group_vs_subsidiary closed_or_merged natural_person
traditional_or_fullwidth unknown_firm praise_or_help""".split()
# a set's directories, at least so many texts a kind and that name nothing, and the longest text allowed
BOTH = ("registry.ndjson", "registry2.ndjson")
RULES = {"second.ndjson": (BOTH, 5, 40, 1500), "third.ndjson": (BOTH, 4, 35, 1500), "fourth.ndjson": (BOTH, 3, 30, 1500),
         "fifth.ndjson": (BOTH, 1, 27, 1500), "sixth.ndjson": (BOTH, 1, 27, 1500), "seventh.ndjson": (BOTH, 1, 24, 1500)}
RULE = (("registry.ndjson",), 7, 25, 400)
errors = []


def need(ok, where, what):
    if not ok:
        errors.append(f"{where}: {what}")


def valid_uscc(s):
    """GB 32100 check character, and the GB 11714 one of the organisation code inside."""
    if len(s) != 18 or any(c not in SET31 for c in s):
        return False
    org = 11 - sum(SET36.index(c) * w for c, w in zip(s[8:16], (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    if s[16] != {10: "X", 11: "0"}.get(org, str(org)):
        return False
    return SET31[-sum(SET31.index(c) * pow(3, i, 31) for i, c in enumerate(s[:17])) % 31] == s[17]


def rows(path):
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield f"{path.name}:{n}", json.loads(line)
        except ValueError as e:
            errors.append(f"{path.name}:{n}: {e}")


firms, home = {}, {}
for at, r in (x for name in ("registry.ndjson", "registry2.ndjson") for x in rows(HERE / name)):
    need(r["id"] not in firms, at, "id twice")
    firms[r["id"]] = r
    home[r["id"]] = at.split(":")[0]
    need(valid_uscc(r["id"]), at, f"check character of {r['id']}")
    need("MAFAKE" in r["id"], at, "id is not recognisably fictional")
    need(re.fullmatch(r"[A-T]\d{4}", r["industry"]), at, "industry code")
    need(r["region"] in ("371002", "371003", "371082", "371083"), at, "region")
for i, r in firms.items():
    for f in ("parent", "merged_into"):
        need(r.get(f) is None or r[f] in firms and r[f] != i, i, f"{f} is not in the directory")
    need(not r["branch"] or r["parent"], i, "a branch without parent")
need(len(firms) >= 60, "registry", f"{len(firms)} firms")
need(len({r["name"] for r in firms.values()}) == len(firms), "registry", "two firms of one full name")

sets = [pathlib.Path(a) for a in sys.argv[1:]] or sorted(p for p in HERE.glob("*.ndjson") if not p.name.startswith("registry"))
tickets, texts = set(), set()
for path in sets:
    directories, per_kind, unnamed, longest = RULES.get(path.name, RULE)
    kinds, lengths, nothing, abstain, per = collections.Counter(), [], 0, 0, collections.defaultdict(collections.Counter)
    for at, r in rows(path):
        lab = r["label"]
        need(r["ticket_no"] not in tickets, at, "ticket number twice")
        tickets.add(r["ticket_no"])
        need(r["content"] not in texts, at, "text twice")
        texts.add(r["content"])
        need(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:00\+08:00", r["received_at"]), at, "time")
        need(set(lab) == {"kind", "primary", "secondary", "must_not", "abstain", "candidates"}, at, "label fields")
        need(lab["kind"] in KINDS, at, f"kind {lab['kind']}")
        named = ([lab["primary"]] if lab["primary"] else []) + lab["secondary"]
        for i in named + lab["must_not"] + lab["candidates"]:
            need(home.get(i) in directories, at, f"{i} is not in the directory")
        need(not set(named) & set(lab["must_not"]), at, "named and must_not")
        need(not set(lab["candidates"]) & set(lab["must_not"]), at, "candidate and must_not")
        need(not set(named) & set(lab["candidates"]), at, "named and candidate")
        need(len(set(named)) == len(named), at, "named twice")
        need(lab["abstain"] == (lab["primary"] is None), at, "abstain and primary")
        need(lab["primary"] or not lab["secondary"], at, "secondary without primary")
        need(not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", r["content"]), at, "a mobile number")
        need(19 <= len(r["content"]) <= longest, at, f"{len(r['content'])} characters")
        kinds[lab["kind"]] += 1
        lengths.append(len(r["content"]))
        abstain += lab["abstain"]
        nothing += lab["abstain"] and not lab["candidates"]
        per[lab["kind"]].update(named=int(not lab["abstain"]), open=int(lab["abstain"] and bool(lab["candidates"])),
                                nothing=int(lab["abstain"] and not lab["candidates"]), guard=int(bool(lab["must_not"])))
    for k in KINDS:
        need(kinds[k] >= per_kind, path.name, f"{kinds[k]} texts of {k}")
    need(nothing >= unnamed, path.name, f"{nothing} texts where nothing must be named")
    lengths.sort()
    print(f"{path.name}: {sum(kinds.values())} texts over {sum(h in directories for h in home.values())} firms; "
          f"{sum(kinds.values()) - abstain} name a firm, {abstain - nothing} abstain with candidates, {nothing} name nothing; "
          f"{lengths[0]} to {lengths[-1]} characters, median {lengths[len(lengths) // 2]}")
    print("| kind | texts | a firm | candidates only | nothing | with must_not |\n|---|---|---|---|---|---|")
    for k in KINDS:
        p = per[k]
        print(f"| {k} | {kinds[k]} | {p['named']} | {p['open']} | {p['nothing']} | {p['guard']} |")
for e in errors:
    print("error:", e, file=sys.stderr)
sys.exit(bool(errors))
