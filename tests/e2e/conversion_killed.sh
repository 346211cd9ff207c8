#!/usr/bin/env bash
# kill -9 of a job in the middle of a conversion: who waited for it converts,
# the next attempt goes on, and no part of a file is left.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

{ echo x,y; seq 1 6000000 | awk '{print $1 % 97 "." $1 ",", 2 * $1 + $1 % 5}' | tr -d ' '; } >"$T/a.csv"
cat >"$T/job.yaml" <<YAML
kind: train
data: $T/a.csv
target: y
model: ridge
retry: {max: 3, on: [signal], backoff: 1s}
YAML
start_cluster 1 2
converted() { find "$T/worker1/converted" -name '*.h5*' 2>/dev/null; }
# pids of the jobs' processes that read their input, or write what it becomes
converting() {
  { find /proc/[0-9]*/fd \( -lname "$T/worker1/jobs/*/input" -o \
    -lname "$T/worker1/converted/*.tmp*" \) 2>/dev/null || true; } |
    cut -d/ -f3 | sort -u
}

first=$(mlsubmit submit "$T/job.yaml")
second=$(mlsubmit submit "$T/job.yaml" --set seed=2)
wait_for 60 '[[ -n $(converting) ]]'
killed=$(converting)
expect 1 "$(wc -l <<<"$killed")" 'jobs that convert at once'
kill -9 "$killed"
expect_exit 0 mlsubmit wait "$first" "$second" --timeout 120s
expect 3 "$(($(mlsubmit status "$first" --json | jq .attempt) + $(mlsubmit status "$second" --json | jq .attempt)))" \
  'attempts of both jobs'
expect 1 "$(converted | wc -l)" "files in the cache: $(converted)"
mlprep verify "$(converted)" >/dev/null
