// mlprep stats FILE: what the values of each column look like, and what they
// have to do with a target.
#include "table/stats.h"

#include <unistd.h>

#include <cmath>
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "base/file.h"
#include "base/json.h"
#include "table/convert.h"
#include "table/dataset.h"
#include "table/date.h"
#include "term/progress.h"
#include "term/terminal.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

using table::Column;
using table::ColumnProfile;
using table::Type;

constexpr std::size_t kClassesOfNumbers = 20;

/// A CSV is converted into a folder of its own, which goes with its owner.
class Source {
 public:
  Source() = default;
  ~Source() {
    std::error_code error;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  Result<table::Dataset> open(const StatsFlags& flags) {
    if (table::is_dataset_file(flags.input)) {
      return table::Dataset::open(flags.input);
    }
    auto options = csv_options(flags.dialect);
    if (!options) return std::move(options).fail();
    std::error_code error;
    std::string name =
        (std::filesystem::temp_directory_path(error) / "mlprep-XXXXXX")
            .string();
    if (::mkdtemp(name.data()) == nullptr) {
      return Error{Fault::data, name + ": " + errno_text(errno)};
    }
    folder_ = name;
    term::ProgressLine line(flags.input);
    auto done =
        table::convert_csv(flags.input, folder_ + "/table.h5",
                           {.csv = *options, .compress = false},
                           [&](std::uint64_t bytes, std::uint64_t total) {
                             line.show(bytes, total);
                             return !interrupted();
                           });
    if (!done) return std::move(done).fail();
    return table::Dataset::open(folder_ + "/table.h5");
  }

 private:
  std::string folder_;
};

/// A number of a column as that column shows it.
Json value_json(Type type, double value) {
  const auto micros = static_cast<std::int64_t>(std::llround(value));
  if (type == Type::date) return table::date_text(micros);
  if (type == Type::time) return table::time_text(micros);
  return json_number(value);
}

std::string level_name(double level) {
  return "p" + std::to_string(std::lround(level * 100));
}

Json json_of(const ColumnProfile& p) {
  Json out{{"name", p.name},
           {"type", name_of(p.type)},
           {"rows", p.rows},
           {"missing", p.missing},
           {"distinct", p.distinct}};
  if (p.numbers) {
    const auto& n = *p.numbers;
    out["infinite"] = n.infinite;
    const bool any = !n.quantiles.empty();
    const bool moment = p.type == Type::date || p.type == Type::time;
    out["mean"] = any ? value_json(p.type, n.mean) : Json();
    out["std"] = any && !moment ? json_number(n.std) : Json();
    out["quantiles"] = Json::object();
    for (std::size_t i = 0; i < n.quantiles.size(); ++i) {
      out["quantiles"][level_name(table::profile_levels()[i])] =
          value_json(p.type, n.quantiles[i]);
    }
    out["histogram"] = n.histogram;
  }
  if (p.lengths) {
    out["length"] = {{"min", p.lengths->least},
                     {"max", p.lengths->most},
                     {"mean", p.lengths->mean}};
  }
  if (p.type == Type::category || p.type == Type::boolean) {
    out["top"] = Json::array();
    for (const auto& [value, count] : p.top) {
      out["top"].push_back({{"value", value}, {"count", count}});
    }
  }
  return out;
}

// ---- for people ----

/// A character a bin, its height the share of the largest one.
std::string histogram_text(const std::vector<std::uint64_t>& bins, bool utf8) {
  static constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄",
                                            "▅", "▆", "▇", "█"};
  static constexpr const char* kPlain[] = {" ", ".", ".", ":", ":",
                                           "+", "+", "#", "#"};
  std::uint64_t most = 1;
  for (const auto count : bins) most = std::max(most, count);
  std::string out;
  for (const auto count : bins) {
    // Rounded up, so that a bin with one value is not empty.
    const auto height = (count * 8 + most - 1) / most;
    out += (utf8 ? kBlocks : kPlain)[height];
  }
  return out;
}

std::string short_text(Type type, double value) {
  const Json json = value_json(type, value);
  if (json.is_string()) return json.get<std::string>();
  return term::number_text(value, 4);
}

