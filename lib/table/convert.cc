// The two passes.  See convert.h.
#include "table/convert.h"

#include <memory>
#include <unordered_map>

#include "table/dataset_writer.h"
#include "table/date.h"
#include "table/pass.h"

namespace mlb::table {
namespace {

/// An unquoted NA among real words may have been meant as a word.
void warn_of_missing_words(const std::string& name, Type type,
                           std::uint64_t count,
                           std::vector<Warning>& warnings) {
  if (type != Type::text && type != Type::category) return;
  if (count == 0) return;
  warnings.push_back({"missing_word",
                      std::to_string(count) +
                          " unquoted words such as NA were taken as missing; "
                          "quote them or change --missing if they are values",
                      0, name});
}

struct Judging {
  std::vector<ColumnJudge> judges;
  std::vector<std::uint64_t> missing_words;
  std::uint64_t rows = 0;
};

Result<Judging> judge_all(RowReader& reader, const CsvOptions& options) {
  Judging out;
  for (const auto& name : reader.names()) {
    auto judge = judge_for(options, name);
    if (!judge) return std::move(judge).fail();
    out.judges.push_back(std::move(*judge));
  }
  out.missing_words.resize(out.judges.size());
  Record record;
  for (;;) {
    auto got = reader.next(record);
    if (!got) return std::move(got).fail();
    if (!*got) break;
    ++out.rows;
    for (std::size_t i = 0; i < out.judges.size(); ++i) {
      const Field& field = record.fields[i];
      if (reader.is_missing(field)) {
        out.judges[i].missing();
        out.missing_words[i] += field.text.empty() ? 0 : 1;
      } else {
        out.judges[i].value(field.text, record.line);
      }
    }
  }
  if (out.rows == 0) {
    return Error{Fault::data,
                 reader.csv().path() + ": has a header but no data row"};
  }
  return out;
}

void warn_of_unused_format(const CsvOptions& options, Inspection& out) {
  if (options.date_format.empty()) return;
  for (const auto& column : out.columns) {
    if (column.date_format == options.date_format) return;
  }
  out.warnings.push_back({"date_format_unused",
                          "no column is written as --date-format '" +
                              options.date_format + "' says",
                          0, ""});
}

Result<> decide_columns(const CsvOptions& options, const Judging& judging,
                        RowReader& reader, Inspection& out) {
  for (std::size_t i = 0; i < judging.judges.size(); ++i) {
    const ColumnJudge& judge = judging.judges[i];
    auto verdict = judge.decide(asked_type(options, judge.name()));
    if (verdict.refusal) {
      return Error{Fault::data, reader.csv().path() + ":" +
                                    std::to_string(verdict.refusal_line) +
                                    ": column '" + judge.name() +
                                    "': " + *verdict.refusal};
    }
    for (auto& w : verdict.warnings) out.warnings.push_back(std::move(w));
    warn_of_missing_words(judge.name(), verdict.type, judging.missing_words[i],
                          out.warnings);
    out.columns.push_back({judge.name(), verdict.type, verdict.integral,
                           verdict.date_format, judge.stats(verdict.type)});
  }
  warn_of_unused_format(options, out);
  return {};
}

Result<Inspection> first_pass(RowReader& reader, const CsvOptions& options) {
  auto judging = judge_all(reader, options);
  if (!judging) return std::move(judging).fail();
  const bool nameless =
      judging->judges.size() > 1 &&
      judging->judges.back().missing_count() == judging->rows &&
      judging->judges.back().name() ==
          "column_" + std::to_string(judging->judges.size()) &&
      reader.csv().dialect().header;
  if (nameless) {
    judging->judges.pop_back();
    reader.drop_last_column();
  }
  Inspection out;
  out.rows = judging->rows;
  out.bytes = reader.csv().size();
  out.digest = reader.csv().digest();
  out.dialect = reader.csv().dialect();
  out.warnings = reader.warnings();
  for (const auto& rule : options.columns) {
    bool used = false;
    for (const auto& name : reader.names()) {
      used |= matches_glob(rule.pattern, name);
    }
    if (!used) {
      return Error{Fault::spec, "columns: '" + rule.pattern +
                                    "' matches no column of " +
                                    reader.csv().path()};
    }
  }
  auto decided = decide_columns(options, *judging, reader, out);
  if (!decided) return std::move(decided).fail();
  return out;
}

/// Puts one value into the chunk of its column.
class ValueTaker {
 public:
  explicit ValueTaker(const ColumnReport& report) : report_(report) {
    if (report.date_format.empty()) return;
    auto format = DateFormat::parse(report.date_format);
    if (format) format_ = std::move(*format);
  }

  void take(const Field& field, bool missing, Column& column) {
    column.missing.push_back(missing ? 1 : 0);
    const std::string_view text = missing ? std::string_view() : field.text;
    switch (report_.type) {
      case Type::integer: integer(text, column); break;
      case Type::boolean:
        column.integers.push_back(
            parse_boolean(trimmed(text)).value_or(false) ? 1 : 0);
        break;
      case Type::real:
        column.reals.push_back(
            parse_real(trimmed(text))
                .value_or(std::numeric_limits<double>::quiet_NaN()));
        break;
      case Type::date:
      case Type::time: moment(text, column); break;
      case Type::category:
        column.codes.push_back(missing ? -1 : code(text, column));
        break;
      case Type::text: column.texts.emplace_back(text); break;
      case Type::id:
        if (report_.integral) {
          integer(text, column);
        } else {
          column.texts.emplace_back(text);
        }
        break;
    }
  }

