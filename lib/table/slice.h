// What one block tells of each column: filled by any thread, joined in the
// order of the blocks by the judge of the column (infer.h).  Private to
// lib/table.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "table/cells.h"
#include "table/csv_blocks.h"
#include "table/date_judge.h"
#include "table/levels.h"
#include "table/parse.h"
#include "table/real_run.h"

namespace mlb::table {

/// Values that a type cannot have, or that are worth a word.
enum class Odd : unsigned char {
  not_integer,
  not_number,
  not_boolean,
  leading_zero,
  too_large,  ///< a whole number beyond int64
  infinite,
  blanks,      ///< around a number
  other_form,  ///< a number if --thousands or --decimal were given
  too_great,   ///< a number beyond every double
  marked,      ///< a number but for a %, a currency or 0x
};
inline constexpr std::size_t kOdds = 10;

/// How often, and the first row of the block.
struct Sighting {
  std::uint32_t count = 0;
  std::uint32_t row = 0;
};

/// A value that may be new, at its first place in the block.
struct Candidate {
  std::uint64_t hash = 0;
  std::uint32_t row = 0;
  std::uint32_t size = 0;  ///< of the text
};

struct ColumnSlice {
  std::uint32_t values = 0;
  std::uint32_t missing = 0;
  std::uint32_t missing_words = 0;
  std::array<Sighting, kOdds> odd{};
  /// Whole numbers, as long as all are and each is greater than the last.
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool increasing = true;
  std::vector<double> numbers;  ///< finite, as long as all are numbers
  std::vector<Candidate> candidates;
  DateJudge dates;  ///< its lines are rows of the block, from 1
  /// The values themselves, as `kept` says, when they are asked for.
  Kept kept = Kept::nothing;
  std::uint32_t coder = 0;      ///< whose codes they are
  std::uint32_t codes = 0;      ///< that it has given so far
  std::uint32_t new_codes = 0;  ///< in this block: the first candidates
  std::size_t format = 0;       ///< of moments: of known_date_formats()
  bool spoilt = false;          ///< some were of another kind than `kept`
  Piece piece;

  void clear();
  bool seen(Odd what) const {
    return odd[static_cast<std::size_t>(what)].count > 0;
  }
};

/// Distinct values are counted up to so many a column, fewer when there are
/// many columns: all together fit into about 100 MiB.
inline constexpr std::size_t kDistinctLimit = 100000;
struct DistinctLimit {
  std::size_t values = kDistinctLimit;
  std::size_t bytes = 16u << 20;  ///< of the texts
  static DistinctLimit of(std::size_t columns);
  /// For the codes of one thread: a quarter of the bytes.
  static DistinctLimit of_codes(std::size_t columns);
  /// For a column that shall be a category: 1 GiB of texts.
  static DistinctLimit none() { return {1u << 30, 1u << 30}; }
};

/// What the judges know already, for the scanners to skip work; it changes
/// nothing in the result.  Thread-safe.
class Known {
 public:
  explicit Known(std::size_t columns)
      : bits_(std::make_unique<std::atomic<unsigned char>[]>(columns)) {}
  enum Bit : unsigned char {
    not_integer = 1,
    not_number = 2,
    not_boolean = 4,
    many = 8,       ///< more distinct values than are counted
    not_dated = 16  ///< no one format reads every value
  };
  void add(std::size_t column, unsigned char bits) {
    bits_[column].fetch_or(bits, std::memory_order_relaxed);
  }
  unsigned char of(std::size_t column) const {
    return bits_[column].load(std::memory_order_relaxed);
  }

 private:
  std::unique_ptr<std::atomic<unsigned char>[]> bits_;
};

/// Rows that are looked at together, column by column: few enough to stay in
/// the cache.
std::size_t tile_rows(const Block& block, const Index& index);

/// How the values of a column are to be kept.
enum class Keep : unsigned char {
  nothing,
  found,     ///< as what they are
  integers,  ///< whole numbers: others are refused
  reals,     ///< even if all are whole
  booleans,
  moments,  ///< or texts, if they are of several formats
  texts
};

/// What the first value of a block is, and the others may be.
enum class Sort : unsigned char { integer, real, boolean, moment, text };

/// Looks at blocks; one a thread.
class SliceScanner {
 public:
  /// `number`: its own, from 0; `keep`: one a column; `text`: bytes of all
  /// blocks, 0: not known.
  SliceScanner(const Syntax& syntax, const MissingWords& missing,
               const NumberForm& form, std::vector<Keep> keep,
               std::uint64_t text, std::uint32_t number);

  /// Fills one slice a column.
  void scan(const Block& block, const Index& index, const Known& known,
            std::vector<ColumnSlice>& slices);
  /// The texts of the codes of each column.
  std::vector<Levels> take_codes() { return std::move(codes_); }

 private:
  struct Place {
    ColumnSlice& slice;
    std::uint64_t* recent;  ///< hashes of this column that were handed on
    Levels& codes;          ///< that this thread gave to texts
    unsigned char known;
    Keep keep;
  };
  void begin(const Index& index, std::size_t column, ColumnSlice& slice);
  void end(const Block& block, const Index& index, std::size_t column,
           ColumnSlice& slice);
  void scan_tile(const Block& block, const Index& index, std::size_t column,
                 std::size_t begin, std::size_t end, const Place& place);
  std::size_t quick_integers(const Block& block, const Index& index,
                             std::size_t column, std::size_t row,
                             std::size_t end, const Place& place);
  std::size_t quick_reals(const Block& block, const Index& index,
                          std::size_t column, std::size_t row, std::size_t end,
                          const Place& place);
  /// Room for so many numbers.
  double* stretch(std::size_t rows) {
    if (stretch_.size() < rows) stretch_.resize(rows);
    return stretch_.data();
  }
  void value(const Place& place, std::string_view raw, std::uint32_t row);
  void number(const Place& place, std::string_view raw, std::string_view text,
              std::uint32_t row);
  void not_a_number(const Place& place, std::string_view raw,
                    std::string_view text, std::uint32_t row);
  void explain(const Place& place, std::string_view text, std::uint32_t row);
  void begin_keeping(const Place& place, Sort first, std::string_view raw,
                     std::uint32_t row);
  void expect_codes(const Block& block, const Index& index, std::size_t column,
                    std::size_t begin, std::size_t end, const Place& place);
  void keep_text(const Place& place, std::string_view raw, std::uint32_t row);
  bool is_full(const Levels& codes) const {
    return codes.size() >= most_codes_.values ||
           codes.bytes() >= most_codes_.bytes;
  }
  void distinct(const Place& place, std::string_view raw, std::uint32_t row);

  Syntax syntax_;
  const MissingWords& missing_;
  NumberForm form_;
  std::vector<Keep> keep_;
  /// Whether a value that begins so can only be a number.
  std::array<bool, 256> begins_number_{};
  std::size_t recent_;  ///< hashes that are remembered of a column
  std::vector<std::uint64_t> hashes_;
  std::uint32_t number_;
  ReadReals read_reals_ = reals_reader();
  DistinctLimit most_codes_;
  std::vector<Levels> codes_;           ///< one a column
  std::vector<std::uint64_t> hash_of_;  ///< first rows of a tile; 0: not known
  std::vector<double> stretch_;  ///< of quick_integers() and quick_reals()
  std::size_t tile_ = 0;         ///< its first row
  std::string scratch_;
};

}  // namespace mlb::table
