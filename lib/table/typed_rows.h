// Rows of known types from a CSV or a data set, block after block: for what
// reads its input once.  Of a CSV nothing is kept; of a data set the wanted
// columns are held whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/csv.h"
#include "table/infer.h"
#include "table/table.h"

namespace mlb::table {

/// Texts one behind the other.
struct TextList {
  std::string bytes;
  std::vector<std::size_t> ends;

  std::string_view at(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
  void end() { ends.push_back(bytes.size()); }
  void clear() {
    bytes.clear();
    ends.clear();
  }
};

/// How a column of a CSV is to be read; a data set has types of its own.
struct TypedColumn {
  std::string name;
  Type type = Type::real;   ///< not id; a category or text becomes a category
  std::string date_format;  ///< date and time
};

struct WantedRows {
  std::vector<TypedColumn> columns;
  std::vector<std::string> copied;  ///< names: their fields as a CSV has them
};

/// Some rows of the source.
struct TypedRows {
  Table table;                   ///< the wanted columns, in their order
  std::vector<TextList> copied;  ///< one a copied column, a text a row
  std::uint64_t first_row = 0;   ///< of these in the source, from 0
  /// What the work made, a text a row; as many as there are rows, or up to
  /// the problem.
  TextList made;
  struct Problem {
    std::size_t row = 0;  ///< of the table
    std::string what;
  };
  /// The first row that cannot be read, or that the work refuses.
  std::optional<Problem> problem;
};

/// A CSV or a data set.  One thread, but for the work.
class RowSource {
 public:
  /// Its content tells which; "-" is a CSV on standard input, which is read
  /// once.  `options.block`: of a data set about 64 bytes are a row.
  static Result<RowSource> open(const std::string& path, CsvOptions options);
  ~RowSource();
  RowSource(RowSource&&) noexcept;
  RowSource& operator=(RowSource&&) noexcept;

  /// Of all columns, in order.
  const std::vector<std::string>& names() const;
  /// Whether the last name was made up: of a CSV whose rows, or whose header
  /// alone, end with a delimiter.
  bool is_last_nameless() const;
  /// Of a data set the types of the columns, none where no value tells it; of a
  /// CSV nothing.
  const std::vector<std::optional<Type>>& types() const;
  /// What messages call it.
  const std::string& path() const;
  unsigned threads() const;  ///< that work

  /// On any thread; `worker` counts them from 0.  Its rows end before a
  /// problem that reading has found.
  using Work = std::function<void(TypedRows&, unsigned worker)>;
  /// In order, on the caller's thread.
  using Take = std::function<Result<>(const TypedRows&)>;
  struct Read {
    std::uint64_t rows = 0;
    std::vector<Warning> warnings;
  };
  /// Reads all rows, once.  Errors: a wanted or copied column is not there, a
  /// value that its type does not have, a problem of the work; these with
  /// their place, after the rows before it were taken.
  Result<Read> run(const WantedRows& wanted, const Work& work, const Take& take,
                   const ReadProgress& progress = {});

 private:
  struct Impl;
  explicit RowSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlb::table
