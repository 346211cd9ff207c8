#!/usr/bin/env bash
# A job that uses more than resources.memory fails with class oom, says so,
# and its neighbours go on.
. "$(dirname "$0")/lib.sh"

awk 'BEGIN { OFS = ","; print "a,b,y"; for (i = 0; i < 300000; ++i)
  print i % 97, (i * 7919) % 1009, i % 13 }' >"$T/large.csv"
cat >"$T/job.yaml" <<'YAML'
kind: train
data: large.csv
target: y
model: net
train: {epochs: 1}
YAML

small=$(mlsubmit submit "$T/job.yaml" --set resources.memory=32M)
enough=$(mlsubmit submit "$T/job.yaml" --set resources.memory=1G)
expect_exit 7 mlsubmit wait "$small"
expect oom "$(mlsubmit status "$small" --json | jq -r .class)" class
grep -qE 'it used [0-9]+ MiB, more than resources.memory \(32 MiB\)' <<<"$(mlsubmit status "$small")" ||
  fail "the reason names no figure or no limit: $(mlsubmit status "$small")"
expect_exit 0 mlsubmit wait "$enough"
