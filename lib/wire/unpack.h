// msgpack -> values, strictly: every field once and none unknown, numbers in
// the range of their type, enums in theirs.  The first problem is kept.
#pragma once

#include <msgpack.hpp>

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "wire/fields.h"

namespace mlb::wire {

class Unpack {
 public:
  const std::string& problem() const { return problem_; }
  bool ok() const { return problem_.empty(); }

  /// Fields of the struct at hand: looked up in the current map.
  template <class T>
  void operator()(const char* name, T& value) {
    if (!ok()) return;
    const msgpack::object* found = find(name);
    if (found == nullptr) return fail(name, "is missing");
    ++used_;
    get(*found, value);
    if (!ok()) problem_ = std::string(name) + ": " + problem_;
  }

  template <class T>
  void get(const msgpack::object& o, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      if (o.type != msgpack::type::BOOLEAN) return fail("", "no boolean");
      value = o.via.boolean;
    } else if constexpr (std::is_enum_v<T>) {
      std::uint64_t number = 0;
      get(o, number);
      if (number > static_cast<std::uint64_t>(last_of(T{}))) {
        return fail("", "is outside its list of values");
      }
      value = static_cast<T>(number);
    } else if constexpr (std::is_floating_point_v<T>) {
      get_real(o, value);
    } else if constexpr (std::is_integral_v<T>) {
      get_integer(o, value);
    } else {
      get_object(o, value);
    }
  }
  void get(const msgpack::object& o, std::string& value) {
    if (o.type != msgpack::type::STR) return fail("", "is not a text");
    value.assign(o.via.str.ptr, o.via.str.size);
  }
  void get(const msgpack::object& o, Millis& value) {
    std::int64_t number = 0;
    get(o, number);
    value = Millis(number);
  }
  void get(const msgpack::object& o, Digest& value) { fixed(o, value.raw); }
  void get(const msgpack::object& o, UserId& value) { get(o, value.name); }
  template <class Tag>
  void get(const msgpack::object& o, Uuid<Tag>& value) {
    fixed(o, value.raw);
  }
  void get(const msgpack::object& o, Bytes& value) {
    if (o.type != msgpack::type::BIN) return fail("", "are not bytes");
    const auto* data = reinterpret_cast<const std::uint8_t*>(o.via.bin.ptr);
    value.assign(data, data + o.via.bin.size);
  }
  template <class T>
  void get(const msgpack::object& o, std::optional<T>& value) {
    value.reset();
    if (o.type == msgpack::type::NIL) return;
    get(o, value.emplace());
  }
  template <class T>
  void get(const msgpack::object& o, std::vector<T>& values) {
    if (o.type != msgpack::type::ARRAY) return fail("", "is not a list");
    values.clear();
    values.reserve(o.via.array.size);
    for (std::uint32_t i = 0; i < o.via.array.size && ok(); ++i) {
      get(o.via.array.ptr[i], values.emplace_back());
    }
  }
  template <class A, class B>
  void get(const msgpack::object& o, std::pair<A, B>& value) {
    if (!is_array(o, 2)) return fail("", "is not a pair");
    get(o.via.array.ptr[0], value.first);
    if (ok()) get(o.via.array.ptr[1], value.second);
  }
  template <class T>
  void get(const msgpack::object& o, std::map<std::string, T>& values) {
    if (o.type != msgpack::type::MAP) return fail("", "is not a map");
    values.clear();
    for (std::uint32_t i = 0; i < o.via.map.size && ok(); ++i) {
      std::string key;
      get(o.via.map.ptr[i].key, key);
      if (!ok()) return;
      const auto [it, is_new] = values.try_emplace(key);
      if (!is_new) return fail(key.c_str(), "stands twice");
      get(o.via.map.ptr[i].val, it->second);
    }
  }
  template <class... T>
  void get(const msgpack::object& o, std::variant<T...>& value) {
    if (!is_array(o, 2)) return fail("", "is not [which, value]");
    std::uint64_t which = 0;
    get(o.via.array.ptr[0], which);
    if (!ok()) return;
    std::uint64_t index = 0;
    bool found = false;
    const auto attempt = [&]<class X>(X*) {
      if (index++ != which) return;
      found = true;
      get(o.via.array.ptr[1], value.template emplace<X>());
    };
    (attempt(static_cast<T*>(nullptr)), ...);
    if (!found) fail("", "is of an unknown sort");
  }
  /// A map that holds the fields of a header and of a body.
  template <class A, class B>
  void get_merged(const msgpack::object& o, A& a, B& b) {
    with_map(o, [&] {
      fields(*this, a);
      fields(*this, b);
    });
  }
  void fail(const char* name, const char* what) {
    if (!ok()) return;
    problem_ = *name == 0 ? what : std::string(name) + " " + what;
  }

 private:
  static bool is_array(const msgpack::object& o, std::uint32_t size) {
    return o.type == msgpack::type::ARRAY && o.via.array.size == size;
  }
  template <class T>
  void get_object(const msgpack::object& o, T& value) {
    with_map(o, [&] { fields(*this, value); });
  }
  template <class F>
  void with_map(const msgpack::object& o, F body) {
    if (o.type != msgpack::type::MAP) return fail("", "is not a map");
    const auto outer = std::pair(map_, used_);
    map_ = &o.via.map;
    used_ = 0;
    body();
    // Every field was found; a further key is unknown or a duplicate.
    if (ok() && used_ != map_->size) {
      fail("", "has an unknown key or one that stands twice");
    }
    std::tie(map_, used_) = outer;
  }
  const msgpack::object* find(std::string_view name) const {
    // Both sides list fields in the same order, so this rarely searches.
    for (std::uint32_t i = 0; i < map_->size; ++i) {
      const auto& entry = map_->ptr[(used_ + i) % map_->size];
      if (entry.key.type == msgpack::type::STR &&
          name ==
              std::string_view(entry.key.via.str.ptr, entry.key.via.str.size)) {
        return &entry.val;
      }
    }
    return nullptr;
  }
  template <class T>
  void get_real(const msgpack::object& o, T& value) {
    if (o.type != msgpack::type::FLOAT64) {
      return fail("", "is not a 64-bit real number");
    }
    value = static_cast<T>(o.via.f64);
  }
  template <class T>
  void get_integer(const msgpack::object& o, T& value) {
    if (o.type == msgpack::type::POSITIVE_INTEGER) {
      if (o.via.u64 >
          static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
        return fail("", "is too large");
      }
      value = static_cast<T>(o.via.u64);
    } else if (o.type == msgpack::type::NEGATIVE_INTEGER) {
      if constexpr (std::is_signed_v<T>) {
        if (o.via.i64 < std::numeric_limits<T>::min()) {
          return fail("", "is too small");
        }
        value = static_cast<T>(o.via.i64);
      } else {
        fail("", "is negative");
      }
    } else {
      fail("", "is not a whole number");
    }
  }
  template <std::size_t N>
  void fixed(const msgpack::object& o, std::array<std::uint8_t, N>& value) {
    if (o.type != msgpack::type::BIN || o.via.bin.size != N) {
      return fail("", "has the wrong length");
    }
    std::copy_n(reinterpret_cast<const std::uint8_t*>(o.via.bin.ptr), N,
                value.begin());
  }

  const msgpack::object_map* map_ = nullptr;
  std::uint32_t used_ = 0;
  std::string problem_;
};

}  // namespace mlb::wire
