#!/usr/bin/env bash
# mlsubmit data rm: what no unfinished job needs goes from the broker, and only
# that.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 0
printf 'x,y\n1,a\n2,b\n3,a\n4,b\n' >"$T/t.csv"
printf 'x,y\n1,a\n2,b\n3,a\n4,c\n' >"$T/u.csv"
mlprep -q "$T/t.csv" -o "$T/t.h5"
printf 'kind: train\ndata: t.csv\ntarget: y\nmodel: baseline\n' >"$T/j.yaml"
pushed=$(mlsubmit data push "$T/t.h5" -q)
id=$(mlsubmit submit "$T/j.yaml")
data=sha256:$(sha256sum "$T/t.csv" | cut -d' ' -f1)
file() { echo "$T/broker/blobs/${1:7:2}/${1:9}"; }
[[ -e $(file "$data") ]] || fail "no blob $(file "$data")"

# In use, unknown, several without --yes: nothing goes.
expect_exit 10 mlsubmit data rm "$data"
grep -q "${id:0:8} needs it" "$T/err" || fail 'the job is not named'
expect_exit 6 mlsubmit data rm "$pushed" "sha256:$(printf '0%.0s' {1..64})" --yes
expect_exit 6 mlsubmit data rm nothing.csv
expect_exit 2 mlsubmit data rm sha256:12
expect_exit 2 mlsubmit data rm
expect_exit 2 mlsubmit data rm "$data" "$pushed"
[[ -e $(file "$pushed") ]] || fail 'it was removed all the same'

# The one goes, the other is needed.
expect_exit 13 mlsubmit data rm "$data" "$pushed" --yes
expect "$pushed" "$(cat "$T/out")" 'what was removed'
[[ ! -e $(file "$pushed") ]] || fail 'the file is still there'
expect_exit 6 mlsubmit data head "$pushed"
expect_exit 6 mlsubmit submit "$T/j.yaml" --set "data=$pushed"
grep -q 'the broker has no data set' "$T/err" || fail 'why it is refused'

# Ended jobs need nothing; by name; over a restart; and it may come back.
expect 1 "$(mlsubmit data ls --no-header | grep -c "$data.*t.csv")" 'lines of data ls'
mlsubmit cancel "$id" >/dev/null 2>&1
expect_exit 0 mlsubmit data rm t.csv
[[ ! -e $(file "$data") ]] || fail 'the file is still there'
expect '' "$(mlsubmit data ls --no-header)" 'data ls'
stop broker
start_cluster 0
expect_exit 6 mlsubmit data rm "$data"
expect_exit 0 mlsubmit submit "$T/j.yaml"
[[ -e $(file "$data") ]] || fail 'it did not come back'
