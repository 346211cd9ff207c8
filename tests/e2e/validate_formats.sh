#!/usr/bin/env bash
# validate needs neither broker nor data; it tells all errors for people,
# programs and GitHub, and one bad file among several is enough for exit 3.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

printf 'kind: train\ndata: none.csv\ntarget: y\nmodel: net\n' >"$T/good.yaml"
printf 'kind: train\ndata: a.csv\ntarget: y\nmodle: net\nseed: x\n' >"$T/bad.yaml"
printf 'kind: train\ndata: a.csv\ntarget: y\nmodel: ridge\ntrain: {epochs: 3}\n' \
  >"$T/warned.yaml"
cd "$T"
export MLBATCH_BROKER=ipc:///nowhere

expect_exit 0 mlsubmit validate good.yaml
expect '' "$(cat out)" 'stdout for people'
grep -q 'dense 64' err || fail "no shape: $(cat err)"
expect_exit 0 mlsubmit validate - <good.yaml
expect_exit 3 mlsubmit validate good.yaml bad.yaml
grep -q '^bad.yaml:4:1: error\[E101\].*did you mean .model' err || fail "$(cat err)"
grep -q '^bad.yaml:5:7: error\[E201\]: seed: ' err || fail "$(cat err)"
grep -q '^3 errors' err || fail "$(cat err)"

expect_exit 3 mlsubmit validate --format json bad.yaml
expect '["E114","E101","E201"]' "$(jq -c 'map(.code)' out)" 'codes'
expect '4 1 model' "$(jq -r '.[1] | "\(.line) \(.column) \(.suggestion)"' out)"
expect_exit 3 mlsubmit validate --format github bad.yaml
grep -q '^::error file=bad.yaml,line=5,col=7,title=E201::seed: ' out ||
  fail "$(cat out)"
expect_exit 0 mlsubmit validate --format json good.yaml
expect '[]' "$(cat out)"

expect_exit 0 mlsubmit validate warned.yaml
grep -q 'warning\[W301\]' err || fail "no warning: $(cat err)"
expect_exit 3 mlsubmit validate --strict warned.yaml
expect_exit 3 mlsubmit validate --set train.epochs=ten good.yaml
grep -q '^--set train.epochs=ten: error\[E201\]' err || fail "$(cat err)"

# What a later version will know is known by name, and refused.
expect_exit 3 mlsubmit validate --set model=pca good.yaml
grep -q 'not supported yet by this version' err || fail "$(cat err)"
expect_exit 11 mlsubmit validate --data good.yaml
