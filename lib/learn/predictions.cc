// See predictions.h.
#include "learn/predictions.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "learn/row_groups.h"

namespace mlb::learn {

std::size_t rows_at_once(std::size_t widest) {
  constexpr std::size_t kNumbers = 1u << 18;
  const std::size_t group = widest <= kWidestGroup ? kRowGroup : 1;
  return std::max(kNumbers / std::max<std::size_t>(widest, 1) / group,
                  std::size_t{1}) *
         group;
}

Result<prep::Matrix> predict_all(const Model& model, const prep::Matrix& x) {
  const std::size_t most = rows_at_once(x.columns);
  prep::Matrix out;
  for (std::size_t first = 0; first < x.rows; first += most) {
    const std::size_t rows = std::min(most, x.rows - first);
    const float* const begin = x.row(first).data();
    auto some = predict_rows(
        model, {rows, x.columns, {begin, begin + rows * x.columns}});
    if (!some) return some;
    out.columns = some->columns;
    out.values.insert(out.values.end(), some->values.begin(),
                      some->values.end());
  }
  out.rows = x.rows;
  return out;
}

Result<prep::Matrix> predict_rows(const Model& model, prep::Matrix x) {
  const std::size_t rows = x.rows;
  if (x.columns <= kWidestGroup) {
    x.rows = (rows + kRowGroup - 1) / kRowGroup * kRowGroup;
    x.values.resize(x.rows * x.columns);
    auto out = model.predict(x);
    if (!out) return out;
    out->rows = rows;
    out->values.resize(rows * out->columns);
    return out;
  }
  prep::Matrix out;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = x.row(i);
    auto one = model.predict({1, x.columns, {row.begin(), row.end()}});
    if (!one) return one;
    out.rows = i + 1;
    out.columns = one->columns;
    out.values.insert(out.values.end(), one->values.begin(), one->values.end());
  }
  return out;
}

namespace {

void add_number(float value, std::string& out) {
  if (!std::isfinite(value)) {
    out += table::number_text(static_cast<double>(value));
    return;
  }
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

PredictionFields::PredictionFields(const prep::Plan& plan, Probabilities p)
    : plan_(plan), probabilities_(p) {
  table::Column column;  // a class of the name NA is to be read back as one
  column.texts = plan.classes;
  for (std::size_t i = 0; i < plan.classes.size(); ++i) {
    classes_.push_back(table::csv_field(column, i));
  }
}

std::vector<std::string> PredictionFields::names() const {
  std::vector<std::string> out{"prediction"};
  if (probabilities_ == Probabilities::left_out) return out;
  for (const auto& name : plan_.classes) out.push_back("p_" + name);
  return out;
}

void PredictionFields::add(std::span<const float> answer,
                           std::string& out) const {
  switch (plan_.task) {
    case prep::Task::regression: add_number(answer[0], out); return;
    case prep::Task::none: {
      const auto nearest = std::min_element(answer.begin(), answer.end());
      out += std::to_string(nearest - answer.begin());
      return;
    }
    case prep::Task::classification: break;
  }
  const auto best = std::max_element(answer.begin(), answer.end());
  out += classes_[static_cast<std::size_t>(best - answer.begin())];
  if (probabilities_ == Probabilities::left_out) return;
  for (const float p : answer) {
    out += ',';
    add_number(p, out);
  }
}

}  // namespace mlb::learn
