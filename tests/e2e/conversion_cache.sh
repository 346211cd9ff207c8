#!/usr/bin/env bash
# A worker converts a CSV once for all jobs that read it alike; a broken one
# fails its job with the words of mlprep.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

{ echo x,y; seq 1 20000 | awk '{print $1 % 97 "." $1 ",", 2 * $1 + $1 % 5}' | tr -d ' '; } >"$T/a.csv"
cat >"$T/job.yaml" <<YAML
kind: train
data: $T/a.csv
target: y
model: ridge
YAML
start_cluster 1 2
# messages ID: what the job said
messages() { mlsubmit watch "$1" --json 2>/dev/null | jq -r 'select(.type == "message").text'; }
# converted ID...: how many of these jobs made the conversion themselves
converted() {
  local id count=0
  for id in "$@"; do
    messages "$id" | grep -q '^the CSV was converted before$' || count=$((count + 1))
  done
  echo "$count"
}

ids=()
for seed in 1 2 3 4; do ids+=("$(mlsubmit submit "$T/job.yaml" --set "seed=$seed")"); done
expect_exit 0 mlsubmit wait "${ids[@]}" --timeout 120s
expect 1 "$(converted "${ids[@]}")" 'conversions for four jobs at once'
expect 1 "$(find "$T/worker1/converted" -name '*.h5' | wc -l)" 'files kept'

# Another way of reading is another conversion; a damaged one is made again.
other=$(mlsubmit submit "$T/job.yaml" --set 'csv.missing=[x]')
expect_exit 0 mlsubmit wait "$other" --timeout 60s
expect 1 "$(converted "$other")" 'conversion with other options'
for file in "$T"/worker1/converted/*.h5; do
  printf 'X' | dd of="$file" bs=1 seek=3000 conv=notrunc 2>/dev/null
done
healed=$(mlsubmit submit "$T/job.yaml" --set seed=9)
expect_exit 0 mlsubmit wait "$healed" --timeout 60s
expect 1 "$(converted "$healed")" 'conversion after a damage'

# Within its size the cache keeps what was used last.
stop worker1
start worker1 mlworker serve --broker "$MLBATCH_BROKER" --data "$T/worker1" \
  --slots 2 --name w1 --cache-size 1K
small=$(mlsubmit submit "$T/job.yaml" --set 'csv.missing=[z]')
expect_exit 0 mlsubmit wait "$small" --timeout 60s
expect 1 "$(find "$T/worker1/converted" -name '*.h5' | wc -l)" 'files within 1K'
expect_exit 2 mlworker serve --broker "$MLBATCH_BROKER" --data "$T/w2" --cache-size big

# The same message from the job and from mlprep.
printf 'x,y\n1,2\n3,4,5\n' >"$T/bad.csv"
cd "$T"
expect_exit 11 mlprep bad.csv -o "$T/bad.h5"
said=$(sed 's/^mlprep: //' "$T/err")
bad=$(mlsubmit submit "$T/job.yaml" --set "data=$T/bad.csv")
expect_exit 7 mlsubmit wait "$bad" --timeout 60s
expect bad_data "$(mlsubmit status "$bad" --json | jq -r .class)"
expect "$said" "$(mlsubmit status "$bad" --json | jq -r .reason)" 'the reason'
