#!/usr/bin/env bash
# Twenty odd CSVs as they come out of companies: mlprep reads each right, or
# says which option to give, and with that reads it right.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

# types FILE OPTION...: "name=type name=type ..."
types() {
  mlprep inspect "$@" --json | jq -r '[.columns[] | .name + "=" + .type] | join(" ")'
}
# rows FILE OPTION...: the table, a JSON array of values a line
rows() {
  mlprep -q --force "$1" -o o.h5 "${@:2}"
  mlprep cat o.h5 --format jsonl | jq -c '[.[]]'
}
# warns FILE WORDS OPTION...: a warning says these words
warns() {
  mlprep inspect "$1" "${@:3}" --json | jq -r '.warnings[].message' >warnings
  grep -qF -- "$2" warnings || { cat warnings >&2; fail "$1: no warning has '$2'"; }
}
# refuses FILE WORDS OPTION...: exit 11, these words, and no output
refuses() {
  expect_exit 11 mlprep "$1" -o never.h5 "${@:3}"
  grep -qF -- "$2" err || { cat err >&2; fail "$1: the refusal lacks '$2'"; }
  [[ ! -e never.h5 ]] || fail "$1: something was written"
}

# 1. A bank export: semicolons, decimal comma, thousands.
printf 'Tag;Betrag\n2024-01-31;1.234,50\n2024-02-01;-7,25\n' >bank.csv
warns bank.csv --decimal
expect 'Tag=date Betrag=real' "$(types bank.csv --decimal , --thousands .)"
expect '["2024-01-31",1234.5]' "$(rows bank.csv --decimal , --thousands . | head -n 1)"

# 2. Excel's Unicode text: UTF-16, tabs, CRLF.
printf 'Stadt\tEinwohner\r\nMünchen\t1512491\r\nKöln\t1084831\r\n' |
  iconv -f UTF-8 -t UTF-16 >excel.txt
expect '["München",1512491]' "$(rows excel.txt | head -n 1)"

# 3. Ids with leading zeros stay as they are written.
printf 'zip,n\n02116,1\n94110,2\n' >zip.csv
rows zip.csv | head -n 1 | grep -q '^\["02116",1\]$' || fail 'leading zero'

# 4. A log: timestamps, and lines within quotes.
printf 'at,message\n2024-03-01 12:00:00,"one\ntwo"\n2024-03-01 12:00:01,"a ""b"""\n' >log.csv
expect '["2024-03-01T12:00:00Z","one\ntwo"]' "$(rows log.csv | head -n 1)"
warns log.csv UTC

# 5. A survey: NA is missing, "NA" is the answer of Namibia.
printf 'country,age\n"NA",31\nNA,40\nDE,NA\n' >survey.csv
expect '["NA",31] [null,40] ["DE",null]' "$(rows survey.csv | paste -sd' ')"
warns survey.csv --missing

# 6. A ragged export.
printf 'a,b,c\n1,2,3\n4,5\n6,7,8\n' >ragged.csv
refuses ragged.csv --ragged
expect '[4,5,null]' "$(rows ragged.csv --ragged fill | sed -n 2p)"
expect 2 "$(rows ragged.csv --ragged skip | wc -l)"

# 7. latin1.
printf 'name,n\nM\xfcller,1\nMeier,2\n' >latin1.csv
refuses latin1.csv latin1
expect '["Müller",1]' "$(rows latin1.csv --encoding latin1 | head -n 1)"

# 8. cp1252 with a euro sign.
printf 'what,n\n5 \x80,1\n6 \x80,2\n' >cp1252.csv
refuses cp1252.csv --encoding
expect '["5 €",1]' "$(rows cp1252.csv --encoding cp1252 | head -n 1)"

# 9. Thousands with commas, quoted.
printf 'town,people\nA,"1,234"\nB,"12,345,678"\n' >thousands.csv
warns thousands.csv --thousands
expect '["B",12345678]' "$(rows thousands.csv --thousands , | tail -n 1)"

# 10. Percent and currency stay what they are: text.
printf 'share,price\n5%%,$1\n6%%,$2\n7%%,$3\n' >percent.csv
expect '["5%","$1"]' "$(rows percent.csv | head -n 1)"
expect 'share=category price=category' "$(types percent.csv)"

# 11. Tabs, an empty last field, commas as text.
printf 'a\tb\tc\n1,5\tx, y\t\n2,5\tz\t3\n' >tabs.tsv
expect '["1,5","x, y",null]' "$(rows tabs.tsv | head -n 1)"

# 12. Pipes.
printf 'a|b\n1|x,y\n2|z\n' >pipe.csv
expect '[1,"x,y"]' "$(rows pipe.csv | head -n 1)"

# 13. No header.
printf '1,2.5\n3,4.5\n' >nohead.csv
warns nohead.csv --no-header
expect '[1,2.5] [3,4.5]' "$(rows nohead.csv --no-header | paste -sd' ')"

# 14. Names twice, and none.
printf 'a,a,,a.1\n1,2,3,4\n' >names.csv
expect 'a=integer a.2=integer column_3=integer a.1=integer' "$(types names.csv)"
warns names.csv again

# 15. Blank lines, and line ends of every kind.
printf 'a,b\r\n\r\n1,2\n\n3,4\r5,6' >ends.csv
expect '[1,2] [3,4] [5,6]' "$(rows ends.csv | paste -sd' ')"

# 16. CR alone, as old Macs write.
printf 'a,b\r1,x\r2,y\r' >mac.csv
expect '[1,"x"] [2,"y"]' "$(rows mac.csv | paste -sd' ')"

# 17. Inches: a quote within a field is text.
printf 'size,n\n5" pipe,1\n6" pipe,2\n' >inch.csv
expect '["5\" pipe",1]' "$(rows inch.csv | head -n 1)"

# 18. Dates of which nobody can tell the order.
printf 'd\n05/03/2022\n06/04/2022\n' >dates.csv
expect '["05/03/2022"]' "$(rows dates.csv | head -n 1)"
warns dates.csv --date-format
expect '["2022-03-05"]' "$(rows dates.csv --date-format %d/%m/%Y | head -n 1)"

# 19. Numbers beyond every double, and beyond 64 bits.
printf 'x,n\n1e400,9223372036854775808\n1,1\n' >huge.csv
warns huge.csv 1e400
expect '"9223372036854775808"' "$(rows huge.csv | head -n 1 | jq -c '.[1]')"

# 20. A byte order mark before a quoted name, gzipped, with notes above.
printf 'Report of today\n# made by hand\n"id","v"\n1,2\n# end\n3,4\n' >inner.csv
expect 'id=integer v=integer' "$(types inner.csv --skip 1 --comment '#')"
{ printf '\xef\xbb\xbf'; printf '"id","v"\n1,2\n3,4\n'; } | gzip >bom.csv.gz
expect '[1,2] [3,4]' "$(rows bom.csv.gz | paste -sd' ')"
