// Builds the Access of a field from member pointers.  Internal to the table.
#pragma once

#include <optional>
#include <type_traits>

#include "job/model_ref.h"
#include "spec/fields.h"
#include "spec/scalar.h"

namespace mlb::spec {

template <class T>
struct Convert;

template <class T>
requires std::is_enum_v<T>
struct Convert<T> {
  static T read(const Value& v) {
    return static_cast<T>(std::get<std::int64_t>(v));
  }
  static Value show(T t) { return static_cast<std::int64_t>(t); }
};
template <>
struct Convert<int> {
  static int read(const Value& v) {
    return static_cast<int>(std::get<std::int64_t>(v));
  }
  static Value show(int t) { return std::int64_t{t}; }
};
template <>
struct Convert<Millis> {
  static Millis read(const Value& v) {
    return Millis(std::get<std::int64_t>(v));
  }
  static Value show(Millis t) { return std::int64_t{t.count()}; }
};
template <>
struct Convert<TrainSpan> {
  static TrainSpan read(const Value& v) {
    const auto span = to_span(std::get<std::string>(v), "epochs steps time");
    return std::get<TrainSpan>(span);
  }
  static Value show(const TrainSpan& span) { return span_text(span); }
};
template <class T>
struct Same {
  static T read(const Value& v) { return std::get<T>(v); }
  static Value show(const T& t) { return t; }
};
template <>
struct Convert<bool> : Same<bool> {};
template <>
struct Convert<double> : Same<double> {};
template <>
struct Convert<std::uint64_t> : Same<std::uint64_t> {};
template <>
struct Convert<std::string> : Same<std::string> {};
template <>
struct Convert<std::vector<std::string>> : Same<std::vector<std::string>> {};
template <class T>
struct Convert<std::optional<T>> {
  static std::optional<T> read(const Value& v) {
    if (std::holds_alternative<std::monostate>(v)) return std::nullopt;
    // The only word beside a number: "auto", "none".
    const bool word = std::holds_alternative<std::int64_t>(v);
    if (word && std::is_same_v<T, double>) return std::nullopt;
    return Convert<T>::read(v);
  }
  static Value show(const std::optional<T>& t) {
    return t ? Convert<T>::show(*t) : Value{};
  }
};

template <class Word>
struct Convert<NumberOr<Word>> {
  static NumberOr<Word> read(const Value& v) {
    if (const auto* word = std::get_if<std::int64_t>(&v)) {
      return {static_cast<Word>(*word), 0};
    }
    return {Word::number, std::get<double>(v)};
  }
  static Value show(const NumberOr<Word>& x) {
    if (x.word == Word::number) return x.number;
    return static_cast<std::int64_t>(x.word);
  }
};

/// at<&JobSpec::train, &TrainSpec::epochs>: that member of a spec.
template <auto... Members>
constexpr Access at() {
  using T = std::remove_reference_t<decltype((std::declval<JobSpec&>().*....*
                                              Members))>;
  return {[](JobSpec& spec, const Value& v) {
            (spec.*....*Members) = Convert<T>::read(v);
          },
          [](const JobSpec& spec) {
            return Convert<T>::show((spec.*....*Members));
          }};
}

/// at_model<&JobSpec::train, &TrainSpec::init_from>(): a model as it is named;
/// a digest stands for one that the broker has.
template <auto... Members>
constexpr Access at_model() {
  return {
      [](JobSpec& spec, const Value& v) {
        const std::string_view text = std::get<std::string>(v);
        ModelRef ref;
        if (text.starts_with(kDigestMark)) {
          ref.digest =
              Digest::parse(text.substr(kDigestMark.size())).value_or(Digest{});
        } else {
          ref.name = text;
        }
        (spec.*....*Members) = ref;
      },
      [](const JobSpec& spec) -> Value {
        const ModelRef& ref = (spec.*....*Members);
        if (ref.is_none()) return {};
        if (!ref.name.empty()) return ref.name;
        return std::string(kDigestMark) + ref.digest.text();
      }};
}

/// A member of one kind of model; unset while the model is of another kind.
template <class Model, auto... Members>
constexpr Access in_model() {
  using T =
      std::remove_reference_t<decltype((std::declval<Model&>().*....*Members))>;
  return {[](JobSpec& spec, const Value& v) {
            auto* model = std::get_if<Model>(&spec.model);
            if (model != nullptr) {
              ((*model).*....*Members) = Convert<T>::read(v);
            }
          },
          [](const JobSpec& spec) {
            const auto* model = std::get_if<Model>(&spec.model);
            return model ? Convert<T>::show(((*model).*....*Members)) : Value{};
          }};
}

}  // namespace mlb::spec
