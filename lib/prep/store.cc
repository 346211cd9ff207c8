// The plan as bytes: part of every model file (docs/model-file.md).
#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "prep/columns.h"
#include "prep/plan.h"
#include "table/date.h"

namespace mlb::prep {
namespace {

/// Changes with the form of the bytes.
constexpr std::uint32_t kVersion = 4;
/// Outputs of a plan: what a model can be asked to hold.
constexpr std::uint64_t kMostOutputs = 1u << 24;
/// Rows of one bin: all are exact as a double.
constexpr std::uint64_t kMostRows = 1ull << 53;
/// Of one hashed column: what a spec may ask for.
constexpr std::uint32_t kMostBuckets = 65536;

void save_texts(Writer& w, const std::vector<std::string>& texts) {
  w.number<std::uint64_t>(texts.size());
  for (const auto& text : texts) w.text(text);
}

void save_feature(Writer& w, const Feature& f) {
  w.text(f.name);
  w.number(static_cast<std::uint8_t>(f.kind));
  w.number(static_cast<std::uint8_t>(f.part));
  w.number(static_cast<std::uint8_t>(f.when_missing));
  w.number(static_cast<std::uint8_t>(f.refuse_unknown));
  w.number(f.fill);
  w.text(f.fill_level);
  w.number(f.low);
  w.number(f.high);
  w.number(static_cast<std::uint8_t>(f.log1p));
  w.number(f.mean);
  w.number(f.scale);
  save_texts(w, f.levels);
  w.number(static_cast<std::uint8_t>(f.missing_level));
  w.number(f.buckets);
  w.numbers<double>(f.numbers);
  w.number(f.missing_number);
  w.number(f.other_number);
  w.number(f.of_class);
}

void save_input(Writer& w, const Input& input) {
  w.text(input.name);
  w.number(static_cast<std::uint8_t>(input.type));
  w.text(input.date_format);
  w.numbers<double>(input.edges);
  save_texts(w, input.levels);
  w.numbers<std::uint64_t>(input.counts);
}

Error damaged() {
  return {Fault::integrity, "the plan of the model is damaged"};
}

/// Reads values and remembers whether all were there and good.
class Loader {
 public:
  explicit Loader(Reader& reader) : reader_(reader) {}

  template <class T>
  T number() {
    return take(reader_.number<T>());
  }
  double finite() {
    const double x = number<double>();
    good_ = good_ && std::isfinite(x);
    return x;
  }
  double positive() {
    const double x = finite();
    good_ = good_ && x > 0;
    return x;
  }
  bool boolean() {
    const auto x = number<std::uint8_t>();
    good_ = good_ && x <= 1;
    return x != 0;
  }
  template <class E>
  E word(E last) {
    const auto x = number<std::uint8_t>();
    good_ = good_ && x <= static_cast<std::uint8_t>(last);
    return good_ ? static_cast<E>(x) : E{};
  }
  std::string text() { return take(reader_.text()); }
  std::vector<std::string> texts() {
    std::vector<std::string> out;
    const auto count = number<std::uint64_t>();
    for (std::uint64_t i = 0; i < count && good_; ++i) out.push_back(text());
    return out;
  }
  std::vector<double> numbers() {
    auto out = take(reader_.numbers<double>());
    for (const double x : out) good_ = good_ && std::isfinite(x);
    return out;
  }
  std::vector<std::uint64_t> counts() {
    auto out = take(reader_.numbers<std::uint64_t>());
    for (const auto n : out) good_ = good_ && n <= kMostRows;
    return out;
  }
  void want(bool condition) { good_ = good_ && condition; }
  bool good() const { return good_; }

