#!/usr/bin/env bash
# Simulates two cities, replays them and scores what was found: the tables of docs/simulation.md.
#   scripts/score-city.sh [FOLDER]     (a temporary folder unless told; about 100 MB)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jianwei=target/release/jianwei
[[ -x $jianwei ]] || { echo "no $jianwei: run make build" >&2; exit 1; }
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
seed=2026

city() { # days, enterprises
  local out=$folder/$1x$2 inputs=() until
  echo "== $1 days x $2 enterprises, seed $seed"
  "$jianwei" simulate --out "$out" --days "$1" --enterprises "$2" --seed "$seed" >"$folder/$1x$2.json" 2>/dev/null
  until=$(sed -n 's/.*"until": "\(.*\)".*/\1/p' "$folder/$1x$2.json")
  # The feeds the pipeline reads; an empty file is of one it does not.
  for kind in registry inspectors tickets reports sector dispositions; do
    [[ ! -s $out/$kind.ndjson ]] || inputs+=(--input "$kind=$out/$kind.ndjson")
  done
  "$jianwei" replay --pipelines pipelines/weihai "${inputs[@]}" --until "$until" --out "$out/replay" >/dev/null
  local simulated replayed
  simulated=$(sed -n 's/.*"warnings_sha256": "\(.*\)".*/\1/p' "$folder/$1x$2.json")
  replayed=$(sha256sum <"$out/replay/warnings.ndjson" | cut -d' ' -f1)
  [[ $simulated == "$replayed" ]] || { echo "the replay's warnings differ from those the departments saw" >&2; exit 1; }
  "$jianwei" score --truth "$out/truth.ndjson" --lang en "$out/replay"
}

city 30 50000
city 365 2000
