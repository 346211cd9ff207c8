#!/usr/bin/env bash
# predict: raw rows through a model, over pipes, files, gzip and data sets; what
# a job saved comes out again; nothing partial is left, whatever happens.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cd "$T"
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
same() { cmp "$1" "$2" || fail "$1 and $2 differ"; }
nothing_left() {
  [[ -z $(find "$T" -maxdepth 1 \( -name 'new.out*' -o -name '.mlsubmit-*' \)) ]] ||
    fail "left behind: $(find "$T" -maxdepth 1)"
}

for job in penguins-net penguins-trees concrete-ridge; do
  mlsubmit run "$MLB_SRC/jobspecs/$job.yaml" -o "$job" >/dev/null 2>&1 || [[ $? -eq 9 ]]
done
penguins=$MLB_SRC/jobspecs/data/penguins.csv concrete=$MLB_SRC/jobspecs/data/concrete.csv

# The rows of valid and test get what their job saved, byte by byte.
for pair in "penguins-net $penguins" "penguins-trees $penguins" "concrete-ridge $concrete"; do
  read -r job data <<<"$pair"
  expect_exit 0 mlsubmit predict "$job/model.mlm" "$data"
  cut -d, -f 1,4- "$job/predictions.csv" >saved
  awk -F, 'NR==FNR {rows[$1]; next} $1 in rows' saved out >again
  same saved again
  expect "$(wc -l <"$data")" "$(wc -l <out)" 'rows'
  if grep -q PSI err; then fail "drift of the training data: $(cat err)"; fi
done
model=$T/penguins-net/model.mlm
mlsubmit predict "$model" "$penguins" >all

# Columns in another order, one more, no target, blank cells: a row a row.
awk -F, -v OFS=, '{print $6, $5, "note " NR, $4, $3, $2, $1}' "$penguins" |
  sed '1s/note 1/remark/' >shuffled.csv
expect_exit 0 mlsubmit predict "$model" shuffled.csv
same all out
said 'warning: shuffled.csv: the model does not use these columns: remark'
expect_exit 0 mlsubmit -q predict "$model" shuffled.csv
expect '' "$(cat err)" 'said with -q'

# Pipes, gzip, threads, a job instead of a file, an output file.
mlsubmit predict "$model" - <"$penguins" >out; same all out
# shellcheck disable=SC2002
cat "$penguins" | mlsubmit predict "$model" --threads 1 >out; same all out
gzip -c "$penguins" >p.csv.gz
mlsubmit predict "$model" - <p.csv.gz >out; same all out
mlsubmit predict name:penguins-net p.csv.gz -o new.out >path
expect new.out "$(cat path)" 'the path'
same all new.out
expect_exit 10 mlsubmit predict "$model" p.csv.gz -o new.out; said 'use --force'
expect_exit 0 mlsubmit predict "$model" "$penguins" -o new.out --force
same all new.out
rm new.out

# A data set in, a data set out, copied columns, no probabilities.
mlprep -q "$penguins" -o p.h5
mlsubmit predict "$model" p.h5 >out; same all out
mlsubmit predict "$model" p.h5 --format h5 -o new.out >/dev/null
mlprep cat new.out --columns row,prediction >out
cut -d, -f 1,2 all >want; same want out
rm new.out
mlsubmit predict "$model" "$penguins" --no-probabilities --id island --input 'bill_*' >out
expect "row,island,bill_length_mm,bill_depth_mm,prediction" "$(head -n 1 out)" 'the columns'
tr ',' ';' <"$penguins" >semi.csv
mlsubmit predict "$model" semi.csv >out; same all out
expect_exit 0 mlsubmit predict "$model" semi.csv --delimiter ';' --missing 'NA,?'
same all out

# What is wrong, where; and nothing is left of the output.
cut -d, -f 1-3 "$penguins" >narrow.csv
expect_exit 11 mlsubmit predict "$model" narrow.csv -o new.out
said 'narrow.csv: the data lacks these features: flipper_length_mm, body_mass_g, sex'
nothing_left
sed '5s/^\([^,]*\),[^,]*/\1,long/' "$penguins" >words.csv
expect_exit 11 mlsubmit predict "$model" words.csv -o new.out
said "words.csv:5: column 'bill_length_mm' is 'long'; want a number"
nothing_left
expect_exit 11 mlsubmit predict "$model" words.csv
expect 4 "$(wc -l <out)" 'rows before the bad one'
expect_exit 11 mlsubmit predict "$model" none.csv
expect_exit 11 mlsubmit predict "$model" "$penguins" --id who; said "there is no column 'who'"
expect_exit 11 mlsubmit predict "$model" "$penguins" -o none/new.out
expect_exit 2 mlsubmit predict "$model" shuffled.csv -o shuffled.csv --force; said 'which is read'
expect_exit 2 mlsubmit predict "$model" shuffled.csv -o "$model" --force; said 'which is read'
expect_exit 2 mlsubmit predict "$model" shuffled.csv --format h5; said 'wants -o'
expect_exit 2 mlsubmit predict "$model" shuffled.csv -o /dev/null --force; said 'no regular file'
expect_exit 2 mlsubmit predict "$model" shuffled.csv --delimiter ab; said "--delimiter: 'ab'"
expect_exit 2 mlsubmit predict "$model" shuffled.csv --escape '"'; said 'same character'
expect_exit 6 mlsubmit predict 00000000 "$penguins"
cp "$model" damaged.mlm
printf x | dd of=damaged.mlm bs=1 seek=300 conv=notrunc status=none
expect_exit 12 mlsubmit predict damaged.mlm "$penguins" -o new.out
nothing_left
status=0
mlsubmit --json predict "$model" words.csv >out 2>err || status=$?
expect 11 "$status" 'status with --json'
expect 11 "$(jq .exit err)" 'the error as JSON'

