#!/usr/bin/env bash
# Submitting: keys, dry runs, several files, and what is printed.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

ridge=$MLB_SRC/jobspecs/concrete-ridge.yaml
net=$MLB_SRC/jobspecs/penguins-five-lines.yaml
jobs() { mlsubmit ls --no-header | wc -l; }

start_cluster 1 2
id=$(mlsubmit submit "$ridge" --idempotency-key build-7)
expect "$id" "$(mlsubmit submit "$ridge" --idempotency-key build-7)" 'same key, same spec'
expect_exit 10 mlsubmit submit "$ridge" --idempotency-key build-7 --set seed=1
grep -q 'build-7\|key' "$T/err" || fail "the refusal does not name the key: $(cat "$T/err")"
expect 1 "$(jobs)" 'jobs of one key'

expect_exit 0 mlsubmit submit "$ridge" --dry-run
expect '' "$(cat "$T/out")" 'stdout of a dry run'
printf 'kind: train\n' >"$T/bad.yaml"
expect_exit 3 mlsubmit submit "$ridge" "$T/bad.yaml"
expect_exit 2 mlsubmit submit "$ridge" "$T/none.yaml"
expect_exit 11 mlsubmit submit "$net" "$ridge" --set data=none.csv
expect 1 "$(jobs)" 'jobs after what must submit nothing'

# Several files, and two documents on stdin: a UUID a line, in their order.
mlsubmit submit "$ridge" "$net" -q >"$T/ids"
expect 2 "$(wc -l <"$T/ids")" 'UUIDs'
{ cat "$ridge"; echo ---; cat "$ridge"; } | sed "s,csv: ,&$MLB_SRC/jobspecs/," |
  mlsubmit submit - --name two --tag x --tag y >"$T/two"
expect 2 "$(wc -l <"$T/two")" 'UUIDs of two documents'
expect "$(tail -n 1 "$T/two")" "$(mlsubmit status name:two-2 --json | jq -r .id)" 'name:two-2'
expect "$(head -n 1 "$T/two")" "$(mlsubmit status @last~1 --json | jq -r .id)" '@last~1'
id=$(head -n 1 "$T/ids")
expect "$id" "$(mlsubmit status "${id:0:8}" --json | jq -r .id)" 'prefix'
expect 2 "$(mlsubmit ls --tag y --no-header | wc -l)" 'jobs with the tag'
mlsubmit ls --no-header | expect_exit 0 mlsubmit wait - --json
expect 5 "$(jq -r .state "$T/out" | grep -c succeeded)" 'jobs waited for'
expect 5 "$(mlsubmit ls --state succeeded --no-header | wc -l)" 'by state'
expect 3 "$(mlsubmit ls --limit 3 --no-header | wc -l)" 'by limit'
expect 0 "$(mlsubmit ls --since 0s --no-header | wc -l)" 'ended just now or later'

expect_exit 0 mlsubmit submit "$net" --watch
head -n 1 "$T/out" | grep -qE '^[0-9a-f-]{36}$' || fail 'submit --watch: no UUID first'