std::string share_text(std::uint64_t part, std::uint64_t all) {
  char out[32];
  const double share =
      all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
  std::snprintf(out, sizeof out, "%.1f%%", share);
  return out;
}

std::string numbers_text(const ColumnProfile& p, bool utf8) {
  const auto& n = *p.numbers;
  if (n.quantiles.empty()) return "";
  std::string out = "    |" + histogram_text(n.histogram, utf8) + "|";
  out += "  mean " + short_text(p.type, n.mean);
  if (p.type == Type::integer || p.type == Type::real) {
    out += "  std " + term::number_text(n.std, 4);
  }
  if (n.infinite > 0) out += "  infinite " + std::to_string(n.infinite);
  out += "\n    ";
  for (std::size_t i = 0; i < n.quantiles.size(); ++i) {
    const double level = table::profile_levels()[i];
    out += (i == 0                        ? "min "
            : i + 1 == n.quantiles.size() ? "  max "
                                          : "  " + level_name(level) + " ");
    out += short_text(p.type, n.quantiles[i]);
  }
  return out + "\n";
}

std::string bars_text(
    const std::vector<std::pair<std::string, std::uint64_t>>& top,
    std::uint64_t all, bool utf8) {
  constexpr int kCells = 20;
  constexpr int kName = 24;
  std::string out;
  for (const auto& [value, count] : top) {
    const double share = static_cast<double>(count) /
                         static_cast<double>(std::max(all, std::uint64_t{1}));
    std::string name = term::fit(table::shortened(value, 100), kName);
    name.append(static_cast<std::size_t>(kName) - term::cells(name), ' ');
    out += "    " + name + " " + term::bar(share, kCells, utf8) + " " +
           std::to_string(count) + "  " + share_text(count, all) + "\n";
  }
  return out;
}

std::string text_of(const ColumnProfile& p, bool utf8) {
  std::string out = table::shortened(p.name) + "  " +
                    std::string(name_of(p.type)) + "  missing " +
                    std::to_string(p.missing) + " (" +
                    share_text(p.missing, p.rows) + ")  distinct " +
                    std::to_string(p.distinct) + "\n";
  if (p.numbers) out += numbers_text(p, utf8);
  if (p.lengths) {
    out += "    bytes: min " + std::to_string(p.lengths->least) + "  mean " +
           term::number_text(p.lengths->mean, 4) + "  max " +
           std::to_string(p.lengths->most) + "\n";
  }
  out += bars_text(p.top, p.rows - p.missing, utf8);
  if (p.distinct > p.top.size() && !p.top.empty()) {
    out += "    and " + std::to_string(p.distinct - p.top.size()) + " more\n";
  }
  return out;
}

// ---- the target ----

struct Target {
  Column column;
  table::TargetKind kind = table::TargetKind::classes;
};

/// Few distinct whole numbers are classes, as in mlbatch-jobspec(5).
table::TargetKind kind_of(const Column& c, std::uint64_t distinct) {
  const bool numbers =
      c.type == Type::real || c.is_moment() ||
      (c.type == Type::integer && distinct > kClassesOfNumbers);
  return numbers ? table::TargetKind::number : table::TargetKind::classes;
}

Result<Target> target_of(const table::Dataset& data, const StatsFlags& flags) {
  for (std::size_t i = 0; i < data.columns(); ++i) {
    if (data.column_name(i) != flags.target) continue;
    auto column = data.read_column(i);
    if (!column) return std::move(column).fail();
    const auto distinct = table::profile(*column, data.rows()).distinct;
    const auto kind = kind_of(*column, distinct);
    return Target{std::move(*column), kind};
  }
  return Error{Fault::usage, "--target: there is no column '" + flags.target +
                                 "' in " + flags.input};
}

