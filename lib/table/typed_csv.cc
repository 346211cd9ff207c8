// See typed_csv.h.
#include "table/typed_csv.h"

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
  if (quoted) {
    to.bytes += quoted_field(field.text);
  } else {
    to.bytes += field.text;
  }
  to.end();
}

class TypedPass {
 public:
  TypedPass(CsvFile& file, const WantedRows& wanted, const Places& places,
            const RowSource::Work& work, const RowSource::Take& take,
            const ReadProgress& progress)
      : file_(file),
        wanted_(wanted),
        places_(places),
        work_(work),
        take_(take),
        progress_(progress),
        line_(file.reader().taker().first_line()),
        threads_(file.threads()) {}

  Result<RowSource::Read> run() {
    auto known = take_formats();
    if (!known) return std::move(known).fail();
    auto begun = file_.reader().rewind();
    if (!begun) return std::move(begun).fail();
    BlockTaker& taker = file_.reader().taker();
    taker.source().last_reading();
    taker.source().without_digest();
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
  Result<> take_formats() {
    for (const auto& column : wanted_.columns) {
      formats_.emplace_back();
      if (column.type != Type::date && column.type != Type::time) continue;
      auto format = DateFormat::parse(column.date_format);
      if (!format) return std::move(format).context(column.name);
      formats_.back() = std::move(*format);
    }
    return {};
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
    for (std::size_t i = 0; i < places_.columns.size(); ++i) {
      const auto misfit =
          values_[worker].read(load.block, load.index, places_.columns[i],
                               formats_[i], rows.table.columns[i]);
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
    rows.copied.resize(places_.copied.size());
  }

  /// The first misfit of all columns is kept; of one row, the first wanted.
  void note_misfit(TypedLoad& load, std::size_t i, std::size_t row,
                   unsigned worker) {
    if (load.rows.problem && load.rows.problem->row <= row) return;
    const Field field =
        values_[worker].field(load.block, load.index, row, places_.columns[i]);
    load.rows.problem = {row, "column '" + wanted_.columns[i].name + "' is '" +
                                  shortened(field.text) + "'; want " +
                                  wish_of(wanted_.columns[i])};
  }

  void copy_fields(TypedLoad& load, unsigned worker) {
    for (std::size_t i = 0; i < places_.copied.size(); ++i) {
      TextList& to = load.rows.copied[i];
      to.clear();
      for (std::size_t row = 0; row < load.rows.table.rows; ++row) {
        add_field(values_[worker].field(load.block, load.index, row,
                                        places_.copied[i]),
                  to);
      }
    }
  }

  Result<> commit(TypedLoad& load) {
    BlockTexts texts(load.block, load.index, file_.reader().taker().syntax(),
                     line_);
    if (const auto& p = load.index.problem) {
      return problem_error(file_, line_, *p);
    }
    load.rows.first_row = read_.rows;
    auto taken = take_(load.rows);
    if (!taken) return taken;
    if (const auto& p = load.rows.problem) {
      return Error{Fault::data, file_.path() + ":" +
                                    std::to_string(texts.line(p->row)) + ": " +
                                    p->what};
    }
    rejected_.add(load.index.rejected, texts);
    filled_.add(load.index.filled, texts);
    read_.rows += load.index.rows();
    line_ += load.index.lines;
    if (progress_ && !progress_(load.block.read, file_.reader().size())) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  Result<RowSource::Read> finish() {
    if (read_.rows == 0) return no_rows(file_);
    read_.warnings = file_.warnings();
    rejected_.warn("rejected_rows", "were left out, and have no number",
                   read_.warnings);
    filled_.warn("filled_rows", "were completed with missing values",
                 read_.warnings);
    return std::move(read_);
  }

  CsvFile& file_;
  const WantedRows& wanted_;
  const Places& places_;
  const RowSource::Work& work_;
  const RowSource::Take& take_;
  const ReadProgress& progress_;
  std::vector<std::optional<DateFormat>> formats_;  ///< of the wanted columns
  std::vector<TypedValues> values_;                 ///< one a thread
  std::uint64_t line_;
  unsigned threads_;
  RowSource::Read read_;
  RaggedRows rejected_;
  RaggedRows filled_;
};

}  // namespace

Result<RowSource::Read> run_typed_csv(CsvFile& file, const WantedRows& wanted,
                                      const Places& places,
                                      const RowSource::Work& work,
                                      const RowSource::Take& take,
                                      const ReadProgress& progress) {
  return TypedPass(file, wanted, places, work, take, progress).run();
}

}  // namespace mlb::table
