// One line of a trace, taken apart: "submit j1 cpus=2 blobs=d1,d2".  What is
// malformed or left over is a problem with its words, never ignored.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"

namespace mlb::trace {

class Arguments {
 public:
  explicit Arguments(const std::string& line);

  /// The next word that is no option: a name, a duration.
  std::string word(const std::string& what);
  Millis duration(const std::string& what);
  /// "3" or "1..3": the first and the last.
  std::pair<std::uint64_t, std::uint64_t> range(const std::string& what);
  /// `key=value`; `otherwise` when it is not there.
  std::string option(const std::string& key, const std::string& otherwise);
  std::uint64_t number(const std::string& key, std::uint64_t otherwise);
  Millis duration(const std::string& key, Millis otherwise);
  /// "a,b" as its parts; none when it is not there.
  std::vector<std::string> list(const std::string& key);
  /// A word of its own: "full".
  bool flag(const std::string& name);

  /// Says what is wrong with it.
  void fail(const std::string& text);
  /// The first problem, of words that nobody took, too; empty: none.
  std::string problem() const;

 private:
  std::uint64_t number_of(const std::string& text);

  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::map<std::string, std::string> options_;
  std::string problem_;
};

}  // namespace mlb::trace
