// See predict.h.
#include "learn/predict.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "base/glob.h"
#include "learn/row_groups.h"
#include "prep/applier.h"
#include "prep/columns.h"
#include "prep/drift.h"
#include "table/typed_rows.h"

namespace mlb::learn {
namespace {

using table::TypedRows;

constexpr std::size_t kBlock = 256u << 10;
/// What the rows of one block may become as text, about: a row has two bytes
/// at least, a number sixteen.
constexpr std::size_t kTextOfBlock = 8u << 20;
constexpr std::size_t kTextOfNumber = 16;
constexpr std::size_t kListed = 20;

std::size_t block_for(std::size_t columns) {
  return std::clamp<std::size_t>(kTextOfBlock / (kTextOfNumber * columns) * 2,
                                 1, kBlock);
}

/// How the values of an input are read.  Whole numbers are reals, unless their
/// texts are looked up.
table::Type reading_type(const prep::Plan& plan, const prep::Input& input) {
  if (input.type != table::Type::integer) return input.type;
  for (const auto& f : plan.features) {
    const bool value = f.kind == prep::FeatureKind::number ||
                       f.kind == prep::FeatureKind::indicator;
    if (f.name == input.name && !value) return input.type;
  }
  return table::Type::real;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  const std::size_t listed = std::min(names.size(), kListed);
  for (std::size_t i = 0; i < listed; ++i) {
    out += (out.empty() ? "" : ", ") + names[i];
  }
  const std::size_t more = names.size() - listed;
  return more == 0 ? out : out + " and " + std::to_string(more) + " more";
}

class Prediction {
 public:
  Prediction(const StoredModel& stored, table::RowSource& source,
             const PredictOptions& options, const TextSink& sink)
      : plan_(stored.plan),
        model_(*stored.model),
        source_(source),
        options_(options),
        sink_(sink),
        applier_(plan_),
        fields_(plan_, options.probabilities),
        drift_(source.threads(), prep::DriftCounter(plan_)),
        names_(source.names()) {
    // What a row's last delimiter makes is no column that anybody named, unless
    // it was one in training.
    const auto is_last = [&](const prep::Input& input) {
      return input.name == names_.back();
    };
    const auto& inputs = plan_.inputs;
    if (source.is_last_nameless() &&
        std::none_of(inputs.begin(), inputs.end(), is_last)) {
      names_.pop_back();
    }
  }

  Result<PredictSummary> run(std::size_t widest,
                             const table::ReadProgress& progress) {
    chunk_ = rows_at_once(widest);
    auto good = choose_columns();
    if (good) good = check_inputs();
    if (good) good = write_header();
    if (!good) return std::move(good).fail();
    auto read = source_.run(
        wanted_, [&](TypedRows& rows, unsigned worker) { work(rows, worker); },
        [&](const TypedRows& rows) { return take(rows); }, progress);
    if (!read) return std::move(read).fail();
    return summary(*read);
  }

 private:
  bool is_there(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }

  Result<> choose_columns() {
    for (const auto& input : plan_.inputs) {
      wanted_.columns.push_back(
          {input.name, reading_type(plan_, input), input.date_format});
    }
    if (!options_.id.empty()) {
      if (!is_there(options_.id)) return no_column("id", options_.id);
      wanted_.copied.push_back(options_.id);
    }
    for (const auto& glob : options_.input) {
      bool any = false;
      for (const auto& name : names_) {
        if (!matches_glob(glob, name)) continue;
        any = true;
        auto& copied = wanted_.copied;
        if (std::find(copied.begin(), copied.end(), name) == copied.end()) {
          copied.push_back(name);
        }
      }
      if (!any) return no_column("input", glob);
    }
    return {};
  }

  Error no_column(const char* option, const std::string& name) const {
    return {Fault::data, source_.path() + ": " + option + ": there is no " +
                             (name.find_first_of("*?") == name.npos
                                  ? "column '" + name + "'"
                                  : "column like '" + name + "'")};
  }

  /// All features are there, and of a data set the types fit.
  Result<> check_inputs() const {
    std::map<std::string_view, std::optional<table::Type>> found;
    const auto& types = source_.types();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      found.emplace(names_[i], types.empty() ? std::nullopt : types[i]);
    }
    table::Table shape;
    for (const auto& column : wanted_.columns) {
      const auto at = found.find(column.name);
      if (at == found.end()) continue;
      shape.columns.emplace_back().name = column.name;
      shape.columns.back().type = at->second.value_or(column.type);
    }
    auto good = applier_.check(shape, {0});
    if (!good) return std::move(good).context(source_.path());
    return good;
  }

