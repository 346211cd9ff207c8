// See csv_machine.h.
#include "table/csv_machine.h"

#include <cstring>

namespace mlb::table {
namespace {

/// Length of the valid UTF-8 sequence at `at`, 0 when there is none (RFC
/// 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf && tail(1)) return 2;
  if (lead >= 0xe0 && lead <= 0xef && tail(1) && tail(2)) {
    const unsigned low = lead == 0xe0 ? 0xa0u : 0x80u;
    const unsigned high = lead == 0xed ? 0x9fu : 0xbfu;
    return byte(1) >= low && byte(1) <= high ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4 && tail(1) && tail(2) && tail(3)) {
    const unsigned low = lead == 0xf0 ? 0x90u : 0x80u;
    const unsigned high = lead == 0xf4 ? 0x8fu : 0xbfu;
    return byte(1) >= low && byte(1) <= high ? 4 : 0;
  }
  return 0;
}

/// None of eight bytes is NUL or above 0x7f.
bool is_plain(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  constexpr std::uint64_t ones = 0x0101010101010101;
  return (((word - ones) | word) & (ones << 7)) == 0;
}

}  // namespace

std::size_t first_bad_byte(std::string_view text, std::size_t from,
                           std::size_t to) {
  const std::string_view part = text.substr(0, to);
  for (std::size_t i = from; i < to;) {
    if (i + 8 <= to && is_plain(part.data() + i)) {
      i += 8;
      continue;
    }
    const std::size_t length = part[i] == '\0' ? 0 : utf8_length(part, i);
    if (length == 0) return i;
    i += length;
  }
  return to;
}

std::uint64_t count_lines(std::string_view text, std::size_t at) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < at; ++i) {
    const bool pair =
        text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    out += text[i] == '\n' || (text[i] == '\r' && !pair) ? 1 : 0;
  }
  return out;
}

std::uint64_t column_of(std::string_view text, std::size_t at) {
  const std::size_t end =
      at == 0 ? text.npos : text.find_last_of("\r\n", at - 1);
  return at - (end == text.npos ? 0 : end + 1) + 1;
}

Machine::Step Machine::comment(std::size_t at) {
  while (at < text_.size() && !is_end(at)) ++at;
  const Step step = finish(at);
  return step == Step::record ? Step::comment : step;
}

/// The record ends at `at`, which is a line end or the end of the text.
Machine::Step Machine::finish(std::size_t at) {
  if (at >= text_.size()) {
    if (!whole_) return Step::more;
    next_ = text_.size();
    return Step::record;
  }
  // A carriage return may be half of a line end that the text cuts.
  const bool last = at + 1 >= text_.size();
  if (text_[at] == '\r' && last && !whole_) return Step::more;
  next_ = at + (text_[at] == '\r' && !last && text_[at + 1] == '\n' ? 2 : 1);
  return Step::record;
}

/// The field whose opening quote stands at `at`; leaves `at` behind it.
std::optional<Machine::Step> Machine::quoted(std::size_t& at) {
  const std::size_t open = at++;
  for (;; ++at) {
    if (at >= text_.size()) {
      open_ = open;
      if (!whole_) return Step::more;
      problem_ = {open, "the quote that opens here is never closed"};
      return Step::problem;
    }
    if (syntax_.escape && text_[at] == *syntax_.escape &&
        *syntax_.escape != syntax_.quote) {
      ++at;
      continue;
    }
    if (text_[at] != syntax_.quote) continue;
    if (at + 1 >= text_.size()) {
      if (!whole_) return Step::more;
      break;
    }
    if (text_[at + 1] != syntax_.quote) break;
    ++at;
  }
  ++at;
  if (at >= text_.size() || text_[at] == syntax_.delimiter || is_end(at)) {
    return std::nullopt;
  }
  problem_ = {at,
              "text after a closing quote; write a quote inside a quoted "
              "field twice"};
  return Step::problem;
}

Machine::Step Machine::record(std::size_t at,
                              std::vector<std::uint32_t>& ends) {
  open_.reset();
  if (syntax_.comment && text_[at] == *syntax_.comment) return comment(at);
  for (;; ++at) {
    if (at < text_.size() && syntax_.quotes() && text_[at] == syntax_.quote) {
      if (const auto step = quoted(at)) return *step;
    } else {
      while (at < text_.size() && text_[at] != syntax_.delimiter &&
             !is_end(at)) {
        const bool escape = syntax_.escape && text_[at] == *syntax_.escape;
        at += escape ? 2 : 1;
      }
    }
    if (at > text_.size()) at = text_.size();  // an escape was the last byte
    if (at >= text_.size() && !whole_) return Step::more;
    ends.push_back(static_cast<std::uint32_t>(at));
    if (at >= text_.size() || text_[at] != syntax_.delimiter) return finish(at);
  }
}

}  // namespace mlb::table
