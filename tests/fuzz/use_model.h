// A model file of any bytes, read and used as predicting would: for the
// fuzzer and for the test of many mutations.
#pragma once

#include <algorithm>

#include "base/digest.h"
#include "learn/container.h"
#include "learn/describe.h"
#include "prep/drift.h"

namespace mlb::learn {

/// Magic, version, length, digest: docs/model-file.md.
inline constexpr std::size_t kModelHead = 8 + 4 + 8 + 32;

/// The file with this body and what belongs before it.
inline Bytes sealed_model(ByteView body) {
  Writer out;
  out.raw(view_of("MLBMODEL"));
  out.number<std::uint32_t>(1);
  out.number<std::uint64_t>(body.size());
  out.raw(sha256(body).raw);
  out.raw(body);
  return out.take();
}

/// Two rows with a value, an unknown one or none in every column of the plan.
inline table::Table rows_for(const prep::Plan& plan) {
  table::Table out;
  out.rows = 2;
  for (const InputColumn& input : input_columns(plan)) {
    table::Column column;
    column.name = input.name;
    column.missing = {0, 1};
    if (input.is_number) {
      column.type = table::Type::real;
      column.reals = {1.5, 0};
    } else {
      column.type = table::Type::category;
      column.codes = {0, -1};
      column.levels = {"a"};
    }
    out.columns.push_back(std::move(column));
  }
  return out;
}

/// Whether the file was taken for a model; then it has been described, has
/// predicted, and was packed again.
inline bool use_model(ByteView file) {
  // Some plan of a megabyte may be wider than any machine can multiply.
  constexpr std::size_t kWidest = 1u << 16;
  auto stored = unpack_model(file);
  if (!stored) return false;
  (void)describe(*stored);
  (void)pack_model(stored->plan, stored->record, *stored->model);
  if (stored->plan.width() > kWidest) return true;
  auto x = prep::apply(stored->plan, rows_for(stored->plan), {0, 1});
  if (x) (void)stored->model->predict(*x);
  prep::DriftCounter drift(stored->plan);
  drift.add(rows_for(stored->plan));
  (void)drift.warnings();
  return true;
}

}  // namespace mlb::learn
