// Other encodings to UTF-8, as a stream.  Private to lib/table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "table/csv.h"

namespace mlb::table {

class Decoder {
 public:
  /// latin1, cp1252, or utf16 with its byte order.
  enum class From { latin1, cp1252, utf16_le, utf16_be };
  /// `offset`: of the first byte, for messages.
  Decoder(From from, std::uint64_t offset) : from_(from), offset_(offset) {}

  /// Decodes the bytes and keeps what is half a character; `last`: nothing
  /// follows.  An error names line, column and offset.
  Result<> add(std::string_view bytes, bool last);
  /// Moves up to `most` decoded bytes to `to`.
  std::size_t take(char* to, std::size_t most);
  bool is_empty() const { return taken_ == out_.size(); }

 private:
  Result<> add_utf16(bool last);
  Result<> unit(unsigned value);
  Result<> single(unsigned char byte);
  void put(unsigned character);
  Error bad(const std::string& what) const;

  From from_;
  std::uint64_t offset_;  ///< of the next byte to decode
  std::string rest_;      ///< half of a UTF-16 unit
  unsigned high_ = 0;     ///< a high surrogate that waits for its low one
  std::string out_;
  std::size_t taken_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t column_ = 1;  ///< in bytes of UTF-8, of what comes next
  bool cr_ = false;
};

}  // namespace mlb::table
