#!/usr/bin/env bash
# An exported ONNX file is one that onnx.checker accepts, and onnxruntime
# predicts from raw columns what we predict: within 1e-5 of a probability, and
# of a number relative to its size where that is above 1, for it is a float.
# MLB_ORT names a folder with node_modules/onnxruntime-node; without it npm is
# asked for one.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

ort=${MLB_ORT:-}
if [[ -z $ort ]]; then
  ort=$T/npm
  npm install --prefix "$ort" --ignore-scripts --no-audit --no-fund \
    onnxruntime-node@1.20.1 >"$T/npm.log" 2>&1 || fail "npm: $(tail -n 3 "$T/npm.log")"
fi
export NODE_PATH="$ort/node_modules"
start_cluster 1 2
cp "$MLB_SRC"/jobspecs/data/{concrete,penguins}.csv "$T"
cd "$T"

cat >compare.js <<'JS'
// compare.js FOLDER CSV: model.onnx on the rows of predictions.csv
const fs = require('fs'), ort = require('onnxruntime-node');
const [, , dir, csv] = process.argv;
const table = (file) => {
  const [head, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = head.split(',');
  return lines.map((l) => Object.fromEntries(l.split(',').map((v, i) => [names[i], v])));
};
const missing = (v) => v === '' || v === 'NA';
const bucket = (text, buckets) => {  // as docs/model-file.md has it
  let h = 0xcbf29ce484222325n;
  for (const b of Buffer.from(text)) h = BigInt.asUintN(64, (h ^ BigInt(b)) * 0x100000001b3n);
  return Number(((h >> 32n) ^ h) % BigInt(buckets));
};
(async () => {
  const info = JSON.parse(fs.readFileSync(`${dir}/info.json`));
  const all = table(csv), ours = table(`${dir}/predictions.csv`);
  const rows = ours.map((p) => all[Number(p.row) - 1]);
  const session = await ort.InferenceSession.create(`${dir}/model.onnx`);
  const feeds = {};
  for (const { name, type } of info.inputs) {
    if (!session.inputNames.includes(name)) continue;
    const values = rows.map((r) => r[name]);
    feeds[name] = type === 'number'
      ? new ort.Tensor('float64', Float64Array.from(values, (v) => missing(v) ? NaN : Number(v)), [rows.length, 1])
      : new ort.Tensor('string', values.map((v) => missing(v) ? '' : v), [rows.length, 1]);
  }
  for (const f of info.features.filter((f) => f.kind === 'hash')) {
    const data = new Float32Array(rows.length * f.buckets);
    rows.forEach((r, i) => { data[i * f.buckets + bucket(missing(r[f.column]) ? '\0missing' : r[f.column], f.buckets)] = 1; });
    feeds[`${f.column} (hashed)`] = new ort.Tensor('float32', data, [rows.length, f.buckets]);
  }
  const out = await session.run(feeds);
  let worst = 0, labels = 0;
  ours.forEach((p, i) => {
    if (info.task === 'clustering') {
      if (Number(out.prediction.data[i]) !== Number(p.prediction)) ++labels;
    } else if (info.classes.length === 0) {
      const want = Number(p.prediction);
      worst = Math.max(worst, Math.abs(out.prediction.data[i] - want) / Math.max(1, Math.abs(want)));
    } else {
      if (out.prediction.data[i] !== p.prediction) ++labels;
      info.classes.forEach((c, j) => {
        worst = Math.max(worst, Math.abs(out.probabilities.data[i * info.classes.length + j] - Number(p[`p_${c}`])));
      });
    }
  });
  console.log(`${ours.length} rows, off by at most ${worst.toExponential(2)}, ${labels} other classes`);
  process.exit(ours.length > 40 && worst <= 1e-5 && labels === 0 ? 0 : 1);
})();
JS

# agrees CSV TARGET MODEL [OPTION...]
n=0
agrees() {
  local csv=$1 target=$2 model=$3 dir=m$((++n)) id
  printf 'kind: train\ndata: %s\nmodel: %s\nseed: 3\n' "$csv" "$model" >"$dir.yaml"
  [[ -z $target ]] || echo "target: $target" >>"$dir.yaml"
  id=$(mlsubmit submit "$dir.yaml" "${@:4}")
  expect_exit 0 mlsubmit wait "$id" --timeout 60s
  mlsubmit get "$id" model predictions -o "$dir" >/dev/null
  mlsubmit model info "$dir/model.mlm" --json >"$dir/info.json"
  expect_exit 0 mlsubmit model export "$dir/model.mlm" --format onnx -o "$dir/model.onnx"
  /usr/bin/python3 -W ignore -c 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)' \
    "$dir/model.onnx" || fail "onnx.checker: $model"
  node compare.js "$dir" "$csv" >out 2>err || fail "$model: $(cat out err)"
  echo "$target ${model:0:60}: $(cat out)"
}
few=(--set train.epochs=5)
agrees concrete.csv compressive_strength ridge
agrees concrete.csv compressive_strength '{type: ridge, pca: 0.9}'
agrees concrete.csv compressive_strength ridge --set target_transform=log1p
agrees concrete.csv compressive_strength baseline
agrees concrete.csv compressive_strength '{type: random_forest, trees: 100}'
agrees concrete.csv compressive_strength '{type: random_forest, trees: 30}' --set target_transform=standard
agrees concrete.csv compressive_strength boosted_trees
for kernel in linear rbf poly sigmoid; do
  agrees concrete.csv compressive_strength "{type: svr, kernel: $kernel, C: 2}"
