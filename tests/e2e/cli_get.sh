#!/usr/bin/env bash
# get: each name, to a folder and to stdout; nothing of the user's is lost.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 1
cd "$T"
expect_exit 0 mlsubmit run "$MLB_SRC/jobspecs/concrete-ridge.yaml" -o run
id=$(mlsubmit status @last --json | jq -r .id)
expect 'metrics.csv model.mlm predictions.csv spec.yaml' "$(cd run && echo *)"
grep -q '^run/model.mlm$' out || fail "run does not name its files: $(cat out)"

mlsubmit get "$id" >out
expect "concrete-ridge-${id:0:8}/model.mlm" "$(head -n 1 out)" 'the default folder'
mlsubmit get "$id" all -o all >out
expect 'metrics.csv model.mlm predictions.csv spec.yaml stderr.log stdout.log' "$(cd all && echo *)"
for file in all/*; do [[ $file == *.log ]] || cmp "$file" "run/${file#*/}"; done
for name in model predictions metrics; do
  want=$(mlsubmit status "$id" --json | jq -r ".artefacts[] | select(.name == \"$name\").sha256")
  expect "$want" "$(mlsubmit get "$id" "$name" -o - | sha256sum | cut -d' ' -f1)" "$name on stdout"
done
mlsubmit get "$id" spec -o - | mlsubmit validate - --strict

mlsubmit get "$id" predictions -o all >out   # the same content: not an error
echo mine >all/predictions.csv
expect_exit 10 mlsubmit get "$id" predictions -o all
grep -q 'predictions.csv: exists with other content; use --force' err || fail "$(cat err)"
expect mine "$(cat all/predictions.csv)" 'a file of the user'
expect_exit 0 mlsubmit get "$id" predictions -o all --force
cmp all/predictions.csv run/predictions.csv
expect_exit 2 mlsubmit get "$id" model metrics -o -
expect_exit 11 mlsubmit get "$id" model -o /dev/null/x
[[ -z $(find all -name '*.tmp') ]] || fail 'temporary files are left behind'

# A blob that was damaged on the broker's disk is not handed out.
digest=$(mlsubmit status "$id" --json | jq -r '.artefacts[] | select(.name == "model").sha256')
blob=broker/blobs/${digest:0:2}/${digest:2}
chmod 644 "$blob" && printf x | dd of="$blob" conv=notrunc status=none
expect_exit 12 mlsubmit get "$id" model -o damaged
[[ ! -e damaged/model.mlm ]] || fail 'a damaged model was kept'