 private:
  template <class T>
  T take(Result<T> value) {
    good_ = good_ && static_cast<bool>(value);
    return good_ ? std::move(*value) : T{};
  }
  Reader& reader_;
  bool good_ = true;
};

bool has_numbers(FeatureKind kind) {
  return kind == FeatureKind::ordinal || kind == FeatureKind::frequency ||
         kind == FeatureKind::target || kind == FeatureKind::code;
}

Feature load_feature(Loader& in) {
  Feature f;
  f.name = in.text();
  f.kind = in.word(FeatureKind::code);
  f.part = in.word(DatePart::epoch);
  in.want(f.part == DatePart::epoch || f.kind == FeatureKind::number);
  f.when_missing = in.word(WhenMissing::refuse);
  f.refuse_unknown = in.boolean();
  f.fill = in.finite();
  f.fill_level = in.text();
  f.low = in.number<double>();
  f.high = in.number<double>();
  in.want(f.low < f.high);
  f.log1p = in.boolean();
  f.mean = in.finite();
  f.scale = in.positive();
  f.levels = in.texts();
  f.missing_level = in.boolean();
  f.buckets = in.number<std::uint32_t>();
  in.want((f.kind == FeatureKind::hash) == (f.buckets > 0));
  in.want(f.buckets <= kMostBuckets);
  f.numbers = in.numbers();
  in.want(f.numbers.size() == (has_numbers(f.kind) ? f.levels.size() : 0));
  f.missing_number = in.finite();
  f.other_number = in.finite();
  f.of_class = in.number<std::uint32_t>();
  return f;
}

Input load_input(Loader& in) {
  Input out;
  out.name = in.text();
  out.type = in.word(table::Type::text);  // an id is no feature
  out.date_format = in.text();
  const bool moment =
      out.type == table::Type::date || out.type == table::Type::time;
  in.want(moment ? table::DateFormat::parse(out.date_format).operator bool()
                 : out.date_format.empty());
  out.edges = in.numbers();
  in.want(std::is_sorted(out.edges.begin(), out.edges.end()));
  out.levels = in.texts();
  in.want(out.edges.empty() || out.levels.empty());
  out.counts = in.counts();
  in.want(out.counts.empty() ||
          out.counts.size() == out.edges.size() + out.levels.size() + 2);
  return out;
}

/// Whether the inputs are the columns of the features, each once, and can
/// hold what the features make of them.
bool has_its_inputs(const Plan& plan) {
  std::unordered_map<std::string_view, const Input*> by_name;
  for (const auto& input : plan.inputs) by_name.emplace(input.name, &input);
  std::set<std::string_view> used;
  for (const auto& f : plan.features) {
    const auto found = by_name.find(f.name);
    if (found == by_name.end()) return false;
    used.insert(f.name);
    table::Column column;
    column.type = found->second->type;
    const bool part = f.part != DatePart::epoch;
    if (part && !column.is_moment()) return false;
    if (f.kind == FeatureKind::number && !is_number(column)) return false;
  }
  return used.size() == plan.inputs.size();
}

/// The target's part of a plan that makes sense.
bool is_sound(const Plan& plan) {
  const std::size_t classes = plan.classes.size();
  for (const auto& f : plan.features) {
    if (f.of_class >= std::max<std::size_t>(classes, 1)) return false;
  }
  switch (plan.task) {
    case Task::classification: return classes >= 2;
    case Task::regression: return classes == 0;
    case Task::none: return classes == 0 && plan.target.empty();
  }
  return false;
}

}  // namespace

void Plan::save(Writer& w) const {
  w.number(kVersion);
  w.number(static_cast<std::uint8_t>(task));
  w.text(target);
  save_texts(w, classes);
  w.number(static_cast<std::uint8_t>(target_scaling.log1p));
  w.number(target_scaling.mean);
  w.number(target_scaling.scale);
  w.number<std::uint64_t>(features.size());
  for (const auto& f : features) save_feature(w, f);
  w.number<std::uint64_t>(inputs.size());
  for (const auto& input : inputs) save_input(w, input);
}

Result<Plan> Plan::load(Reader& r) {
  Loader in(r);
  const auto version = in.number<std::uint32_t>();
  if (in.good() && version != kVersion) {
    return Error{Fault::integrity,
                 "the plan of the model is of another version; this program "
                 "reads version " +
                     std::to_string(kVersion)};
  }
  Plan out;
  out.task = in.word(Task::none);
  out.target = in.text();
  out.classes = in.texts();
  out.target_scaling.log1p = in.boolean();
  out.target_scaling.mean = in.finite();
  out.target_scaling.scale = in.positive();
  const auto count = in.number<std::uint64_t>();
  std::uint64_t outputs = 0;
  for (std::uint64_t i = 0; i < count && in.good(); ++i) {
    out.features.push_back(load_feature(in));
    outputs += out.features.back().width();
    in.want(outputs <= kMostOutputs);
  }
  const auto inputs = in.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < inputs && in.good(); ++i) {
    out.inputs.push_back(load_input(in));
  }
  if (!in.good() || outputs == 0 || !is_sound(out) || !has_its_inputs(out)) {
    return damaged();
  }
  return out;
}

}  // namespace mlb::prep
