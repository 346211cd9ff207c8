// See csv_header.h.
#include "csv_header.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "spec/tree.h"

namespace mlb::submit {
namespace {

constexpr std::string_view kLineEnds = "\r\n";

std::optional<char> character(const std::string& text) {
  if (text == "tab") return '\t';
  if (text == "space") return ' ';
  return text.size() == 1 ? std::optional(text[0]) : std::nullopt;
}

bool is_readable(std::string_view text, const CsvSpec& csv) {
  if (csv.header == false || csv.encoding == CsvEncoding::utf16) return false;
  for (const std::string_view mark : {"\x1f\x8b", "\xff\xfe", "\xfe\xff"}) {
    if (text.starts_with(mark)) return false;
  }
  return true;
}

/// latin1 as UTF-8; none of a cp1252 letter that latin1 has not.
std::optional<std::string> decoded(std::string_view text, const CsvSpec& csv) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const bool wide = csv.encoding == CsvEncoding::cp1252;
  if (!wide && csv.encoding != CsvEncoding::latin1) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else if (wide && byte < 0xa0) {
      return std::nullopt;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

void drop_line(std::string_view& text) {
  const std::size_t end = text.find_first_of(kLineEnds);
  if (end == text.npos) return text.remove_prefix(text.size());
  const bool both = text.substr(end, 2) == "\r\n";
  text.remove_prefix(end + (both ? 2 : 1));
}

/// What begins with the header.
std::string_view header_on(std::string_view text, const CsvSpec& csv) {
  for (int i = 0; i < csv.skip && !text.empty(); ++i) drop_line(text);
  const auto comment = character(csv.comment);
  while (!text.empty()) {
    const bool blank = kLineEnds.find(text[0]) != kLineEnds.npos;
    if (!blank && text[0] != comment) break;
    drop_line(text);
  }
  return text;
}

std::string without_blanks(std::string text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Reads the first record; an empty list when it does not end.
class FirstRecord {
 public:
  FirstRecord(std::string_view text, const CsvSpec& csv, char delimiter)
      : text_(text),
        delimiter_(delimiter),
        quote_(character(csv.quote)),
        escape_(character(csv.escape)) {}

  std::vector<std::string> fields() {
    std::vector<std::string> out{""};
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool begins = out.back().empty() && !quoted_;
      if (c == escape_ && at_ + 1 < text_.size()) {
        out.back() += text_[at_ + 1];
        at_ += 2;
      } else if (c == quote_ && begins) {
        quoted_ = true;
        if (!take_quoted(out.back())) return {};
      } else if (c == delimiter_) {
        out.emplace_back();
        quoted_ = false;
        ++at_;
      } else if (kLineEnds.find(c) != kLineEnds.npos) {
        return out;
      } else {
        out.back() += c;
        ++at_;
      }
    }
    return {};
  }

 private:
  /// From a quote to the one that ends it.
  bool take_quoted(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      const bool last = at_ + 1 == text_.size();
      if (text_[at_] == escape_ && !last) {
        out += text_[++at_];
      } else if (text_[at_] != quote_) {
        out += text_[at_];
      } else if (!last && text_[at_ + 1] == quote_) {
        out += text_[++at_];
      } else {
        ++at_;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  char delimiter_;
  std::optional<char> quote_;
  std::optional<char> escape_;
  std::size_t at_ = 0;
  bool quoted_ = false;  ///< the field at hand was
};

/// Also "a.1" of a second "a", and "column_3" of none.
std::vector<std::string> given_names(const std::vector<std::string>& header) {
  std::vector<std::string> out;
  std::map<std::string, int> seen;
  for (const std::string& field : header) {
    const std::string name = without_blanks(field);
    const int before = seen[name]++;
    if (name.empty()) {
      out.push_back("column_" + std::to_string(out.size() + 1));
    } else {
      out.push_back(before == 0 ? name : name + "." + std::to_string(before));
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<std::string>> possible_headers(const std::string& text,
                                                       const CsvSpec& csv) {
  if (!is_readable(text, csv)) return {};
  const auto readable = decoded(text, csv);
  if (!readable) return {};
  const std::string_view header = header_on(*readable, csv);
  const auto named = character(csv.delimiter);
  std::vector<std::vector<std::string>> out;
  for (const char c : {',', ';', '\t', '|', ' '}) {
    if (named && !out.empty()) break;
    const auto fields = FirstRecord(header, csv, named.value_or(c)).fields();
    const bool known =
        std::all_of(fields.begin(), fields.end(),
                    [](const auto& name) { return spec::is_text(name); });
    if (!fields.empty() && known) out.push_back(given_names(fields));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return a.size() > b.size();
  });
  return out;
}

}  // namespace mlb::submit
