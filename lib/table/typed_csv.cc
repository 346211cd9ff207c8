// See typed_csv.h.
#include "table/typed_csv.h"

#include <algorithm>

#include "table/csv_pipeline.h"
#include "table/typed_values.h"

namespace mlb::table {
namespace {

/// A block and its typed rows.
struct TypedLoad {
  Block block;
  Index index;
  TypedRows rows;
};

bool is_text(Type type) {
  return type == Type::category || type == Type::text || type == Type::id;
}

std::string wish_of(const TypedColumn& column) {
  switch (column.type) {
    case Type::integer: return "a whole number";
    case Type::real: return "a number";
    case Type::boolean: return "true or false";
    case Type::date: return "a date written as " + column.date_format;
    case Type::time: return "a time written as " + column.date_format;
    case Type::category:
    case Type::text:
    case Type::id: break;
  }
  return "a text";
}

/// Quoted as it was, so that "NA" stays a text.
void add_field(const Field& field, TextList& to) {
  const bool quoted =
      field.quoted || field.text.find_first_of(",\"\r\n") != field.text.npos;
  if (!quoted) {
    to.bytes += field.text;
  } else {
    to.bytes += '"';
    for (const char c : field.text) {
      to.bytes += c;
      if (c == '"') to.bytes += c;
    }
    to.bytes += '"';
  }
  to.end();
}

class TypedPass {
 public:
  TypedPass(CsvFile& file, const CsvOptions& options, const WantedRows& wanted,
            const RowSource::Work& work, const RowSource::Take& take,
            const ReadProgress& progress)
      : file_(file),
        wanted_(wanted),
        work_(work),
        take_(take),
        progress_(progress),
        line_(file.reader().taker().first_line()),
        threads_(thread_count(options)) {}

  Result<RowSource::Read> run() {
    auto placed = place();
    if (!placed) return std::move(placed).fail();
    auto begun = file_.reader().rewind();
    if (!begun) return std::move(begun).fail();
    BlockTaker& taker = file_.reader().taker();
    taker.source().last_reading();
    for (unsigned i = 0; i < threads_; ++i) {
      values_.emplace_back(taker.syntax(), file_.missing(), file_.form());
    }
    Pipeline<TypedLoad> pipeline(
        [&](TypedLoad& load) { return taker.take(load.block); }, threads_,
        [&](TypedLoad& load, unsigned worker) { make(load, worker); },
        [&](TypedLoad& load) { return commit(load); });
    auto done = pipeline.run();
    if (!done) return std::move(done).fail();
    return finish();
  }

 private:
  /// Where the columns stand in the file.
  Result<> place() {
    const auto place_of = [&](const std::string& name,
                              std::vector<std::size_t>& to) {
      const auto& names = file_.names();
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) return false;
      to.push_back(static_cast<std::size_t>(found - names.begin()));
      return true;
    };
    for (const auto& column : wanted_.columns) {
      if (!place_of(column.name, columns_)) return lacks(column.name);
      formats_.emplace_back();
      if (column.type != Type::date && column.type != Type::time) continue;
      auto format = DateFormat::parse(column.date_format);
      if (!format) return std::move(format).context(column.name);
      formats_.back() = std::move(*format);
    }
    for (const auto& name : wanted_.copied) {
      if (!place_of(name, copied_)) return lacks(name);
    }
    return {};
  }

  Error lacks(const std::string& name) const {
    return {Fault::data, file_.path() + ": has no column '" + name + "'"};
  }

  void make(TypedLoad& load, unsigned worker) {
    BlockTaker& taker = file_.reader().taker();
    index_block(load.block, taker.syntax(), taker.scanner(), file_.rule(),
                load.index);
    TypedRows& rows = load.rows;
    rows.problem.reset();
    rows.made.clear();
    if (load.index.problem) return;
    begin(rows);
    rows.table.rows = load.index.rows();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto misfit =
          values_[worker].read(load.block, load.index, columns_[i], formats_[i],
                               rows.table.columns[i]);
      if (misfit) note_misfit(load, i, *misfit, worker);
    }
    if (rows.problem) rows.table.rows = rows.problem->row;
    copy_fields(load, worker);
    work_(rows, worker);
  }

