#!/usr/bin/env bash
# show-spec writes the resolved spec, which is the same job again; help fields
# knows every field of it.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

spec="$MLB_SRC/jobspecs/penguins-net.yaml"
cd "$T"
mlsubmit show-spec --set train.epochs=7 "$spec" >shown.yaml
grep -q '^  epochs: 7  # --set$' shown.yaml || fail "$(cat shown.yaml)"
grep -q '^  batch_size: 32  # .*penguins-net.yaml:' shown.yaml ||
  fail "$(cat shown.yaml)"
grep -q '^  shuffle: true  # default$' shown.yaml || fail "$(cat shown.yaml)"
expect_exit 0 mlsubmit validate --strict shown.yaml

# Without the origins nothing differs from what the resolved spec resolves to.
mlsubmit show-spec shown.yaml | sed 's/  # .*//' >again.yaml
sed 's/  # .*//' shown.yaml | diff - again.yaml || fail 'not the same job'

hash=$(mlsubmit show-spec --hash "$spec")
[[ $hash =~ ^[0-9a-f]{64}$ ]] || fail "no hash: $hash"
expect "$hash" "$(mlsubmit show-spec --hash --name x --tag y "$spec")" 'hash'
[[ $hash != "$(mlsubmit show-spec --hash --set seed=8 "$spec")" ]] ||
  fail 'the seed does not change the hash'

mlsubmit help fields >all-fields
for field in kind data.csv model.ridge.lambda train.early_stop.patience; do
  grep -q "^$field " all-fields || fail "no $field in help fields"
done
# Into a file: grep -q would leave a writer with a broken pipe.
mlsubmit help fields model.lambda >lambda
grep -q 'default *1$' lambda || fail "$(cat lambda)"
expect_exit 2 mlsubmit help fields train.epoch
grep -q "did you mean 'train.epochs'" err || fail "$(cat err)"
