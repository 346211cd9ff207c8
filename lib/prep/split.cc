// See split.h.
#include "prep/split.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/rng.h"
#include "prep/columns.h"
#include "prep/levels.h"

namespace mlb::prep {
namespace {

using table::Column;

std::uint64_t key_of(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t state = seed ^ 0x73706c6974ull;  // "split"
  state = splitmix64(state) + number;
  return splitmix64(state);
}

/// Of the row's number alone, so that more data moves no row.
std::uint64_t sample_key(std::size_t row) {
  std::uint64_t state = 0x73616d706c65ull + row;  // "sample"
  return splitmix64(state);
}

Rows sampled(Rows rows, const std::optional<double>& sample) {
  if (!sample) return rows;
  if (*sample < 1) {
    const double most = *sample * std::ldexp(1, 64);
    std::erase_if(rows, [&](std::size_t row) {
      return static_cast<double>(sample_key(row)) >= most;
    });
    return rows;
  }
  const auto count = static_cast<std::size_t>(*sample);
  if (rows.size() <= count) return rows;
  std::sort(rows.begin(), rows.end(), [](std::size_t a, std::size_t b) {
    return std::pair(sample_key(a), a) < std::pair(sample_key(b), b);
  });
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// How many of n rows train, and how many train or validate.
std::pair<std::size_t, std::size_t> cuts_of(std::size_t n,
                                            const SplitSpec& spec) {
  const auto rounded = [&](double share) {
    return std::min(n, static_cast<std::size_t>(
                           std::lround(static_cast<double>(n) * share)));
  };
  return {rounded(spec.train), rounded(spec.train + spec.valid)};
}

Rows& part_at(std::size_t place, std::pair<std::size_t, std::size_t> cuts,
              Split& out) {
  if (place < cuts.first) return out.train;
  return place < cuts.second ? out.valid : out.test;
}

/// Gives the rows of one stratum out in the order of their keys.
void divide(Rows rows, std::uint64_t seed, const SplitSpec& spec, Split& out) {
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(key_of(seed, a), a) < std::pair(key_of(seed, b), b);
  });
  const auto cuts = cuts_of(rows.size(), spec);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    part_at(i, cuts, out).push_back(rows[i]);
  }
}

/// Gives out whole blocks of rows: each goes where its middle falls.
void divide_blocks(const std::vector<Rows>& blocks, std::size_t rows,
                   const SplitSpec& spec, Split& out) {
  const auto cuts = cuts_of(rows, spec);
  std::size_t first = 0;
  for (const Rows& block : blocks) {
    const std::size_t middle = first + (block.size() - 1) / 2;
    Rows& part = part_at(middle, cuts, out);
    part.insert(part.end(), block.begin(), block.end());
    first += block.size();
  }
}

struct Divider {
  const table::Table& table;
  const JobSpec& spec;
  Task task;
  const SplitSpec& split = spec.data.split;
  std::uint64_t seed = split.seed.value_or(spec.seed);

  Result<const Column*> column(const char* field) const {
    const Column* found = table.find(split.column);
    if (found != nullptr) return found;
    return Error{Fault::data, std::string("data.split.") + field +
                                  ": the data has no column '" + split.column +
                                  "'"};
  }

  static Error nothing_in(const char* field, std::size_t row,
                          const Column& column) {
    return row_error(row, std::string("data.split.") + field + ": ",
                     " has no value in column '" + column.name + "'");
  }

  Result<Split> by_fractions(const Rows& rows) const {
    Split out;
    const bool stratify = task != Task::none &&
                          split.stratify.value_or(task == Task::classification);
    const Column* target = table.find(spec.target);
    std::map<std::string, Rows> strata;
    for (const auto row : rows) {
      strata[stratify ? target->text_of(row) : ""].push_back(row);
    }
    for (auto& [name, members] : strata) {
      divide(std::move(members), seed, split, out);
    }
    return out;
  }

  Result<Split> by_column(const Rows& rows) const {
    auto found = column("column");
    if (!found) return std::move(found).fail();
    std::map<std::string, Rows Split::*> places;
    for (const auto& v : split.train_values) places[v] = &Split::train;
    for (const auto& v : split.valid_values) places[v] = &Split::valid;
    for (const auto& v : split.test_values) places[v] = &Split::test;
    Split out;
    for (const auto row : rows) {
      if ((*found)->is_missing(row)) return nothing_in("column", row, **found);
      const std::string value = (*found)->text_of(row);
      const auto place = places.find(value);
      if (place == places.end()) {
        return row_error(row, "data.split.column: ",
                         " has '" + table::shortened(value) + "' in column '" +
                             split.column +
                             "', which is in no list of train, valid and test");
      }
      (out.*place->second).push_back(row);
    }
    return out;
  }

  Result<Split> by_time(const Rows& rows) const {
    auto found = column("by_time");
    if (!found) return std::move(found).fail();
    const Column& times = **found;
    if (!is_time(times)) {
      return Error{Fault::data, "data.split.by_time: column '" + times.name +
                                    "' is " + std::string(name_of(times.type)) +
                                    "; want numbers, dates or times"};
    }
    std::map<double, Rows> moments;
    for (const auto row : rows) {
      if (lacks_value(times, row)) return nothing_in("by_time", row, times);
      moments[number_at(times, row)].push_back(row);
    }
    std::vector<Rows> blocks;
    for (auto& [time, members] : moments) blocks.push_back(std::move(members));
    Split out;
    divide_blocks(blocks, rows.size(), split, out);
    return out;
  }

