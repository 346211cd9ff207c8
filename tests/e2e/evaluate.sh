#!/usr/bin/env bash
# kind: evaluate: a model is judged by other data, however it is named; and
# training begins with one that is named alike.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cd "$T"
jobspecs="$MLB_SRC/jobspecs"
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
metrics() { mlsubmit status "$1" --json | jq -c .metrics; }
reason() { mlsubmit status "$1" --json | jq -r '"\(.class): \(.reason)"'; }

id=$(mlsubmit submit "$jobspecs/penguins-net.yaml")
expect_exit 0 mlsubmit wait "$id" --timeout 60s
mlsubmit get "$id" model -o . >/dev/null
digest=$(sha256sum model.mlm | cut -d' ' -f1)

# With the split of its training it is what the training said.
judged=$(mlsubmit submit "$jobspecs/penguins-evaluate.yaml" --set 'metrics=[accuracy, log_loss]')
expect_exit 0 mlsubmit wait "$judged" --timeout 60s
expect evaluate "$(mlsubmit status "$judged" --json | jq -r .kind)"
expect "$(metrics "$id")" "$(metrics "$judged" | jq -c 'with_entries(select(.key | test("^[a-z]+[.][a-z_]+$")))')" metrics
mlsubmit get "$judged" -o judged >/dev/null
mlsubmit get "$id" predictions -o trained >/dev/null
cmp trained/predictions.csv judged/predictions.csv
[[ ! -e judged/model.mlm ]] || fail 'an evaluation leaves a model'
# What was resolved is in its spec: @last would be another job now.
grep -q "model: \"\?$id" judged/spec.yaml || fail "$(grep model: judged/spec.yaml)"

# How sure it is, in groups, and why.
value() { mlsubmit status "$judged" --json | jq --arg name "$1" '.metrics[$name]'; }
jq -ne "$(value test.accuracy.lo) < $(value test.accuracy) or $(value test.accuracy) == 1" >/dev/null
jq -ne "$(value test.accuracy) <= $(value test.accuracy.hi)" >/dev/null
jq -ne "$(value 'test.accuracy[island=Dream]') >= 0.8" >/dev/null
expect 'column,metric,importance,deviation' "$(head -n 1 judged/importance.csv)"
expect 6 "$(($(wc -l <judged/importance.csv) - 1))" 'columns of importance.csv'
mlsubmit metrics "$judged" --name test.accuracy.lo --no-header | grep ^0,0, >/dev/null ||
  fail 'an evaluation is no point of the history'
table=$(mlsubmit submit "$jobspecs/penguins-evaluate.yaml" --set 'metrics=[confusion]' --set 'require={}')
expect_exit 0 mlsubmit wait "$table" --timeout 60s
mlsubmit get "$table" confusion -o - >confusion.csv
expect 'split,target,Adelie,Chinstrap,Gentoo' "$(head -n 1 confusion.csv)"
expect "$(wc -l <judged/predictions.csv)" \
  "$(awk -F, '/^(valid|test),/ { n += $3 + $4 + $5 } END { print n + 1 }' confusion.csv)" 'rows in the table'

# Other data, columns in another order, one more, no split: all are test rows.
awk -F, -v OFS=, '{ print $8, "note", $7, $6, $5, $4, $3, $2, $1 }' \
  "$jobspecs/data/penguins.csv" | sed '1s/note/more/' >birds.csv
cat >judge.yaml <<YAML
kind: evaluate
data: birds.csv
evaluate: {model: model.mlm}
require: {test.accuracy: ">= 0.9"}
YAML
for name in model.mlm "$id" "${id:0:8}" name:penguins-net "sha256:$digest"; do
  expect_exit 0 mlsubmit run judge.yaml --set "evaluate.model=$name" -o "got-${name//[:\/]/-}"
done
cmp got-model.mlm/predictions.csv "got-$id/predictions.csv"
expect 345 "$(wc -l <got-model.mlm/predictions.csv)" 'lines of predictions'
expect_exit 9 mlsubmit run judge.yaml --set 'require={test.accuracy: "> 1"}' -o gate
expect_exit 9 mlsubmit run judge.yaml --require 'test.accuracy.lo>1' -o bound
expect_exit 0 mlsubmit run judge.yaml --set 'evaluate.slices=[sex]' -o group \
  --require 'test.accuracy[sex=male]>=0.9' --require 'test.accuracy[sex=]>=0'
expect_exit 3 mlsubmit submit judge.yaml --require 'test.accuracy[sex=male]>=0.9'

# What cannot be resolved is said before anything is submitted.
none=sha256:$(printf '1%.0s' {1..64})
expect_exit 6 mlsubmit submit judge.yaml --set "evaluate.model=$none"
said 'evaluate.model: the broker has no model'
expect_exit 6 mlsubmit submit judge.yaml --set evaluate.model=name:nobody
expect_exit 11 mlsubmit submit judge.yaml --set evaluate.model=gone.mlm
said 'evaluate.model: '
expect_exit 6 mlsubmit submit judge.yaml --set "evaluate.model=$judged"
said "evaluate.model: job ${judged:0:8} has no model; it is succeeded"
slow=$(mlsubmit submit "$jobspecs/penguins-net.yaml" --set train.epochs=1000000 \
  --set train.early_stop=false --name slow)
expect_exit 6 mlsubmit submit judge.yaml --set "evaluate.model=$slow"
said 'has no model; it is '
mlsubmit cancel "$slow" >/dev/null

# Data that the model cannot be judged by: class bad_data, and why.
printf 'island,sex,species\nBiscoe,male,Adelie\nDream,female,Gentoo\n' >few.csv
bad=$(mlsubmit submit judge.yaml --set data=few.csv)
expect_exit 7 mlsubmit wait "$bad" --timeout 60s
expect 'bad_data: the data lacks these features: bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g' "$(reason "$bad")"
sed 's/Gentoo/Emperor/' birds.csv >new.csv
bad=$(mlsubmit submit judge.yaml --set data=new.csv)
expect_exit 7 mlsubmit wait "$bad" --timeout 60s
expect "bad_data: the target 'species' has labels that the model does not know: 'Emperor'; it knows 'Adelie', 'Chinstrap', 'Gentoo'" "$(reason "$bad")"

# Training goes on from a job's model: its first epoch is better.
first_loss() { mlsubmit metrics "$1" --name train.loss --no-header | head -n 1 | cut -d, -f5; }
warm=$(mlsubmit submit "$jobspecs/penguins-net.yaml" --set train.init_from="$id")
expect_exit 0 mlsubmit wait "$warm" --timeout 60s
awk -v warm="$(first_loss "$warm")" -v cold="$(first_loss "$id")" \
  'BEGIN { exit !(warm < cold / 2) }' ||
  fail "the first loss is $(first_loss "$warm"), from scratch $(first_loss "$id")"
expect_exit 6 mlsubmit submit "$jobspecs/penguins-net.yaml" --set "train.init_from=$judged"
said 'train.init_from: job'