  void begin(TypedRows& rows) const {
    if (!rows.table.columns.empty() || !rows.copied.empty()) return;
    for (const auto& column : wanted_.columns) {
      Column& to = rows.table.columns.emplace_back();
      to.name = column.name;
      to.type = is_text(column.type) ? Type::category : column.type;
    }
    rows.copied.resize(copied_.size());
  }

  /// The first misfit of all columns is kept; of one row, the first wanted.
  void note_misfit(TypedLoad& load, std::size_t i, std::size_t row,
                   unsigned worker) {
    if (load.rows.problem && load.rows.problem->row <= row) return;
    const Field field =
        values_[worker].field(load.block, load.index, row, columns_[i]);
    load.rows.problem = {row, "column '" + wanted_.columns[i].name + "' is '" +
                                  shortened(field.text) + "'; want " +
                                  wish_of(wanted_.columns[i])};
  }

  void copy_fields(TypedLoad& load, unsigned worker) {
    for (std::size_t i = 0; i < copied_.size(); ++i) {
      TextList& to = load.rows.copied[i];
      to.clear();
      for (std::size_t row = 0; row < load.rows.table.rows; ++row) {
        add_field(
            values_[worker].field(load.block, load.index, row, copied_[i]), to);
      }
    }
  }

  Result<> commit(TypedLoad& load) {
    BlockTexts texts(load.block, load.index, file_.reader().taker().syntax(),
                     line_);
    if (const auto& p = load.index.problem) {
      return Error{Fault::data, file_.path() + ":" +
                                    std::to_string(line_ + p->line) + ":" +
                                    std::to_string(p->column) + ": " + p->what};
    }
    load.rows.first_row = read_.rows;
    auto taken = take_(load.rows);
    if (!taken) return taken;
    if (const auto& p = load.rows.problem) {
      return Error{Fault::data, file_.path() + ":" +
                                    std::to_string(texts.line(p->row)) + ": " +
                                    p->what};
    }
    note_ragged(load.index, texts);
    read_.rows += load.index.rows();
    line_ += load.index.lines;
    if (progress_ && !progress_(load.block.read, file_.reader().size())) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  void note_ragged(const Index& index, BlockTexts& texts) {
    if (rejected_ == 0 && !index.rejected.empty()) {
      rejected_line_ = texts.line_at(index.rejected.front());
    }
    if (filled_ == 0 && !index.filled.empty()) {
      filled_line_ = texts.line_at(index.filled.front());
    }
    rejected_ += index.rejected.size();
    filled_ += index.filled.size();
  }

  Result<RowSource::Read> finish() {
    if (read_.rows == 0) {
      return Error{Fault::data,
                   file_.path() + ": has a header but no data row"};
    }
    read_.warnings = file_.warnings();
    const std::string what =
        " rows with another number of fields than the first ";
    if (rejected_ > 0) {
      read_.warnings.push_back({"rejected_rows",
                                std::to_string(rejected_) + what +
                                    "were left out, and have no number",
                                rejected_line_, ""});
    }
    if (filled_ > 0) {
      read_.warnings.push_back({"filled_rows",
                                std::to_string(filled_) + what +
                                    "were completed with missing values",
                                filled_line_, ""});
    }
    return std::move(read_);
  }

  CsvFile& file_;
  const WantedRows& wanted_;
  const RowSource::Work& work_;
  const RowSource::Take& take_;
  const ReadProgress& progress_;
  std::vector<std::size_t> columns_;  ///< where the wanted ones stand
  std::vector<std::optional<DateFormat>> formats_;  ///< of these
  std::vector<std::size_t> copied_;
  std::vector<TypedValues> values_;  ///< one a thread
  std::uint64_t line_;
  unsigned threads_;
  RowSource::Read read_;
  std::uint64_t rejected_ = 0;
  std::uint64_t rejected_line_ = 0;
  std::uint64_t filled_ = 0;
  std::uint64_t filled_line_ = 0;
};

}  // namespace

Result<RowSource::Read> run_typed_csv(CsvFile& file, const CsvOptions& options,
                                      const WantedRows& wanted,
                                      const RowSource::Work& work,
                                      const RowSource::Take& take,
                                      const ReadProgress& progress) {
  return TypedPass(file, options, wanted, work, take, progress).run();
}

}  // namespace mlb::table