 private:
  static void integer(std::string_view text, Column& column) {
    column.integers.push_back(parse_integer(trimmed(text)).value_or(0));
  }
  void moment(std::string_view text, Column& column) {
    const auto instant = format_ ? format_->read(trimmed(text)) : std::nullopt;
    column.integers.push_back(instant.value_or(Instant{}).micros);
  }
  std::int32_t code(std::string_view text, Column& column) {
    const auto next = static_cast<std::int32_t>(codes_.size());
    const auto [it, is_new] = codes_.try_emplace(std::string(text), next);
    if (is_new) column.levels.emplace_back(text);
    return it->second;
  }
  const ColumnReport& report_;
  std::optional<DateFormat> format_;
  std::unordered_map<std::string, std::int32_t> codes_;
};

void clear_chunk(Table& chunk) {
  chunk.rows = 0;
  for (auto& column : chunk.columns) {
    column.integers.clear();
    column.reals.clear();
    column.codes.clear();
    column.texts.clear();
    column.missing.clear();
  }
}

Result<> second_pass(RowReader& reader, const Inspection& inspection,
                     DatasetWriter& writer) {
  auto begun = reader.rewind();
  if (!begun) return begun;
  Table chunk;
  std::vector<ValueTaker> takers;
  for (const auto& report : inspection.columns) {
    Column column;
    column.name = report.name;
    column.type = report.type;
    column.integral = report.integral;
    chunk.columns.push_back(std::move(column));
    takers.emplace_back(report);
  }
  Record record;
  for (;;) {
    auto got = reader.next(record);
    if (!got) return std::move(got).fail();
    if (!*got) break;
    for (std::size_t i = 0; i < takers.size(); ++i) {
      const Field& field = record.fields[i];
      takers[i].take(field, reader.is_missing(field), chunk.columns[i]);
    }
    if (++chunk.rows < writer.chunk_rows()) continue;
    auto written = writer.append(chunk);
    if (!written) return written;
    clear_chunk(chunk);
  }
  if (reader.csv().digest() != inspection.digest) {
    return Error{Fault::data,
                 reader.csv().path() + ": changed while it was read"};
  }
  auto written = writer.append(chunk);
  if (!written) return written;
  return writer.finish(chunk);
}

}  // namespace

Result<Inspection> inspect_csv(const std::string& path,
                               const CsvOptions& options,
                               const ReadProgress& progress) {
  auto reader = RowReader::open(path, options);
  if (!reader) return std::move(reader).fail();
  reader->csv().on_progress(progress);
  auto begun = reader->rewind();
  if (!begun) return std::move(begun).fail();
  return first_pass(*reader, options);
}

Result<Inspection> convert_csv(const std::string& csv_path,
                               const std::string& out_path,
                               const ConvertOptions& options,
                               const ReadProgress& progress) {
  auto reader = RowReader::open(csv_path, options.csv);
  if (!reader) return std::move(reader).fail();
  bool second = false;
  if (progress) {
    // Two passes over the file make one measure of progress.
    reader->csv().on_progress([&](std::uint64_t done, std::uint64_t total) {
      return progress(second ? total + done : done, 2 * total);
    });
  }
  auto begun = reader->rewind();
  if (!begun) return std::move(begun).fail();
  auto inspection = first_pass(*reader, options.csv);
  if (!inspection) return std::move(inspection).fail();
  second = true;
  auto writer =
      DatasetWriter::create(out_path, *inspection, csv_path, options.compress);
  if (!writer) return std::move(writer).fail();
  auto written = second_pass(*reader, *inspection, *writer);
  if (!written) return std::move(written).fail();
  return inspection;
}

Json to_json(const Inspection& inspection) {
  Json out;
  out["rows"] = inspection.rows;
  out["dialect"] = {{"delimiter", std::string(1, inspection.dialect.delimiter)},
                    {"quote", std::string(1, inspection.dialect.quote)},
                    {"header", inspection.dialect.header},
                    {"encoding", "utf-8"}};
  out["columns"] = Json::array();
  for (const auto& c : inspection.columns) {
    const bool numeric = c.type == Type::integer || c.type == Type::real;
    const bool any = c.stats.missing < inspection.rows;
    const auto number = [&](double x) {
      return numeric && any ? json_number(x) : Json();
    };
    const auto edge = [&](double x, std::int64_t moment) {
      if (c.type == Type::date && any) return Json(date_text(moment));
      if (c.type == Type::time && any) return Json(time_text(moment));
      return number(x);
    };
    out["columns"].push_back({{"name", c.name},
                              {"type", name_of(c.type)},
                              {"missing", c.stats.missing},
                              {"distinct", c.stats.distinct},
                              {"min", edge(c.stats.min, c.stats.first)},
                              {"max", edge(c.stats.max, c.stats.last)},
                              {"mean", number(c.stats.mean)},
                              {"std", number(c.stats.std)},
                              {"examples", c.stats.examples}});
    if (!c.date_format.empty()) {
      out["columns"].back()["date_format"] = c.date_format;
    }
  }
  out["warnings"] = Json::array();
  for (const auto& w : inspection.warnings) {
    out["warnings"].push_back(
        {{"code", w.code},
         {"message", w.message},
         {"line", w.line == 0 ? Json() : Json(w.line)},
         {"column", w.column.empty() ? Json() : Json(w.column)}});
  }
  return out;
}

}  // namespace mlb::table