# The same as a job.
reason() { mlsubmit status "$1" --json | jq -r '"\(.class): \(.reason)"'; }
job=$(mlsubmit submit "$MLB_SRC/jobspecs/penguins-predict.yaml")
expect_exit 0 mlsubmit wait "$job" --timeout 60s
mlsubmit get "$job" -o got >/dev/null
mlsubmit predict "$model" "$penguins" --input island --input 'bill_*' >out
same got/predictions.csv out
expect predict "$(mlsubmit status "$job" --json | jq -r .kind)" kind
[[ ! -e got/model.mlm ]] || fail 'a prediction leaves a model'
cp "$penguins" shuffled.csv narrow.csv words.csv semi.csv p.h5 "$T/got"
cat >got/job.yaml <<YAML
kind: predict
data: {dataset: p.h5}
predict: {model: $model, format: h5, probabilities: false, id: sex}
YAML
job=$(mlsubmit submit got/job.yaml)
expect_exit 0 mlsubmit wait "$job" --timeout 60s
mlsubmit get "$job" predictions -o got >/dev/null
mlprep cat got/predictions.h5 --columns row,prediction >out; same want out
expect row,sex,prediction "$(mlprep cat got/predictions.h5 | head -n 1 || true)" 'columns of the data set'
submitted() { # FILE [OPTION...]: a job that predicts it
  printf 'kind: predict\ndata: %s\npredict: {model: %s}\n' "$1" "$model" >got/job.yaml
  mlsubmit submit got/job.yaml "${@:2}"
}
job=$(submitted shuffled.csv)
expect_exit 0 mlsubmit wait "$job" --timeout 60s
mlsubmit get "$job" predictions -o - >out; same all out
mlsubmit status "$job" --json | jq -e '.warnings[0] ==
  "shuffled.csv: the model does not use these columns: remark"' >/dev/null || fail 'no warning'
job=$(submitted narrow.csv)
expect_exit 7 mlsubmit wait "$job" --timeout 60s
expect 'bad_data: narrow.csv: the data lacks these features: flipper_length_mm, body_mass_g, sex' "$(reason "$job")"
job=$(submitted words.csv)
expect_exit 7 mlsubmit wait "$job" --timeout 60s
expect "bad_data: words.csv:5: column 'bill_length_mm' is 'long'; want a number" "$(reason "$job")"
expect_exit 6 mlsubmit get "$job" predictions -o -
expect_exit 3 submitted shuffled.csv --set 'metrics=[f1]'
expect_exit 3 submitted shuffled.csv --set predict.format=xml

# Rows that lie elsewhere are warned about.
awk -F, -v OFS=, 'NR > 1 && $5 != "" {$5 = $5 * 3} {print}' "$penguins" >drift.csv
expect_exit 0 mlsubmit predict "$model" drift.csv
said "warning: drift.csv: column 'body_mass_g' is not as it was in training: PSI"
expect 1 "$(grep -c PSI err)" 'columns that have drifted'

# Interrupted while it waits for rows: nothing is left, and the old file stays.
mkfifo rows
for case in INT:130 TERM:143; do
  echo old >kept
  start "wait${case%:*}" mlsubmit predict "$model" rows -o kept --force
  exec 9>rows
  cat "$penguins" >&9
  wait_for 20 'compgen -G "$T/.mlsubmit-*/output" >/dev/null'
  stop "wait${case%:*}" "${case%:*}"
  exec 9>&-
  expect "${case#*:}" "$STATUS" "status after SIG${case%:*}"
  expect old "$(cat kept)" 'the old output'
  nothing_left
  expect '' "$(cat "wait${case%:*}.err")" 'said after a signal'
done

# Nobody reads it any more: silent, 141.
(head -1 "$penguins"; yes "$(sed -n 2p "$penguins")" | head -n 300000 || true) >long.csv
{ mlsubmit predict "$model" long.csv 2>err || echo $? >status; } | head -n 1 >out
expect 141 "$(cat status)" 'status of predict | head'
expect '' "$(cat err)" 'said of predict | head'
