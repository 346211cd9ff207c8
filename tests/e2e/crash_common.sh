# What the crash tests share: a job that trains long enough to be hit, and the
# judgement that it ended once with every epoch in its history.
# shellcheck shell=bash
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

EPOCHS=${EPOCHS:-4000}

slow_spec() {
  cat >"$T/slow.yaml" <<YAML
kind: train
name: slow
data: $MLB_SRC/jobspecs/data/penguins.csv
target: species
model: {type: net, layers: [dense: 64, relu, dense: 32, relu]}
train: {epochs: $EPOCHS, batch_size: 16, early_stop: false}
YAML
}

# epochs_reported ID: how many epochs the history holds by now
epochs_reported() {
  mlsubmit metrics "$1" --name train.loss --format jsonl 2>/dev/null |
    jq -r 'select(.epoch > 0).epoch' | sort -un | wc -l
}

# judge_complete ID: ended once, succeeded, epochs 1..EPOCHS each once
judge_complete() {
  expect_exit 0 mlsubmit wait "$1" --timeout 120s
  expect succeeded "$(state_of "$1")"
  mlsubmit metrics "$1" --name train.loss --format jsonl |
    jq -r 'select(.epoch > 0).epoch' >"$T/epochs"
  seq "$EPOCHS" >"$T/want"
  cmp -s "$T/epochs" "$T/want" ||
    fail "history has $(wc -l <"$T/epochs") epochs, $(sort -un "$T/epochs" | wc -l) distinct, want 1..$EPOCHS"
  mlsubmit watch "$1" --json >"$T/events"
  expect 1 "$(grep -c '"type":"state".*"state":"succeeded"' "$T/events")" 'ends'
  jq -r .seq "$T/events" >"$T/seqs"
  seq "$(wc -l <"$T/seqs")" | cmp -s - "$T/seqs" ||
    fail 'event numbers have a gap or a duplicate'
}
