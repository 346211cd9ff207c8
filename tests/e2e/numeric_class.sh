#!/usr/bin/env bash
# Bits depend on the C library's functions and, of sums in double, on the kernels
# of the BLAS: one class gives one model, also from the middle of a training;
# another class says that the result is not exact.  A worker's jobs are of one
# class, whatever its environment says.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

EPOCHS=6000
job=$MLB_BIN/../libexec/mlbatch-job
[[ -x $job ]] || job=$MLB_BIN/mlbatch-job
digest() { sha256sum <"$1/out/model.mlm" | cut -d' ' -f1; }
# attempt NAME [VARIABLE=VALUE...]: the copied attempt once more, by itself
attempt() {
  local dir=$T/$1
  rm -rf "$dir"
  cp -rL "$T/copy" "$dir"
  [[ $1 == fresh* ]] || cp "$T/checkpoint" "$dir/resume"
  env "${@:2}" OPENBLAS_NUM_THREADS=1 "$job" run --dir "$dir" 3>"$dir/progress" ||
    fail "$1: $(cat "$dir/outcome")"
}
# is_exact NAME, is_inexact NAME: what the outcome says of it
is_exact() { LC_ALL=C grep -qaP 'exact\xc3' "$T/$1/outcome" || fail "$1 is not exact"; }
is_inexact() {
  LC_ALL=C grep -qaP 'exact\xc2' "$T/$1/outcome" || fail "$1 is exact"
  grep -qa 'not exact: an earlier attempt computed with' "$T/$1/outcome" ||
    fail "$1 does not say why"
}

start broker mlbroker serve --data "$T/broker" --listen tcp://127.0.0.1:0 --no-auth
wait_for 10 'grep -q ^ready "$T/broker.out"'
MLBATCH_BROKER=$(sed -n 's/^ready //p' "$T/broker.out")
export MLBATCH_BROKER
OPENBLAS_CORETYPE=PRESCOTT start_worker 1
slow_spec
id=$(mlsubmit submit "$T/slow.yaml" --set 'train.checkpoint={every: 2000 epochs, keep: 10}')
folder=$T/worker1/jobs/$id.1
wait_for 60 '[[ -e $folder/checkpoint-2 ]]'
kill -STOP "${PIDS[worker1]}"
mkdir "$T/copy"
cp -L "$folder/spec" "$folder/input" "$T/copy"
cp "$folder/checkpoint-2" "$T/checkpoint"
kill -CONT "${PIDS[worker1]}"
expect_exit 0 mlsubmit wait "$id" --timeout 120s
want=$(mlsubmit status "$id" --json | jq -r '.artefacts[] | select(.name == "model").sha256')

# The same class: the same bytes, from the start and from the middle.
attempt fresh OPENBLAS_CORETYPE=HASWELL
expect "$want" "$(digest "$T/fresh")" 'the same class'
is_exact fresh
attempt resumed OPENBLAS_CORETYPE=HASWELL
expect "$want" "$(digest "$T/resumed")" 'from the middle'
is_exact resumed

# Other kernels: a net, whose product is our own, has the same bits; what began
# with others is marked all the same, as other models have not.
attempt fresh-other OPENBLAS_CORETYPE=SANDYBRIDGE
expect "$want" "$(digest "$T/fresh-other")" 'other kernels of the BLAS'
is_exact fresh-other
for kernels in SANDYBRIDGE PRESCOTT; do
  attempt other OPENBLAS_CORETYPE=$kernels
  is_inexact other
done
# The C library without FMA.
attempt masked OPENBLAS_CORETYPE=HASWELL GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4
is_inexact masked
