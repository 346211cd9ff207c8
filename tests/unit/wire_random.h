// For the codec's tests: fills any struct that lib/wire carries with random
// content, and writes any of them down as text, independently of the codec.
#pragma once

#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/rng.h"
#include "wire/fields.h"

namespace mlb::wire {

/// A visitor that fills.
class Fill {
 public:
  explicit Fill(std::uint64_t seed) : rng_(seed) {}

  template <class T>
  void operator()(const char*, T& value) {
    put(value);
  }
  template <class T>
  void put(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = rng_.below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(
          rng_.below(static_cast<std::uint64_t>(last_of(T{})) + 1));
    } else if constexpr (std::is_floating_point_v<T>) {
      value = real();
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(rng_.next() >> rng_.below(64));
    } else {
      fields(*this, value);
    }
  }
  void put(std::string& value) {
    value.resize(rng_.below(rng_.below(4) == 0 ? 300 : 12));
    for (char& c : value) c = static_cast<char>(rng_.next());
  }
  void put(Bytes& value) {
    value.resize(rng_.below(500));
    for (auto& byte : value) byte = static_cast<std::uint8_t>(rng_.next());
  }
  void put(Millis& value) {
    value = Millis(static_cast<std::int64_t>(rng_.next() >> rng_.below(64)));
  }
  void put(Digest& value) {
    for (auto& byte : value.raw) byte = static_cast<std::uint8_t>(rng_.next());
  }
  void put(UserId& value) { put(value.name); }
  template <class Tag>
  void put(Uuid<Tag>& value) {
    value = Uuid<Tag>::random(rng_);
  }
  template <class T>
  void put(std::optional<T>& value) {
    value.reset();
    if (rng_.below(2) == 1) put(value.emplace());
  }
  template <class T>
  void put(std::vector<T>& values) {
    values.clear();
    if (depth_ >= kDepth) return;
    ++depth_;
    for (std::uint64_t i = rng_.below(5); i > 0; --i) {
      put(values.emplace_back());
    }
    --depth_;
  }
  template <class A, class B>
  void put(std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }
  template <class T>
  void put(std::map<std::string, T>& values) {
    values.clear();
    for (std::uint64_t i = rng_.below(5); i > 0; --i) {
      std::string key;
      put(key);
      put(values[key]);
    }
  }
  template <class... T>
  void put(std::variant<T...>& value) {
    emplace(value, rng_.below(sizeof...(T)));
    std::visit([this](auto& x) { put(x); }, value);
  }
  /// Makes the alternative called `index`, empty.
  template <class V, std::size_t I = 0>
  static void emplace(V& value, std::size_t index) {
    if constexpr (I < std::variant_size_v<V>) {
      if (index != I) return emplace<V, I + 1>(value, index);
      value.template emplace<I>();
    }
  }

 private:
  double real() {
    switch (rng_.below(8)) {
      case 0: return std::numeric_limits<double>::quiet_NaN();
      case 1: return std::numeric_limits<double>::infinity();
      case 2: return -std::numeric_limits<double>::infinity();
      case 3: return -0.0;
      case 4: return static_cast<double>(rng_.below(1000));
      case 5: return std::numeric_limits<double>::denorm_min();
      default: return rng_.normal();
    }
  }
  /// Layers hold layers: lists end somewhere.
  static constexpr int kDepth = 4;
  int depth_ = 0;
  Rng rng_;
};

/// A visitor that writes "name=value;" for every field.
class Dump {
 public:
  std::string text;

  template <class T>
  void operator()(const char* name, T& value) {
    text += name;
    text += '=';
    put(value);
    text += ';';
  }
  template <class T>
  void put(T& value) {
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, bool>) {
      text += std::to_string(static_cast<int>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      char out[40];
      std::snprintf(out, sizeof out, "%a", value);
      text += out;
    } else if constexpr (std::is_integral_v<T>) {
      text += std::to_string(value);
    } else {
      text += '{';
      fields(*this, value);
      text += '}';
    }
  }
  void put(std::string& value) { text += '"' + value + '"'; }
  void put(Bytes& value) { text.append(value.begin(), value.end()); }
  void put(Millis& value) { text += std::to_string(value.count()); }
  void put(Digest& value) { text += value.text(); }
  void put(UserId& value) { put(value.name); }
  template <class Tag>
  void put(Uuid<Tag>& value) {
    text += value.text();
  }
  template <class T>
  void put(std::optional<T>& value) {
    if (value) return put(*value);
    text += "none";
  }
  template <class T>
  void put(std::vector<T>& values) {
    for (auto& value : values) put(value), text += ',';
  }
  template <class A, class B>
  void put(std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }
  template <class T>
  void put(std::map<std::string, T>& values) {
    for (auto& [name, value] : values) (*this)(name.c_str(), value);
  }
  template <class... T>
  void put(std::variant<T...>& value) {
    text += std::to_string(value.index()) + ':';
    std::visit([this](auto& x) { put(x); }, value);
  }
};

template <class T>
std::string dump_of(T value) {
  Dump dump;
  dump.put(value);
  return dump.text;
}

inline std::string dump_of_message(Message m) {
  return dump_of(m.header) + dump_of(m.body);
}

}  // namespace mlb::wire
