#!/usr/bin/env bash
# model info: everything that a model file holds, however it is named.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cd "$T"
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
shown() { grep -qE -- "$1" "$T/out" || fail "not shown: '$1', but $(cat "$T/out")"; }

id=$(mlsubmit submit "$MLB_SRC/jobspecs/penguins-net.yaml" --set train.epochs=2 --set 'require={}')
expect_exit 0 mlsubmit wait "$id"
mlsubmit get "$id" model -o got >/dev/null
digest=$(sha256sum got/model.mlm | cut -d' ' -f1)

expect_exit 0 mlsubmit model info got/model.mlm
shown '^kind +net$'
shown '^task +classification of species: Adelie, Chinstrap, Gentoo$'
shown "^sha256 +$digest$"
shown '^  island +onehot +'
shown '^  bill_length_mm +number +1 +missing: [0-9.]+; \(x - [0-9.]+\) / [0-9.]+$'
shown '^  output +3 +[0-9]+$'
shown '^  target: species$'
shown '^    csv: "?sha256:[0-9a-f]{64}"?$'
! grep -q '^  name:' out || fail 'the record has what changes nothing'
! grep -q '^job ' out || fail 'a file alone knows its job'
cp out file.txt

# A job says more: what was measured, beside the file.
for name in "$id" "${id:0:8}" @last name:penguins-net "sha256:$digest"; do
  expect_exit 0 mlsubmit model info "$name"
  shown "^sha256 +$digest$"
done
expect_exit 0 mlsubmit model info @last
shown "^job +$id penguins-net, succeeded$"
shown '^test.accuracy +[0-9.]+$'

expect_exit 0 mlsubmit model info @last --json
jq -e --arg id "$id" --arg digest "$digest" '
  .schema == "mlbatch.model/1" and .kind == "net" and .sha256 == $digest and
  .job.id == $id and (.job.program | test("^[0-9.]+[+]")) and (.record | contains("target: species")) and
  (.layers | last.layer) == "output" and (.inputs | length) == 6 and
  .classes == ["Adelie", "Chinstrap", "Gentoo"]' out >/dev/null || fail "$(cat out)"

expect_exit 2 mlsubmit model
expect_exit 2 mlsubmit model look @last
expect_exit 2 mlsubmit model info sha256:12; said 'is no digest'
expect_exit 6 mlsubmit model info nowhere.mlm; said 'there is no such file'
expect_exit 6 mlsubmit model info 00000000-0000-4000-8000-000000000000; said 'no such job'
expect_exit 6 mlsubmit model info "sha256:$(printf 'x' | sha256sum | cut -d' ' -f1)"
none=$(mlsubmit submit "$MLB_SRC/jobspecs/concrete-ridge.yaml" --set keep.model=none)
expect_exit 0 mlsubmit wait "$none"
expect_exit 6 mlsubmit model info "$none"; said 'has no model; it is succeeded'
expect_exit 11 mlsubmit model info "$T"
cp got/model.mlm damaged.mlm
printf x | dd of=damaged.mlm bs=1 seek=300 conv=notrunc status=none
expect_exit 12 mlsubmit model info damaged.mlm; said 'its SHA-256 differs'
truncate -s 100 damaged.mlm
expect_exit 12 mlsubmit model info damaged.mlm; said 'has the wrong length'
expect_exit 12 mlsubmit model info "$MLB_SRC/README.md"; said 'does not begin like one of mlbatch'
