#!/usr/bin/env bash
# The JSON shapes: every key, always, with the type that it is documented to
# have; also for a job that never ran and for errors.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

ridge=$MLB_SRC/jobspecs/concrete-ridge.yaml
job='["artefacts","attempt","attempts","class","data","ended","exact","gates","id","kind","metrics","name","owner","priority","progress","reason","retry_of","schema","seed","started","state","submitted","tags","waiting","warnings"]'
attempt='["class","ended","exit_code","host","number","peak_memory","pid","program","resumed_from","signal","started","worker"]'
progress='["epoch","epochs","eta_s","fraction","memory","metrics","rows_per_s","stage","step"]'
event='["attempt","epoch","job","metrics","seq","state","step","text","time","type"]'
worker='["busy","host","id","jobs","labels","last_seen_s","name","pid","schema","slots","state"]'
keys() { jq -c "$1 | keys" "$2" | sort -u; }

start_cluster 0
id=$(mlsubmit submit "$ridge")
mlsubmit status "$id" --json >"$T/queued"
expect "$job" "$(keys . "$T/queued")" 'a queued job'
expect "$progress" "$(keys .progress "$T/queued")" 'its progress'
expect '["queued",0,null,null,[],"no_worker"]' \
  "$(jq -c '[.state,.attempt,.started,.ended,.attempts,.waiting[0].code]' "$T/queued")"
start_worker 1
expect_exit 0 mlsubmit wait "$id" --json
expect "$job" "$(keys . "$T/out")" 'an ended job'
expect "$attempt" "$(keys '.attempts[]' "$T/out")" 'an attempt'
expect '["bytes","file","name","sha256"]' "$(keys '.artefacts[]' "$T/out")" 'an artefact'
expect '["condition","metric","passed","value"]' "$(keys '.gates[]' "$T/out")" 'a gate'
jq -e '.schema == "mlbatch.job/1" and .priority == 0 and .attempt == 1 and .attempts[0].exit_code == 0 and
  .metrics["test.rmse"] < 12 and .progress.fraction == 1 and (.submitted | test("^2.*Z$"))' \
  "$T/out" >/dev/null || fail "$(cat "$T/out")"
mlsubmit ls --json >"$T/ls"
cmp -s "$T/ls" "$T/out" || fail 'ls and wait show one job in two ways'

mlsubmit watch "$id" --json >"$T/events"
expect "$(jq -c '. + ["schema"] | sort' <<<"$event")" "$(keys . "$T/events")" 'an event'
expect 'state state progress state' "$(jq -r .type "$T/events" | xargs)"
mlsubmit workers --json >"$T/workers"
expect "$worker" "$(keys . "$T/workers")" 'a worker'
mlsubmit metrics "$id" --json | jq -e '.name == "train.loss" and .value > 0' >/dev/null
expect_exit 6 mlsubmit status 123456 --json
expect '{"schema":"mlbatch.error/1","code":"not_found","exit":6}' "$(jq -c '{schema,code,exit}' "$T/err")"
expect_exit 3 mlsubmit submit "$ridge" --set nonsense=1 --json
expect 'E101' "$(jq -r '.findings[].code' "$T/err")" 'findings'
expect_exit 2 mlsubmit lss --json
expect 2 "$(jq .exit "$T/err")" 'a usage error'
