// See arguments.h.
#include "trace/arguments.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/units.h"

namespace mlb::trace {

Arguments::Arguments(const std::string& line) {
  std::istringstream in(line);
  for (std::string word; in >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos) {
      words_.push_back(word);
    } else if (!options_
                    .emplace(word.substr(0, equals), word.substr(equals + 1))
                    .second) {
      fail(word + " is there twice");
    }
  }
}

void Arguments::fail(const std::string& text) {
  if (problem_.empty()) problem_ = text;
}

std::string Arguments::problem() const {
  if (!problem_.empty()) return problem_;
  if (next_ < words_.size()) return "what is '" + words_[next_] + "'?";
  if (!options_.empty()) return "what is '" + options_.begin()->first + "='?";
  return "";
}

std::string Arguments::word(const std::string& what) {
  if (next_ == words_.size()) {
    fail("want " + what);
    return "";
  }
  return words_[next_++];
}

Millis Arguments::duration(const std::string& what) {
  const std::string text = word(what);
  const auto value = parse_duration(text);
  if (!value) fail(what + " is '" + text + "'; want one like 4s");
  return value.value_or(Millis(0));
}

std::uint64_t Arguments::number_of(const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ptr != end || text.empty()) {
    fail("'" + text + "' is no whole number");
  }
  return value;
}

std::pair<std::uint64_t, std::uint64_t> Arguments::range(
    const std::string& what) {
  const std::string text = word(what);
  const std::size_t dots = text.find("..");
  const auto first = number_of(text.substr(0, dots));
  if (dots == text.npos) return {first, first};
  return {first, number_of(text.substr(dots + 2))};
}

std::string Arguments::option(const std::string& key,
                              const std::string& otherwise) {
  auto found = options_.extract(key);
  return found ? found.mapped() : otherwise;
}

std::uint64_t Arguments::number(const std::string& key,
                                std::uint64_t otherwise) {
  auto found = options_.extract(key);
  return found ? number_of(found.mapped()) : otherwise;
}

Millis Arguments::duration(const std::string& key, Millis otherwise) {
  auto found = options_.extract(key);
  if (!found) return otherwise;
  const auto value = parse_duration(found.mapped());
  if (!value) fail(key + " is '" + found.mapped() + "'; want one like 4s");
  return value.value_or(otherwise);
}

std::vector<std::string> Arguments::list(const std::string& key) {
  std::istringstream in(option(key, ""));
  std::vector<std::string> out;
  for (std::string part; std::getline(in, part, ',');) out.push_back(part);
  return out;
}

bool Arguments::flag(const std::string& name) {
  const auto from = words_.begin() + static_cast<long>(next_);
  const auto found = std::find(from, words_.end(), name);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

}  // namespace mlb::trace
