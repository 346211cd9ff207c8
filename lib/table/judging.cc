// See judging.h.
#include "table/judging.h"

#include <algorithm>

#include "table/csv_pipeline.h"

namespace mlb::table {
namespace {

/// A block and what its columns hold.
struct JudgeLoad {
  Block block;
  Index index;
  std::vector<ColumnSlice> slices;
  std::string buffer;
  Result<Spooled> spooled = Spooled{};
};

/// How the values of a column are best kept.
Keep keep_for(ColumnType asked, const DateWish& wish) {
  switch (asked) {
    case ColumnType::automatic:
    case ColumnType::ignore: return wish.demanded ? Keep::texts : Keep::found;
    case ColumnType::integer: return Keep::integers;
    case ColumnType::real: return Keep::reals;
    case ColumnType::boolean: return Keep::booleans;
    case ColumnType::date:
    case ColumnType::time: return Keep::moments;
    case ColumnType::category:
    case ColumnType::text:
    case ColumnType::id: return Keep::texts;
  }
  return Keep::nothing;
}

Different different_for(ColumnType asked, Different found) {
  if (asked == ColumnType::category) return Different::kept;
  const bool open =
      asked == ColumnType::automatic || asked == ColumnType::ignore;
  return open ? found : Different::counted;
}

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

/// Joins what the threads found, block after block.
class Judging {
 public:
  /// `wishes`: one a column; `found`: of columns whose type is not asked for.
  Judging(CsvFile& file, const CsvOptions& options,
          const std::vector<DateWish>& wishes, Different found, Spool* spool,
          const ReadProgress& progress)
      : file_(file),
        options_(options),
        spool_(spool),
        progress_(progress),
        known_(file.names().size()),
        line_(file.reader().taker().first_line()) {
    const auto limit = DistinctLimit::of(file.names().size());
    std::vector<Keep> keep;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      const std::string& name = file.names()[i];
      const ColumnType asked = asked_type(options, name);
      judges_.emplace_back(
          name, asked == ColumnType::category ? DistinctLimit::none() : limit,
          different_for(asked, found), wishes[i]);
      keep.push_back(spool == nullptr ? Keep::nothing
                                      : keep_for(asked, wishes[i]));
      fresh_.emplace_back().dates = judges_.back().dates();
    }
    const Syntax& syntax = file.reader().taker().syntax();
    const std::uint64_t text = file.reader().taker().source().text_bytes();
    for (unsigned i = 0; i < file.threads(); ++i) {
      scanners_.emplace_back(syntax, file.missing(), file.form(), keep, text,
                             i);
    }
  }

  void work(JudgeLoad& load, unsigned worker) {
    BlockTaker& taker = file_.reader().taker();
    index_block(load.block, taker.syntax(), taker.scanner(), file_.rule(),
                load.index);
    if (load.index.problem) return;
    if (load.slices.empty()) load.slices = fresh_;
    scanners_[worker].scan(load.block, load.index, known_, load.slices);
    if (spool_ == nullptr) return;
    load.spooled =
        spool_->store(load.slices, load.index.rows(), load.buffer, worker);
  }

  Result<> commit(JudgeLoad& load) {
    if (const auto& p = load.index.problem) {
      return problem_error(file_, line_, *p);
    }
    BlockTexts texts(load.block, load.index, file_.reader().taker().syntax(),
                     line_);
    for (std::size_t i = 0; i < judges_.size(); ++i) {
      judges_[i].add(load.slices[i], i, texts);
      known_.add(i, judges_[i].known());
      lacks_levels_ |= judges_[i].lacks_levels();
    }
    if (lacks_levels_) return Error{Fault::cancelled, "to be judged again"};
    if (!load.spooled) return std::move(load.spooled).fail();
    if (spool_ != nullptr) spool_->add(std::move(*load.spooled), load.slices);
    rejected_.add(load.index.rejected, texts);
    filled_.add(load.index.filled, texts);
    rows_ += load.index.rows();
    line_ += load.index.lines;
    if (progress_ && !progress_(load.block.read, file_.reader().size())) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  /// After a commit that failed: the columns whose numbers were only counted
  /// before a text came.
  std::vector<std::size_t> lacking() const {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < judges_.size(); ++i) {
      if (judges_[i].lacks_levels()) out.push_back(i);
    }
    return out;
  }
  /// Before the first block: this column is one of texts.
  void expect_texts(std::size_t column) {
    known_.add(column, Known::not_integer | Known::not_number);
  }

