#!/usr/bin/env bash
# Each exit code of mlsubmit, as a script meets it.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

ridge=$MLB_SRC/jobspecs/concrete-ridge.yaml
unknown=00000000-0000-4000-8000-000000000000
printf 'a,y\n1,x\n2,y\n3,z\n' >"$T/words.csv"
# said TEXT: what the last command said on stderr
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }

start_cluster 1 1
expect_exit 0 mlsubmit submit "$ridge" --wait
expect_exit 2 mlsubmit submitt "$ridge"; said "did you mean 'submit'?"
expect_exit 2 mlsubmit ls --stat queued; said "did you mean '--state'?"
expect_exit 2 mlsubmit ls --state sleeping
expect_exit 0 mlsubmit explain E214; grep -q 'outside its range' "$T/out"
expect_exit 2 mlsubmit explain E999; said 'there is no code'
expect_exit 2 mlsubmit status ab12; said '6 or more digits'
expect_exit 2 mlsubmit wait @last --timeout soon; said 'want a duration'
expect_exit 2 mlsubmit wait - </dev/null; said 'no job is named'
expect_exit 3 mlsubmit submit "$ridge" --set data.split.train=2
expect_exit 3 mlsubmit submit "$ridge" --set target=nope; said 'is no column'
expect_exit 5 mlsubmit ls --broker tcp://127.0.0.1:1 --connect-timeout 300ms
said 'no broker answers at tcp://127.0.0.1:1 within 300ms'
for verb in status wait watch logs metrics get cancel; do
  expect_exit 6 mlsubmit "$verb" "$unknown"; said "no such job: $unknown"
  expect_exit 6 mlsubmit "$verb" 00000000; said 'no such job: 00000000'
done
expect_exit 6 mlsubmit get @last report; said 'has no report; it is succeeded'
expect_exit 7 mlsubmit run "$ridge" --set data="$T/words.csv" --set target=y --unset columns
expect bad_data "$(mlsubmit status @last --json | jq -r .class)"
expect_exit 9 mlsubmit run "$ridge" --require 'test.rmse<=0.1' -o "$T/got"
grep -q 'gate not met: test.rmse <=0.1 (is 11' "$T/out" || fail "$(cat "$T/out")"
expect_exit 11 mlsubmit submit "$ridge" --set data=nope.csv; said 'nope.csv'
expect_exit 13 mlsubmit wait @last @last~1 @last~2

slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
expect_exit 124 mlsubmit wait "$id" --timeout 100ms; said "1 job continues: $id"
expect_exit 9 mlsubmit wait --any "$id" @last~1 --timeout 9s
expect_exit 0 mlsubmit cancel "$id"
expect_exit 8 mlsubmit wait "$id"
expect_exit 8 mlsubmit watch "$id"