  Result<> write_header() const {
    std::vector<std::string> names{"row"};
    names.insert(names.end(), wanted_.copied.begin(), wanted_.copied.end());
    for (auto& name : fields_.names()) names.push_back(std::move(name));
    std::set<std::string_view> given;
    std::string text;
    for (const auto& name : names) {
      if (!given.insert(name).second) {
        return Error{Fault::data, source_.path() +
                                      ": input: the output has a column '" +
                                      name + "' of its own"};
      }
      text += (text.empty() ? "" : ",") + table::csv_field(name);
    }
    return sink_(text + "\n");
  }

  void work(TypedRows& rows, unsigned worker) {
    prep::Rows all(rows.table.rows);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    if (auto refusal = applier_.refusal(rows.table, all)) {
      rows.problem = {refusal->row, std::move(refusal->what)};
      rows.table.rows = refusal->row;
    }
    drift_[worker].add(rows.table);
    for (std::size_t first = 0; first < rows.table.rows; first += chunk_) {
      const std::size_t end =
          std::min<std::size_t>(first + chunk_, rows.table.rows);
      const prep::Rows some(all.begin() + static_cast<long>(first),
                            all.begin() + static_cast<long>(end));
      auto answers = predict_rows(model_, applier_.apply(rows.table, some));
      if (!answers) {
        rows.problem = {first, answers.error().message};
        return;
      }
      for (const auto row : some) {
        add_line(rows, row, answers->row(row - first));
      }
    }
  }

  /// But for the row's number, which is not known yet.
  void add_line(TypedRows& rows, std::size_t row,
                std::span<const float> answer) const {
    std::string& out = rows.made.bytes;
    for (const auto& column : rows.copied) {
      out += ',';
      out += column.at(row);
    }
    out += ',';
    fields_.add(answer, out);
    out += '\n';
    rows.made.end();
  }

  Result<> take(const TypedRows& rows) {
    text_.clear();
    for (std::size_t i = 0; i < rows.made.ends.size(); ++i) {
      char number[24];
      text_.append(number, std::to_chars(number, number + sizeof number,
                                         rows.first_row + i + 1)
                               .ptr);
      text_ += rows.made.at(i);
    }
    return sink_(text_);
  }

  std::string unused() const {
    std::set<std::string_view> used(wanted_.copied.begin(),
                                    wanted_.copied.end());
    for (const auto& column : wanted_.columns) used.insert(column.name);
    used.insert(plan_.target);
    std::vector<std::string> out;
    for (const auto& name : names_) {
      if (used.count(name) == 0) out.push_back(name);
    }
    return list_of(out);
  }

  PredictSummary summary(const table::RowSource::Read& read) {
    PredictSummary out{read.rows, {}};
    for (const auto& w : read.warnings) {
      const std::string line = w.line == 0 ? "" : ":" + std::to_string(w.line);
      out.warnings.push_back(source_.path() + line + ": " + w.message);
    }
    const std::string columns = unused();
    if (!columns.empty()) {
      out.warnings.push_back(
          source_.path() +
          ": the model does not use these columns: " + columns);
    }
    for (std::size_t i = 1; i < drift_.size(); ++i) drift_[0].add(drift_[i]);
    for (auto& warning : drift_[0].warnings()) {
      out.warnings.push_back(source_.path() + ": " + std::move(warning));
    }
    return out;
  }

  const prep::Plan& plan_;
  const Model& model_;
  table::RowSource& source_;
  const PredictOptions& options_;
  const TextSink& sink_;
  const prep::Applier applier_;
  const PredictionFields fields_;
  std::vector<prep::DriftCounter> drift_;  ///< one a thread
  std::vector<std::string> names_;         ///< of the source
  table::WantedRows wanted_;
  std::size_t chunk_ = 1;
  std::string text_;
};

}  // namespace

Result<PredictSummary> predict_file(const StoredModel& stored,
                                    const std::string& path,
                                    table::CsvOptions csv,
                                    const PredictOptions& options,
                                    const TextSink& sink,
                                    const table::ReadProgress& progress) {
  const std::size_t width = stored.plan.width();
  // One row tells how wide the answers are: of a clustering nobody else does.
  auto one = stored.model->predict({1, width, std::vector<float>(width)});
  if (!one) return std::move(one).fail();
  csv.block = std::min(csv.block, block_for(one->columns + 1));
  auto source = table::RowSource::open(path, std::move(csv));
  if (!source) return std::move(source).fail();
  return Prediction(stored, *source, options, sink)
      .run(std::max(width, one->columns), progress);
}

}  // namespace mlb::learn
