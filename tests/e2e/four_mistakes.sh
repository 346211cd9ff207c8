#!/usr/bin/env bash
# A spec with four mistakes shows four errors with their places, exits 3, and
# submits nothing.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

cat >"$T/bad.yaml" <<YAML
kind: train
data: $MLB_SRC/jobspecs/data/penguins.csv
target: species
model: {type: net, layers: [dense: 0, relu]}
train: {epoch: 10, batch_size: ten, optimizer: {type: adam, lr: -1}}
YAML
start_cluster 0
expect_exit 3 mlsubmit submit "$T/bad.yaml"
for place in 4:36 5:9 5:32 5:65; do
  grep -q "bad.yaml:$place: error" "$T/err" || fail "no error at $place: $(cat "$T/err")"
done
expect 4 "$(grep -c ': error\[' "$T/err")" 'errors'
grep -q "did you mean 'epochs'" "$T/err" || fail 'no suggestion'
grep -q '4 errors (nothing was submitted)' "$T/err" || fail 'no summary'
expect '' "$(cat "$T/out")" 'stdout'
expect 0 "$(mlsubmit ls --no-header | wc -l)" 'jobs submitted'
