#!/usr/bin/env bash
# Data that cannot be learned from: class bad_data, exit 7 with the reason, in
# JSON too; out of memory and nan have classes of their own.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cd "$T"
holds() { jq -e "$1" "$2" >/dev/null || fail "not so: $1 in $(cat "$2")"; }
# made FILE ROW...: a CSV of y, x and c
made() { local file=$1; shift; { echo y,x,c; printf '%s\n' "$@"; } >"$file"; }
rows() { for ((i = 1; i <= 40; i++)); do echo "$(("$1")),$((i * 7 % 11)),k$((i % 3))"; done; }

# refused WANT FILE OPTION...: the job ends as bad data with this reason
refused() {
  local want=$1 file=$2 id
  printf 'kind: train\ndata: %s\ntarget: y\nmodel: logistic\n' "$file" >job.yaml
  id=$(mlsubmit submit job.yaml --set seed=1 "${@:3}") || fail "$file was not accepted"
  expect_exit 7 mlsubmit wait "$id" --timeout 60s --json
  jq -e --arg want "$want" '.state == "failed" and .class == "bad_data" and (.reason | contains($want)) and
    .attempt == 1 and .metrics == {}' out >/dev/null || fail "want '$want': $(jq -c '[.class, .reason]' out)"
}
mapfile -t good < <(rows 'i % 2')
mapfile -t numbers < <(rows 'i * i')

# The target: missing everywhere, constant, of one class, infinite.
targets() { printf '%s\n' "${good[@]}" | sed "s/^[0-9]*,/$1,/"; }
made missing.csv "$(targets '')"
refused 'no row is left to train on: 40 of 40 rows have no target' missing.csv
made constant.csv "$(targets 5.5)"
refused "the target 'y' is constant in the training rows" constant.csv --set model=ridge
made one.csv "$(targets yes)"
refused "has one class only in the training rows: 'yes'" one.csv
made huge.csv "${numbers[@]}" 1e39,1,k1
refused 'row 41 has the target 1e+39; want a number below 3.4e38' huge.csv --set model=ridge \
  --set 'data.split={train: 1, valid: 0, test: 0}'

# A class that only other rows have, and more classes than rows.
made lone.csv "${good[@]}" 7,1,k1
refused "has the class '7', which no training row has" lone.csv \
  --set 'data.split={column: c, train: [k0, k2], valid: [k1], test: []}'
made many.csv a,1,k b,2,k c,3,k d,4,k
refused "which no training row has" many.csv --set 'data.split={train: 0.5, valid: 0, test: 0.5, stratify: false}'
# As such one row is enough.
made single.csv "${good[@]}" 7,1,k1
id=$(mlsubmit submit job.yaml --set data.csv="$T/single.csv" --set 'task=classification')
expect_exit 0 mlsubmit wait "$id" --timeout 60s

# Features: none left, none with a value, of a kind that the model cannot have.
made good.csv "${good[@]}"
refused 'no feature is left to learn from' good.csv --set 'features={exclude: [x, c]}'
refused 'no feature is left to learn from' good.csv --set 'columns={"*": {type: ignore}}'
refused 'ridge predicts numbers' good.csv --set model=ridge
expect_exit 3 mlsubmit submit job.yaml --set 'features={exclude: [z]}'
refused "embed: column 'x' is integer, no category; write columns: {x: {type: category}}" good.csv \
  --set 'model={type: net, layers: [embed: x]}'
expect_exit 3 mlsubmit submit job.yaml --set 'model={type: net, layers: [embed: "z*"]}'
grep -qF "'z*' is no column of" err || fail "$(cat err)"
# What is beyond the range of numbers is missing, and not a reason to fail.
made infinite.csv "${numbers[@]}" 3,1e400,k1 4,-inf,k2
id=$(mlsubmit submit job.yaml --set data.csv="$T/infinite.csv" --set model=ridge)
status=0; mlsubmit wait "$id" --timeout 60s >out 2>err || status=$?
[[ $status -eq 0 || $status -eq 7 ]] || fail "exit $status"
mlsubmit status "$id" --json | jq -e '.class == null or (.reason | length > 0)' >/dev/null

# Rows to validate with, when early_stop asks for them.
refused 'early_stop is asked for, but no row validates' good.csv --set model=net \
  --set 'train.early_stop={patience: 3}' --set 'data.split={column: c, train: [k0, k1, k2], valid: [k9], test: []}'
printf 'kind: train\ndata: good.csv\ntarget: y\nmodel: net\n' >job.yaml
expect_exit 3 mlsubmit submit job.yaml --set 'train.early_stop={patience: 3}' \
  --set 'data.split={train: 0.8, valid: 0, test: 0.2}'
grep -q E217 err || fail "$(cat err)"

# A data set that is another than the digest says, or none.
expect_exit 6 mlsubmit submit job.yaml --unset data.csv --set "data.dataset=sha256:$(printf 'ab%.0s' {1..32})"
mlprep good.csv -o good.h5 >/dev/null 2>&1
head -c 3000 /dev/zero | tr '\0' x | dd of=good.h5 bs=1 seek=4000 conv=notrunc 2>/dev/null
id=$(mlsubmit submit job.yaml --unset data.csv --set data.dataset="$T/good.h5")
expect_exit 7 mlsubmit wait "$id" --timeout 60s
expect bad_data "$(mlsubmit status "$id" --json | jq -r .class)" 'class of a damaged data set'

# A loss that becomes nan ends the training, or goes back; nan is shown as nan.
cat >nan.yaml <<'YAML'
kind: train
data: good.csv
target: y
model: {type: net, layers: [dense: 64, relu, dense: 64, relu]}
train: {epochs: 60, batch_size: 4, optimizer: {type: sgd, lr: 10, momentum: 0.99}, early_stop: false}
YAML
id=$(mlsubmit submit nan.yaml)
expect_exit 7 mlsubmit wait "$id" --timeout 60s --json
holds '.class == "nan" and (.reason | contains("nan"))' out
mlsubmit metrics "$id" --name train.loss >shown
grep -qw nan shown || fail "nan is not shown: $(tail -n 3 shown)"
mlsubmit get "$id" metrics -o got >/dev/null
grep -q 'train.loss,nan$' got/metrics.csv || fail "$(tail -n 3 got/metrics.csv)"
id=$(mlsubmit submit nan.yaml --set 'train.on_nan={type: rollback, factor: 0.001, max: 5}')
expect_exit 0 mlsubmit wait "$id" --timeout 60s
mlsubmit watch "$id" --json | jq -r .text | grep -q 'the loss became nan at step .*; back to step' ||
  fail 'nobody said that it went back'
