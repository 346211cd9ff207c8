// Values -> msgpack.  See fields.h for what is written.
#pragma once

#include <msgpack.hpp>

#include <bit>
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
#include "wire/limits.h"

namespace mlb::wire {

/// Collects the bytes of one frame or value.
class ByteSink {
 public:
  void write(const char* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  }
  Bytes bytes;
};

struct CountFields {
  std::uint32_t count = 0;
  template <class T>
  void operator()(const char*, T&) {
    ++count;
  }
};

class Pack {
 public:
  explicit Pack(ByteSink& sink) : sink_(sink), packer_(sink) {}

  /// False when something is longer than any decoder takes.
  bool fits() const { return fits_; }

  /// Fields of the struct at hand.
  template <class T>
  void operator()(const char* name, T& value) {
    text(name);
    put(value);
  }

  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      packer_.pack_uint64(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      real(value);
    } else if constexpr (std::is_integral_v<T>) {
      packer_.pack(value);
    } else {
      put_object(value);
    }
  }
  void put(const std::string& value) { text(value); }
  void put(Millis value) { packer_.pack_int64(value.count()); }
  void put(const Digest& value) { binary(value.raw); }
  void put(const UserId& value) { text(value.name); }
  void put(const Bytes& value) { binary(value); }
  template <class Tag>
  void put(const Uuid<Tag>& value) {
    binary(value.raw);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      packer_.pack_nil();
    }
  }
  template <class T>
  void put(const std::vector<T>& values) {
    array(values.size());
    for (const auto& value : values) put(value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    array(2);
    put(value.first);
    put(value.second);
  }
  template <class T>
  void put(const std::map<std::string, T>& values) {
    fits_ &= values.size() <= kLongestList;
    packer_.pack_map(static_cast<std::uint32_t>(values.size()));
    for (const auto& [key, value] : values) {
      text(key);
      put(value);
    }
  }
  /// One of several: [which, value].
  template <class... T>
  void put(const std::variant<T...>& value) {
    array(2);
    packer_.pack_uint64(value.index());
    std::visit([&](const auto& x) { put(x); }, value);
  }
  void array(std::size_t size) {
    fits_ &= size <= kLongestList;
    packer_.pack_array(static_cast<std::uint32_t>(size));
  }
  void text(std::string_view value) {
    fits_ &= value.size() <= kLongestBytes;
    packer_.pack_str(static_cast<std::uint32_t>(value.size()));
    packer_.pack_str_body(value.data(),
                          static_cast<std::uint32_t>(value.size()));
  }
  /// The fields of two structs in one map: a header and its body.
  template <class A, class B>
  void put_merged(const A& a, const B& b) {
    CountFields count;
    fields(count, const_cast<A&>(a));
    fields(count, const_cast<B&>(b));
    packer_.pack_map(count.count);
    fields(*this, const_cast<A&>(a));
    fields(*this, const_cast<B&>(b));
  }

 private:
  // fields() takes a mutable object for the sake of Unpack; nothing changes.
  template <class T>
  void put_object(const T& value) {
    CountFields count;
    fields(count, const_cast<T&>(value));
    packer_.pack_map(count.count);
    fields(*this, const_cast<T&>(value));
  }
  // The library turns a whole real number into an integer and loses the sign
  // of zero; we keep all 64 bits.
  void real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    sink_.bytes.push_back(0xcb);
    for (int shift = 56; shift >= 0; shift -= 8) {
      sink_.bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
  }
  void binary(ByteView value) {
    fits_ &= value.size() <= kLongestBytes;
    packer_.pack_bin(static_cast<std::uint32_t>(value.size()));
    packer_.pack_bin_body(reinterpret_cast<const char*>(value.data()),
                          static_cast<std::uint32_t>(value.size()));
  }

  ByteSink& sink_;
  msgpack::packer<ByteSink> packer_;
  bool fits_ = true;
};

}  // namespace mlb::wire
