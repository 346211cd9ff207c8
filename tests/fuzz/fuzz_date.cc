// Any pattern and any text: no crash, and what is read is written as a text
// that reads back as the same instant.  Input: the pattern, a line end, texts
// of a column, one a line.
#include <cstdlib>

#include "table/date_judge.h"

using namespace mlb::table;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

std::string_view cut_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

void check_text(const DateFormat& format, std::string_view text) {
  const auto instant = format.read(text);
  if (!instant) return;
  must(is_time(instant->micros));
  must(format.has_time() || is_date(instant->micros));
  static const auto iso = DateFormat::parse("%Y-%m-%dT%T%z");
  const auto again = iso->read(time_text(instant->micros));
  must(again && again->micros == instant->micros && again->offset);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  auto format = DateFormat::parse(cut_line(rest));
  DateJudge whole;
  DateJudge merged;
  for (std::uint64_t line = 1; !rest.empty(); ++line) {
    const auto text = cut_line(rest);
    if (format) check_text(*format, text);
    for (const auto& known : known_date_formats()) check_text(known, text);
    DateJudge one;
    one.value(text, line);
    merged.merge(one);
    whole.value(text, line);
  }
  const auto a = whole.verdict();
  const auto b = merged.verdict();
  must(a.fit == b.fit && a.pattern == b.pattern && a.misfits == b.misfits &&
       a.misfit_line == b.misfit_line && a.min == b.min && a.max == b.max);
  return 0;
}