  /// What has an order: texts have one of bytes only.
  static bool is_time(const Column& c) {
    return is_number(c) ||
           (c.stores_integers() && c.type != table::Type::boolean);
  }

  Result<Split> by_group(const Rows& rows) const {
    auto found = column("group");
    if (!found) return std::move(found).fail();
    std::map<std::string, Rows> groups;
    for (const auto row : rows) {
      if ((*found)->is_missing(row)) return nothing_in("group", row, **found);
      groups[(*found)->text_of(row)].push_back(row);
    }
    std::vector<std::pair<std::uint64_t, Rows>> order;
    for (auto& [name, members] : groups) {
      order.emplace_back(key_of(seed, hash_of(name)), std::move(members));
    }
    std::sort(order.begin(), order.end());
    std::vector<Rows> blocks;
    for (auto& [key, members] : order) blocks.push_back(std::move(members));
    Split out;
    divide_blocks(blocks, rows.size(), split, out);
    return out;
  }

  /// FNV-1a: the same on every machine.
  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) {
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
    }
    return hash;
  }

  Result<Split> divided(const Rows& rows) const {
    switch (split.by) {
      case SplitBy::fractions: return by_fractions(rows);
      case SplitBy::column: return by_column(rows);
      case SplitBy::time: return by_time(rows);
      case SplitBy::group: return by_group(rows);
      case SplitBy::stored:
      case SplitBy::automatic: break;
    }
    return Error{Fault::data,
                 "data.split: stored needs a data set that has a /split"};
  }
};

Result<> check_training(const Split& split, const JobSpec& spec,
                        std::uint64_t rows) {
  if (!split.train.empty() || spec.kind == Kind::evaluate) return {};
  std::string why;
  if (split.without_target > 0) {
    why = ": " + std::to_string(split.without_target) + " of " +
          std::to_string(rows) + " rows have no target";
  }
  return Error{Fault::data, "no row is left to train on" + why};
}

/// The rows that may be used: sampled, with a target where there is one.
Result<Rows> usable_rows(const table::Table& table, const JobSpec& spec,
                         Split& count) {
  const Column* target = table.find(spec.target);
  if (target == nullptr && !spec.target.empty()) {
    return Error{Fault::data,
                 "the data has no column '" + spec.target + "' for the target"};
  }
  Rows out;
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (target != nullptr && target->is_missing(row)) {
      ++count.without_target;
    } else {
      out.push_back(row);
    }
  }
  return sampled(std::move(out), spec.data.sample);
}

/// Every row that may be used.
Result<Split> all_as_test(const table::Table& table, const JobSpec& spec) {
  Split out;
  auto rows = usable_rows(table, spec, out);
  if (!rows) return std::move(rows).fail();
  out.test = std::move(*rows);
  return out;
}

}  // namespace

Result<Split> split_rows(const table::Table& table, const JobSpec& spec,
                         Task task) {
  Split counted;
  auto rows = usable_rows(table, spec, counted);
  if (!rows) return std::move(rows).fail();
  auto out = Divider{table, spec, task}.divided(*rows);
  if (!out) return out;
  out->without_target = counted.without_target;
  for (Rows* part : {&out->train, &out->valid, &out->test}) {
    std::sort(part->begin(), part->end());
  }
  auto good = check_training(*out, spec, table.rows);
  if (!good) return std::move(good).fail();
  return out;
}

Result<Split> split_as_stored(const table::Table& table, const JobSpec& spec,
                              const std::vector<std::uint8_t>& stored) {
  Split out;
  if (stored.size() != table.rows) {
    return Error{Fault::data, "data.split: the data set has no stored split"};
  }
  auto rows = usable_rows(table, spec, out);
  if (!rows) return std::move(rows).fail();
  for (const auto row : *rows) {
    if (stored[row] == 0) out.train.push_back(row);
    if (stored[row] == 1) out.valid.push_back(row);
    if (stored[row] == 2) out.test.push_back(row);
  }
  auto good = check_training(out, spec, table.rows);
  if (!good) return std::move(good).fail();
  return out;
}

Result<Split> split_of(const table::Table& table, const JobSpec& spec,
                       Task task, const std::vector<std::uint8_t>& stored) {
  const SplitBy by = spec.data.split.by;
  if (by == SplitBy::automatic && stored.empty()) {
    return all_as_test(table, spec);
  }
  return by == SplitBy::automatic || by == SplitBy::stored
             ? split_as_stored(table, spec, stored)
             : split_rows(table, spec, task);
}

std::vector<std::uint8_t> parts_of(const Split& split, std::uint64_t rows) {
  std::vector<std::uint8_t> out(rows, kNoPart);
  for (const auto row : split.train) out[row] = 0;
  for (const auto row : split.valid) out[row] = 1;
  for (const auto row : split.test) out[row] = 2;
  return out;
}

}  // namespace mlb::prep
