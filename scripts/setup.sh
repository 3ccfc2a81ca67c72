#!/usr/bin/env bash
# Checks for what Jianwei needs on this machine; root installs what is missing with apt, others are told how.
#   scripts/setup.sh build    to build and run it
#   scripts/setup.sh test     the same, and what the tests and the Kafka demo need
# Looks for each thing itself, not for a Debian package: a rustup, Temurin or hand-built one will do.
set -euo pipefail

profile=${1:-}
[[ $# -eq 1 && $profile == @(build|test) ]] || { echo "usage: scripts/setup.sh build|test" >&2; exit 2; }
MIN_JAVA=17 # Kafka 4's
manifest=$(dirname "${BASH_SOURCE[0]}")/../Cargo.toml
min_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$manifest")

say() { printf 'setup: %s\n' "$*" >&2; }

need_command() { command -v "$1" >/dev/null || missing+=("$2"); }
need_library() { pkg-config --exists "$1" 2>/dev/null || missing+=("$2"); }

has_java() {
  local major
  major=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
  ((${major:-0} >= MIN_JAVA))
}

has_rust() {
  local version
  version=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
  [[ -n $version ]] && printf '%s\n' "$min_rust" "$version" | sort -CV
}

# The Debian packages of what is not there, into missing.
find_missing() {
  missing=()
  local command
  for command in gcc g++ make pkg-config perl; do need_command "$command" "$command"; done
  need_library libssl libssl-dev
  need_library libsasl2 libsasl2-dev
  need_library zlib zlib1g-dev
  [[ $profile == test ]] || return 0
  has_java || missing+=(default-jre-headless)
  need_command mvn maven
  for command in kcat jq curl; do need_command "$command" "$command"; done
}

install() {
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

status=0
find_missing
if ((${#missing[@]} > 0 && EUID == 0)) && command -v apt-get >/dev/null; then
  install || say "apt-get failed"
  find_missing
fi
if ((${#missing[@]} > 0)); then
  say "missing for '$profile': ${missing[*]}"
  say "install with: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
  [[ " ${missing[*]} " != *" default-jre-headless "* ]] || say "(any Java $MIN_JAVA or newer will do)"
  status=1
fi
if ! has_rust; then
  say "cargo $min_rust or newer is not on the PATH: install Rust from https://rustup.rs, or 'rustup update'"
  status=1
fi
exit "$status"
