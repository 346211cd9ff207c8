// What type a column has: decided on the whole file, one column at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "job/spec.h"
#include "table/date_judge.h"
#include "table/table.h"

namespace mlb::table {

/// Something the user should know, with its place.
struct Warning {
  std::string code;
  std::string message;
  std::uint64_t line = 0;  ///< 0: the whole file
  std::string column;
};

/// Blanks around a number or a truth value do not count.
std::string_view trimmed(std::string_view text);
/// A whole number in the range of int64 without a leading zero.
std::optional<std::int64_t> parse_integer(std::string_view text);
/// A decimal number, inf included; nothing for 1e400 and for "0123".
std::optional<double> parse_real(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);

/// What is reported of a column.
struct ColumnStats {
  std::uint64_t missing = 0;
  std::uint64_t distinct = 0;  ///< at most kDistinctLimit
  double min = 0;              ///< of numbers
  double max = 0;
  double mean = 0;
  double std = 0;          ///< of the population
  std::int64_t first = 0;  ///< of dates and times: the earliest
  std::int64_t last = 0;
  std::vector<std::string> examples;
};

inline constexpr std::size_t kDistinctLimit = 100000;

/// Sees every value of one column once.
class ColumnJudge {
 public:
  /// `format`: what dates look like, demanded of the column or only tried.
  explicit ColumnJudge(std::string name, std::optional<DateFormat> format = {},
                       bool demanded = false)
      : name_(std::move(name)),
        dates_(std::move(format)),
        dates_demanded_(demanded) {}

  void missing() { ++missing_; }
  void value(std::string_view text, std::uint64_t line);

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
  const std::string& name() const { return name_; }

 private:
  struct Odd {
    std::uint64_t count = 0;
    std::uint64_t line = 0;
    std::string value;
    void see(std::string_view text, std::uint64_t at);
  };
  void see_forms(std::string_view raw, std::uint64_t line);
  void number(double value);
  Type automatic(Verdict& verdict) const;
  DateJudge::Verdict date_verdict() const;
  std::optional<Type> date_type(Verdict& verdict) const;
  void demand_date(Verdict& verdict, Type wanted) const;
  bool hint_at_dates(Verdict& verdict) const;
  void warn(Verdict& verdict, std::string code, std::string message,
            const Odd* odd = nullptr) const;
  bool name_says_id() const;

  std::string name_;
  DateJudge dates_;
  bool dates_demanded_ = false;
  std::uint64_t missing_ = 0;
  std::uint64_t values_ = 0;
  std::uint64_t integers_ = 0;
  std::uint64_t reals_ = 0;  ///< integers included
  std::uint64_t finite_ = 0;
  std::uint64_t booleans_ = 0;
  Odd not_integer_;
  Odd not_number_;
  Odd not_boolean_;
  Odd leading_zero_;
  Odd too_large_;
  Odd infinite_;
  Odd blanks_;
  double min_ = 0, max_ = 0, mean_ = 0, squares_ = 0;  ///< Welford
  std::unordered_map<std::string, std::uint64_t> distinct_;
  bool too_many_ = false;  ///< more distinct values than we count
  std::vector<std::string> examples_;
};

}  // namespace mlb::table