  Result<Judged> finish() {
    if (rows_ == 0) return no_rows(file_);
    Judged out;
    out.checksum = file_.reader().taker().source().checksum();
    Inspection& inspection = out.inspection;
    inspection.rows = rows_;
    inspection.rejected = rejected_.count();
    inspection.bytes = file_.reader().size();
    inspection.digest = file_.reader().digest();
    inspection.dialect = file_.dialect();
    inspection.warnings = file_.warnings();
    drop_nameless(inspection);
    rejected_.warn("rejected_rows", "were left out", inspection.warnings);
    filled_.warn("filled_rows", "were completed with missing values",
                 inspection.warnings);
    auto checked = check_rules();
    if (checked) checked = check_width();
    for (auto& judge : judges_) {
      if (checked) checked = decide(judge, out);
    }
    if (!checked) return std::move(checked).fail();
    for (auto& scanner : scanners_) out.codes.push_back(scanner.take_codes());
    warn_of_unused_format(options_, inspection);
    return out;
  }

 private:
  void drop_nameless(Inspection& out) {
    if (!file_.is_last_nameless() || judges_.back().missing_count() != rows_) {
      return;
    }
    judges_.pop_back();
    out.warnings.push_back({"empty_column",
                            "the last column has no name and no value; left "
                            "out",
                            file_.reader().taker().first_line(), ""});
  }

  Result<> check_rules() const {
    for (const auto& rule : options_.columns) {
      const bool used =
          std::any_of(judges_.begin(), judges_.end(), [&](const auto& judge) {
            return matches_glob(rule.pattern, judge.name());
          });
      if (used) continue;
      return Error{Fault::spec, "columns: '" + rule.pattern +
                                    "' matches no column of " + file_.path()};
    }
    return {};
  }

  /// A last column without a name that holds something is a column.
  Result<> check_width() const {
    const std::size_t want = options_.schema.size();
    if (want == 0 || judges_.size() == want) return {};
    return Error{Fault::data,
                 file_.path() + ": has " + std::to_string(judges_.size()) +
                     " columns; the schema has " + std::to_string(want)};
  }

  Result<> decide(ColumnJudge& judge, Judged& out) {
    auto verdict = judge.decide(asked_type(options_, judge.name()));
    if (verdict.refusal) {
      return Error{Fault::data,
                   file_.path() + ":" + std::to_string(verdict.refusal_line) +
                       ": column '" + judge.name() + "': " + *verdict.refusal};
    }
    auto& warnings = out.inspection.warnings;
    for (auto& w : verdict.warnings) warnings.push_back(std::move(w));
    warn_of_missing_words(judge.name(), verdict.type, judge.missing_words(),
                          warnings);
    out.inspection.columns.push_back({judge.name(), verdict.type,
                                      verdict.integral, verdict.date_format,
                                      judge.stats(verdict.type)});
    Levels levels = judge.take_levels();
    if (verdict.type != Type::category) levels.clear();
    out.levels.push_back(std::move(levels));
    auto places = judge.take_places();
    if (verdict.type != Type::category) places.clear();
    out.places.push_back(std::move(places));
    return {};
  }

  CsvFile& file_;
  const CsvOptions& options_;
  Spool* spool_;
  const ReadProgress& progress_;
  Known known_;
  std::vector<ColumnJudge> judges_;
  std::vector<ColumnSlice> fresh_;      ///< of a block that is not yet scanned
  std::vector<SliceScanner> scanners_;  ///< one a thread
  std::uint64_t line_;
  std::uint64_t rows_ = 0;
  bool lacks_levels_ = false;
  RaggedRows rejected_;
  RaggedRows filled_;
};

}  // namespace

Result<Judged> judge_csv(CsvFile& file, const CsvOptions& options, Spool* spool,
                         const ReadProgress& progress) {
  auto begun = file.reader().rewind();
  if (!begun) return std::move(begun).fail();
  if (fixes_types(options)) file.reader().taker().source().last_reading();
  std::vector<DateWish> wishes;
  for (const auto& name : file.names()) {
    auto wish = date_wish(options, name);
    if (!wish) return std::move(wish).fail();
    wishes.push_back(std::move(*wish));
  }
  // Most columns that begin with numbers go on so: they are only counted.
  std::vector<std::size_t> texts;
  for (const Different found : {Different::if_texts, Different::kept}) {
    Judging judging(file, options, wishes, found, spool, progress);
    for (const std::size_t column : texts) judging.expect_texts(column);
    Pipeline<JudgeLoad> pipeline(
        [&](JudgeLoad& load) { return file.reader().taker().take(load.block); },
        file.threads(),
        [&](JudgeLoad& load, unsigned worker) { judging.work(load, worker); },
        [&](JudgeLoad& load) { return judging.commit(load); });
    auto done = pipeline.run();
    if (done) return judging.finish();
    texts = judging.lacking();
    if (texts.empty()) return std::move(done).fail();
    if (spool != nullptr) spool->restart();
    begun = file.reader().rewind();
    if (!begun) return std::move(begun).fail();
  }
  return Error{Fault::bug, "levels are lacking where all are kept"};
}

}  // namespace mlb::table