done
agrees concrete.csv compressive_strength '{type: svr, pca: 4}' --set target_transform=standard
agrees concrete.csv '' '{type: kmeans, k: 5}'
agrees penguins.csv '' '{type: kmeans, k: 3, pca: 2}' --set 'data.split={train: 0.7, valid: 0, test: 0.3}'
agrees penguins.csv sex svm
agrees penguins.csv sex '{type: svm, kernel: poly}'
agrees penguins.csv species '{type: svm, probability: false}'
agrees concrete.csv compressive_strength net "${few[@]}"
agrees concrete.csv compressive_strength '{type: net, input: [2, 4, 1], layers: [conv2d: {filters: 4, kernel: 3}, batchnorm, relu, conv2d: {filters: 4, kernel: 2, padding: 1, groups: 2}, layernorm, concat: [[conv2d: 2], []], maxpool: {size: 2, stride: 1}, avgpool: {size: 2, stride: 1}, softmax, flatten, dense: 4]}' "${few[@]}"
agrees concrete.csv compressive_strength '{type: net, input: [2, 4, 1], layers: [conv2d: {filters: 6, kernel: 3, stride: 2}, tanh, residual: [conv2d: 6], global_avgpool]}' "${few[@]}"
agrees penguins.csv species '{type: net, layers: [dense: 16, batchnorm, leaky_relu, dense: {units: 16, bias: false}, layernorm, elu, dropout: 0.2, gelu, residual: [dense: 16, silu], concat: [[dense: 4, mish], [dense: 4, tanh], []], repeat: {times: 2, layers: [dense: 8, sigmoid]}, softmax]}' "${few[@]}"
agrees penguins.csv species '{type: net, layers: [embed, dense: 16, relu]}' "${few[@]}"
agrees penguins.csv island '{type: net, layers: [embed: {columns: "s*", dim: 3}, batchnorm, dense: 8, tanh]}' "${few[@]}" \
  --set 'columns={year: {type: category}}'
agrees penguins.csv species '{type: net, layers: [embed: island]}' --set 'features={include: [island]}' "${few[@]}"
for target in species sex; do
  agrees penguins.csv $target logistic
  agrees penguins.csv $target '{type: logistic, pca: 3}'
  agrees penguins.csv $target linear_svm
  agrees penguins.csv $target naive_bayes
  agrees penguins.csv $target baseline
  agrees penguins.csv $target '{type: random_forest, trees: 100}'
  agrees penguins.csv $target '{type: boosted_trees, trees: 60}'
done
# Every way in which a column becomes numbers.
agrees penguins.csv species logistic --set 'columns={
  bill_length_mm: {missing: indicator, scale: minmax, clip: [35, 55]},
  bill_depth_mm: {missing: {const: 17}, scale: none}, body_mass_g: {scale: log1p},
  flipper_length_mm: {scale: robust}, island: {encode: frequency},
  sex: {encode: ordinal, missing: mode}, year: {type: category, encode: target}}'
agrees penguins.csv species logistic --set 'columns={island: {encode: {hash: 8}}, sex: {missing: indicator}}'
