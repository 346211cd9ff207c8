// What type a column has: decided on the whole file, one column at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/spec.h"
#include "table/date_judge.h"
#include "table/levels.h"
#include "table/moments.h"
#include "table/parse.h"
#include "table/slice.h"
#include "table/table.h"

namespace mlb::table {

/// Something the user should know, with its place.
struct Warning {
  std::string code;
  std::string message;
  std::uint64_t line = 0;  ///< 0: the whole file
  std::string column;
};

/// What is reported of a column.
struct ColumnStats {
  std::uint64_t missing = 0;
  std::uint64_t distinct = 0;  ///< at most the limit of DistinctLimit
  double min = 0;              ///< of numbers
  double max = 0;
  double mean = 0;
  double std = 0;          ///< of the population
  std::int64_t first = 0;  ///< of dates and times: the earliest
  std::int64_t last = 0;
  std::vector<std::string> examples;
};

/// What the dates of a column shall look like.
struct DateWish {
  std::optional<DateFormat> format = {};
  bool demanded = false;  ///< else the format is only tried
};

/// The texts and lines of a block's rows, for what is kept of it.
class BlockTexts {
 public:
  /// `line`: of the first byte of the block.
  BlockTexts(const Block& block, const Index& index, const Syntax& syntax,
             std::uint64_t line)
      : block_(block), index_(index), syntax_(syntax), line_(line) {}
  /// Valid until the next call.
  std::string_view text(std::size_t row, std::size_t column);
  /// Where a text begins, and where that stands: both are far from the cache.
  /// (To prefetch is left to the caller: GCC takes a function that does only
  /// that for one without effect.)
  const char* begin(std::size_t row, std::size_t column) const {
    return raw_field(block_, index_, row, column).data();
  }
  const std::uint32_t* place(std::size_t row, std::size_t column) const {
    return &index_.ends[index_.first_end(row) + column];
  }
  std::uint64_t line_at(std::size_t place);
  std::uint64_t line(std::size_t row) { return line_at(index_.starts[row]); }

 private:
  const Block& block_;
  const Index& index_;
  const Syntax& syntax_;
  std::uint64_t line_;
  std::string scratch_;
  std::vector<std::uint64_t> lines_;  ///< before each stretch; made when asked
};

/// What becomes of the different values of a column.
enum class Different : unsigned char {
  counted,   ///< by their hashes: they are no levels
  if_texts,  ///< counted as long as all are numbers, else kept
  kept       ///< as levels
};

/// Sees every value of one column once, block by block in order.
class ColumnJudge {
 public:
  ColumnJudge(std::string name, DistinctLimit limit, Different different,
              DateWish wish)
      : name_(std::move(name)),
        limit_(limit),
        different_(different),
        dates_(std::move(wish.format)),
        dates_demanded_(wish.demanded) {}

  /// `column`: which one of the block this is.
  void add(const ColumnSlice& slice, std::size_t column, BlockTexts& texts);
  /// Whether numbers were counted that would have had to be kept, for a text
  /// came after them.  All values must be seen again, by a judge that keeps.
  bool lacks_levels() const { return lacks_levels_; }
  /// For the scanners.
  unsigned char known() const;
  /// A judge of the dates of a block that knows the wish.
  const DateJudge& dates() const { return dates_; }

  /// The type; with `asked`, or why the values do not fit it.
  struct Verdict {
    Type type = Type::text;
    bool integral = false;
    std::string date_format;
    std::vector<Warning> warnings;
    std::optional<std::string> refusal;  ///< a value that breaks `asked`
    std::uint64_t refusal_line = 0;
  };
  Verdict decide(ColumnType asked) const;
  ColumnStats stats(Type type) const;
  std::uint64_t missing_count() const { return missing_; }
  std::uint64_t missing_words() const { return missing_words_; }
  const std::string& name() const { return name_; }
  Levels take_levels() { return std::move(levels_); }
  /// Of each coder, the levels of its codes, as far as there are levels.
  std::vector<std::vector<std::uint32_t>> take_places() {
    return std::move(places_);
  }

 private:
  struct Seen {
    std::uint64_t count = 0;
    std::uint64_t line = 0;
    std::string value;
  };
  const Seen& seen(Odd what) const {
    return odd_[static_cast<std::size_t>(what)];
  }
  bool is(Odd never_seen) const { return seen(never_seen).count == 0; }
  bool is_unique() const;
  std::size_t distinct() const { return hashes_.size() + levels_.size(); }
  bool has_levels(const ColumnSlice& slice);
  void add_distinct(const ColumnSlice& slice, std::size_t column,
                    BlockTexts& texts);
  void add_levels(const ColumnSlice& slice, std::size_t column,
                  BlockTexts& texts);
  bool is_beyond_limit();
  void add_order(const ColumnSlice& slice);
  Type automatic(Verdict& verdict) const;
  void explain_text(Verdict& verdict) const;
  DateJudge::Verdict date_verdict() const;
  std::optional<Type> date_type(Verdict& verdict) const;
  void demand_date(Verdict& verdict, Type wanted) const;
  bool hint_at_dates(Verdict& verdict) const;
  void warn(Verdict& verdict, std::string code, std::string message,
            const Seen* odd = nullptr) const;
  bool name_says_id() const;

  std::string name_;
  DistinctLimit limit_;
  Different different_;
  DateJudge dates_;
  bool dates_demanded_ = false;
  std::uint64_t missing_ = 0;
  std::uint64_t missing_words_ = 0;
  std::uint64_t values_ = 0;
  std::array<Seen, kOdds> odd_;
  Moments moments_;
  HashSet hashes_;          ///< of different values, unless they are kept
  std::size_t hashed_ = 0;  ///< bytes of those
  Levels levels_;           ///< different values
  bool lacks_levels_ = false;
  std::vector<std::vector<std::uint32_t>> places_;
  bool too_many_ = false;
  bool increasing_ = true;  ///< whole numbers, each greater than the last
  std::int64_t last_ = 0;
  std::vector<std::string> examples_;
};

}  // namespace mlb::table
