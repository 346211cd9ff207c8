#!/usr/bin/env bash
# An example of each type of model reaches what it promises: its gates are met.
# Those that jobspecs_run.sh looks at are not run again.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

jobspecs="$MLB_SRC/jobspecs"
start_cluster 1 2
examples=(penguins-logistic.yaml penguins-linear-svm.yaml penguins-svm.yaml
  concrete-svr.yaml penguins-forest.yaml penguins-knn.yaml
  penguins-naive-bayes.yaml penguins-baseline.yaml penguins-kmeans.yaml
  penguins-embed.yaml concrete-pca.yaml digits-cnn.yaml)
ids=()
for example in "${examples[@]}"; do
  ids+=("$(mlsubmit submit "$jobspecs/$example")")
done
for i in "${!ids[@]}"; do
  expect_exit 0 mlsubmit wait "${ids[i]}" --timeout 150s
  mlsubmit status "${ids[i]}" --json | jq -e '(.gates | length) > 0 and all(.gates[]; .passed)' >/dev/null ||
    fail "${examples[i]} misses a gate"
done

# No type of model is without an example.
for type in $(mlsubmit help fields model.type | sed -n 's/^ *rule *//p' | tr '|' ' '); do
  grep -qE "^model: $type\$|^ *type: $type\$|type: ${type}[,}]" "$jobspecs"/*.yaml || fail "no example of $type"
done
