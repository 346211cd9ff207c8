// Protocol Buffers, as far as writing ONNX needs them: one message at a time,
// its fields in the order of the calls.  docs/decisions/0006-onnx-writer.md.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace mlb::learn::onnx {

/// Wire format: protobuf.dev/programming-guides/encoding.
class Message {
 public:
  /// int32, int64, enum: as a varint.
  void integer(std::uint32_t field, std::int64_t value) {
    varint(field << 3u);
    varint(static_cast<std::uint64_t>(value));
  }
  void number(std::uint32_t field, float value) {
    varint(field << 3u | 5u);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);  // little-endian, as we are
    out_.append(bytes, sizeof value);
  }
  /// string, bytes.
  void text(std::uint32_t field, std::string_view value) {
    varint(field << 3u | 2u);
    varint(value.size());
    out_ += value;
  }
  void message(std::uint32_t field, const Message& value) {
    text(field, value.out_);
  }
  const std::string& bytes() const { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80u; value >>= 7u) {
      out_ += static_cast<char>(value | 0x80u);
    }
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

}  // namespace mlb::learn::onnx
