#!/usr/bin/env bash
# Checks that other tools accept specs/*/openapi.yaml, as they are and as `cargo xtask export-openapi --plain` writes
# them: the linters Redocly CLI and Spectral, openapi-spec-validator, and the generators openapi-typescript and
# @hey-api/openapi-ts, whose output must compile.
# Usage: tests/openapi.sh [API…]     default: all seven APIs
# Requires Node.js 20, npm, pip and jq. Installs the versions of tests/openapi/ in target/openapi; a failed installation
# fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/tests/openapi
out=${CARGO_TARGET_DIR:-$PWD/target}/openapi
[[ $# -gt 0 ]] || set -- bits digitaleo ditio-core ditio-mass-transport ditio-reporting dvinci itempath
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

# installed FILE: succeeds if the versions of this file are installed.
installed() { cmp -s "$tools/$1" "$out/installed/$1"; }

mkdir -p "$out/installed"
if ! installed package-lock.json; then
  rm -f "$out/installed/package-lock.json"
  cp "$tools"/{package.json,package-lock.json,.npmrc} "$out/"
  (cd "$out" && npm ci --no-progress >npm.log 2>&1) || { cat "$out/npm.log" >&2; exit 1; }
  cp "$tools/package-lock.json" "$out/installed/"
fi
if ! installed requirements.txt; then
  rm -rf "$out/installed/requirements.txt" "$out/python"
  python3 -m pip install --quiet --disable-pip-version-check --target "$out/python" \
    --requirement "$tools/requirements.txt" >"$out/pip.log" 2>&1 || { cat "$out/pip.log" >&2; exit 1; }
  cp "$tools/requirements.txt" "$out/installed/"
fi
bin=$out/node_modules/.bin

rm -rf "$out/documents" "$out/src"
cp "$tools/generate.mjs" "$out/"
mkdir -p "$out/documents" "$out/src"
cargo build --locked --quiet --package xtask
documents=()
for api; do
  cp "specs/$api/openapi.yaml" "$out/documents/$api.yaml"
  "${CARGO_TARGET_DIR:-target}/debug/xtask" export-openapi "$api" --plain --output "$out/documents/$api.plain.json"
  documents+=("$out/documents/$api".{yaml,plain.json})
done

# check NAME COMMAND...: starts a tool; its output is printed only if it fails.
declare -A running
check() {
  local name=$1
  shift
  "$@" >"$out/$name.log" 2>&1 &
  running[$name]=$!
}

# Redocly fails only on errors, so its counts are compared.
redocly() {
  "$bin/redocly" lint --config "$tools/redocly.yaml" --format json "${documents[@]}" >"$out/redocly.json" || true
  jq -r '.problems[] | "\(.severity) \(.ruleId) \(.location[0].source.ref // "") \(.location[0].pointer // ""): \(.message)"' \
    "$out/redocly.json"
  jq -es 'map(.totals.errors + .totals.warnings) | add == 0' "$out/redocly.json"
}

validator() { PYTHONPATH=$out/python python3 -m openapi_spec_validator "${documents[@]}"; }

typescript() {
  (cd "$out" && node generate.mjs "$@")
  find "$out/src" -name '*.ts' >"$out/src/files"
  "$bin/tsc" --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --lib es2022,dom,dom.iterable \
    @"$out/src/files"
}

check redocly redocly
check spectral "$bin/spectral" lint --ruleset "$tools/spectral.yaml" --fail-severity warn "${documents[@]}"
check openapi-spec-validator validator
check typescript typescript "$@"
failed=()
for name in "${!running[@]}"; do
  if wait "${running[$name]}"; then
    echo "$name: ok"
  else
    cat "$out/$name.log" >&2
    failed+=("$name")
  fi
done
[[ ${#failed[@]} -eq 0 ]] || { echo "tools that reject a specification: ${failed[*]}" >&2; exit 1; }