/// How many rows each class has.  The column of numbers is shown as a
/// category for that.
ColumnProfile balance_of(const Target& target, std::uint64_t rows) {
  Column classes;
  classes.name = target.column.name;
  classes.type = Type::category;
  std::map<std::string, std::int32_t> codes;
  for (std::size_t row = 0; row < rows; ++row) {
    const bool missing = target.column.is_missing(row);
    classes.missing.push_back(missing ? 1 : 0);
    classes.codes.push_back(-1);
    if (missing) continue;
    const auto next = static_cast<std::int32_t>(codes.size());
    const auto [it, fresh] =
        codes.try_emplace(target.column.text_of(row), next);
    if (fresh) classes.levels.push_back(it->first);
    classes.codes.back() = it->second;
  }
  return table::profile(classes, rows, 20);
}

std::string text_of(const table::Association& a) {
  char value[32];
  std::snprintf(value, sizeof value, "%+.3f", a.value);
  std::string name = term::fit(table::shortened(a.name, 100), 30);
  name.append(30 - term::cells(name), ' ');
  return "    " + name + " " + (std::isnan(a.value) ? "     -" : value) + "  " +
         a.measure + "\n";
}

Json json_of(const table::Association& a) {
  return {{"name", a.name},
          {"measure", a.measure},
          {"rows", a.rows},
          {"value", json_number(a.value)}};
}

struct Answer {
  Json json;
  std::string text;
};

void add_target(const Target& target, std::uint64_t rows,
                std::vector<table::Association> found, bool utf8, Answer& out) {
  std::stable_sort(found.begin(), found.end(), [](auto& a, auto& b) {
    const auto strength = [](const table::Association& x) {
      return std::isnan(x.value) ? -1 : std::fabs(x.value);
    };
    return strength(a) > strength(b);
  });
  Json list = Json::array();
  for (const auto& a : found) list.push_back(json_of(a));
  const bool classes = target.kind == table::TargetKind::classes;
  Json& json = out.json["target"];
  json = {{"name", target.column.name},
          {"kind", classes ? "classes" : "number"},
          {"balance", Json()},
          {"associations", list}};
  out.text += "\ntarget " + target.column.name + "\n";
  if (classes) {
    const auto balance = balance_of(target, rows);
    json["balance"] = json_of(balance)["top"];
    out.text += bars_text(balance.top, rows - balance.missing, utf8);
    if (balance.distinct > balance.top.size()) {
      out.text += "    and " +
                  std::to_string(balance.distinct - balance.top.size()) +
                  " more classes\n";
    }
  }
  for (const auto& a : found) out.text += text_of(a);
}

Result<Answer> answer(const table::Dataset& data, const StatsFlags& flags) {
  std::optional<Target> target;
  if (!flags.target.empty()) {
    auto found = target_of(data, flags);
    if (!found) return std::move(found).fail();
    target = std::move(*found);
  }
  const bool utf8 = term::look_at(STDOUT_FILENO, term::Color::automatic).utf8;
  Answer out;
  out.json = {{"schema", "mlbatch.stats/1"},
              {"rows", data.rows()},
              {"columns", Json::array()}};
  out.text = std::to_string(data.rows()) + " rows, " +
             std::to_string(data.columns()) + " columns\n";
  std::vector<table::Association> associations;
  for (std::size_t i = 0; i < data.columns(); ++i) {
    if (interrupted()) return Error{Fault::cancelled, "interrupted"};
    auto column = data.read_column(i);
    if (!column) return std::move(column).fail();
    const ColumnProfile p = table::profile(*column, data.rows());
    out.json["columns"].push_back(json_of(p));
    out.text += "\n" + text_of(p, utf8);
    if (!target || column->name == flags.target) continue;
    auto a = associate(*column, target->column, target->kind, data.rows());
    if (a) associations.push_back(std::move(*a));
  }
  if (target) {
    add_target(*target, data.rows(), std::move(associations), utf8, out);
  }
  return out;
}

}  // namespace

Result<> stats(const StatsFlags& flags) {
  Source source;
  auto data = source.open(flags);
  if (!data) return std::move(data).fail();
  auto out = answer(*data, flags);
  if (!out) return std::move(out).fail();
  if (!flags.json) return print(out->text);
  return print(out->json.dump(-1, ' ', false, Json::error_handler_t::replace) +
               "\n");
}

}  // namespace mlb::prep_tool
