// See date_judge.h.
#include "table/date_judge.h"

#include <algorithm>
#include <array>

#include "table/table.h"

namespace mlb::table {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The ways to write a day that we know; each with no time, with a time of 24
/// and with one of 12 hours.
enum Family : std::size_t {
  ymd_dash,
  ymd_slash,
  ymd_dot,
  dmy_slash,
  mdy_slash,
  dmy_dot,
  dmy_dash,
  mdy_dash,
  d_name_y_dash,
  d_name_y_blank,
  name_d_y,
};
constexpr std::array<const char*, 11> kFamilies{
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y"};
constexpr std::size_t kKinds = 3;
constexpr std::size_t kAsked = kFamilies.size() * kKinds;

std::vector<DateFormat> make_known() {
  std::vector<DateFormat> out;
  for (const std::string day : kFamilies) {
    const std::string link = day == kFamilies[ymd_dash] ? "T" : " ";
    for (const std::string& pattern :
         {day, day + link + "%T%z", day + " %r%z"}) {
      auto format = DateFormat::parse(pattern);
      out.push_back(std::move(*format));
    }
  }
  return out;
}

/// Up to two families that a text may be of, by its first separator.
struct Candidates {
  std::array<std::size_t, 2> families{};
  std::size_t count = 0;
};

Candidates by_day_first(char separator, bool name) {
  switch (separator) {
    case '/': return {{dmy_slash, mdy_slash}, 2};
    case '.': return {{dmy_dot}, 1};
    case '-':
      if (name) return {{d_name_y_dash}, 1};
      return {{dmy_dash, mdy_dash}, 2};
    case ' ': return {{d_name_y_blank}, 1};
    default: return {};
  }
}

constexpr unsigned word_of(char a, char b, char c) {
  return static_cast<unsigned char>(a) | static_cast<unsigned>(b) << 8 |
         static_cast<unsigned>(c) << 16;
}

/// Whether the first three letters are those of a month.
bool begins_month(std::string_view text) {
  constexpr std::array<unsigned, 12> kBegins{
      word_of('j', 'a', 'n'), word_of('f', 'e', 'b'), word_of('m', 'a', 'r'),
      word_of('a', 'p', 'r'), word_of('m', 'a', 'y'), word_of('j', 'u', 'n'),
      word_of('j', 'u', 'l'), word_of('a', 'u', 'g'), word_of('s', 'e', 'p'),
      word_of('o', 'c', 't'), word_of('n', 'o', 'v'), word_of('d', 'e', 'c')};
  const auto lower = [&](std::size_t i) {
    return static_cast<char>((text[i] | 0x20) & 0x7f);
  };
  const unsigned word = word_of(lower(0), lower(1), lower(2));
  return std::find(kBegins.begin(), kBegins.end(), word) != kBegins.end();
}

Candidates candidates_of(std::string_view text) {
  constexpr std::size_t kShortest = 8;  // 5/3/2022
  constexpr std::size_t kLongest = 64;
  if (text.size() < kShortest || text.size() > kLongest) return {};
  if (is_letter(text[0])) {
    if (!begins_month(text)) return {};
    return {{name_d_y}, 1};
  }
  std::size_t n = 0;
  while (n < 5 && is_digit(text[n])) ++n;
  const char separator = text[n];
  if (n == 1 || n == 2) return by_day_first(separator, is_letter(text[n + 1]));
  if (n != 4) return {};
  if (separator == '-') return {{ymd_dash}, 1};
  if (separator == '/') return {{ymd_slash}, 1};
  if (separator == '.') return {{ymd_dot}, 1};
  return {};
}

/// 0: no time, 1: of 24 hours, 2: of 12.
std::size_t kind_of(std::string_view text) {
  if (text.find(':') == text.npos) return 0;
  const auto half = text.find_last_of("Mm");
  const bool twelve = half != text.npos && half > text.rfind(':');
  return twelve && text.find("GMT") == text.npos ? 2 : 1;
}

}  // namespace

const std::vector<DateFormat>& known_date_formats() {
  static const std::vector<DateFormat> known = make_known();
  return known;
}

DateJudge::DateJudge(std::optional<DateFormat> asked)
    : asked_(std::move(asked)) {
  clear();
}

void DateJudge::clear() {
  tallies_.clear();
  if (asked_) tallies_.push_back({.format = kAsked});
  values_ = 0;
  first_line_ = 0;
  first_.clear();
}

const DateFormat& DateJudge::format(std::size_t index) const {
  return index == kAsked ? *asked_ : known_date_formats()[index];
}

void DateJudge::Tally::fit(const Instant& instant, std::uint64_t line) {
  if (fits++ == 0) min = max = instant.micros;
  min = std::min(min, instant.micros);
  max = std::max(max, instant.micros);
  if (!instant.offset && without_offset++ == 0) without_offset_line = line;
}

DateJudge::Tally& DateJudge::tally_of(std::size_t format) {
  const auto at =
      std::find_if(tallies_.begin(), tallies_.end(),
                   [&](const Tally& t) { return t.format >= format; });
  if (at != tallies_.end() && at->format == format) return *at;
  Tally fresh{.format = format};
  if (values_ > 1) {
    fresh.misfit_line = first_line_;
    fresh.misfit = first_;
  }
  return *tallies_.insert(at, std::move(fresh));
}

/// The formats that did not read it, for the first time.
void DateJudge::misfit(std::uint64_t hits, std::string_view text,
                       std::uint64_t line) {
  for (Tally& t : tallies_) {
    if (t.misfit_line != 0 || (hits >> t.format & 1) != 0) continue;
    t.misfit_line = line;
    t.misfit = shortened(text);
  }
}

namespace {

std::size_t iso_format(const Instant& iso) {
  return ymd_dash * kKinds + (iso.offset ? 1 : 0);
}

}  // namespace

bool DateJudge::one_more(const Instant& iso, std::uint64_t line) {
  if (!is_of_one() || tallies_[0].format != iso_format(iso)) return false;
  ++values_;
  tallies_[0].fit(iso, line);
  return true;
}

DateJudge::Reading DateJudge::value(std::string_view text, std::uint64_t line) {
  if (++values_ == 1) {
    first_line_ = line;
    first_ = shortened(text);
  }
  Reading out;
  std::uint64_t hits = 0;
  const auto add = [&](std::size_t index, const Instant& instant) {
    hits |= std::uint64_t{1} << index;
    out = {out.formats + 1, index, instant.micros};
    tally_of(index).fit(instant, line);
  };
  const auto try_format = [&](std::size_t index) {
    if (const auto instant = format(index).read(text)) add(index, *instant);
  };
  if (asked_) try_format(kAsked);
  if (const auto iso = DateFormat::read_iso(text)) {
    add(iso_format(*iso), *iso);
  } else {
    const Candidates found = candidates_of(text);
    const std::size_t kind = found.count > 0 ? kind_of(text) : 0;
    for (std::size_t i = 0; i < found.count; ++i) {
      try_format(found.families[i] * kKinds + kind);
    }
  }
  misfit(hits, text, line);
  return out;
}

void DateJudge::take_over(const DateJudge& first, const LineOf& line_of) {
  tallies_ = first.tallies_;
  for (Tally& t : tallies_) {
    if (t.misfit_line != 0) t.misfit_line = line_of(t.misfit_line);
    if (t.without_offset == 0) continue;
    t.without_offset_line = line_of(t.without_offset_line);
  }
  values_ = first.values_;
  first_line_ = line_of(first.first_line_);
  first_ = first.first_;
}

void DateJudge::merge(const DateJudge& later, const LineOf& line_of) {
  if (later.values_ == 0) return;
  if (values_ == 0) return take_over(later, line_of);
  values_ += later.values_;  // a fresh tally begins with a misfit: first_
  for (const Tally& t : later.tallies_) {
    Tally& mine = tally_of(t.format);
    if (mine.misfit_line == 0 && t.misfit_line != 0) {
      mine.misfit_line = line_of(t.misfit_line);
      mine.misfit = t.misfit;
    }
    if (t.fits > 0) {
      mine.min = mine.fits > 0 ? std::min(mine.min, t.min) : t.min;
      mine.max = mine.fits > 0 ? std::max(mine.max, t.max) : t.max;
    }
    mine.fits += t.fits;
    if (mine.without_offset == 0 && t.without_offset > 0) {
      mine.without_offset_line = line_of(t.without_offset_line);
    }
    mine.without_offset += t.without_offset;
  }
  for (Tally& mine : tallies_) {
    const bool known =
        std::any_of(later.tallies_.begin(), later.tallies_.end(),
                    [&](const Tally& t) { return t.format == mine.format; });
    if (known || mine.misfit_line != 0) continue;
    mine.misfit_line = line_of(later.first_line_);
    mine.misfit = later.first_;
  }
}

const DateJudge::Tally* DateJudge::best() const {
  const Tally* out = nullptr;
  for (const Tally& t : tallies_) {
    if (t.format == kAsked && t.fits == values_) return &t;
    if (out == nullptr || t.fits > out->fits) out = &t;
  }
  return out;
}

DateJudge::Verdict DateJudge::verdict_of(const Tally& t) const {
  Verdict out;
  out.pattern = format(t.format).pattern();
  out.has_time = format(t.format).has_time();
  out.fits = t.fits;
  out.misfits = values_ - t.fits;
  out.misfit_line = t.misfit_line;
  out.misfit = t.misfit;
  out.first = first_;
  out.first_line = first_line_;
  out.without_offset = t.without_offset;
  out.without_offset_line = t.without_offset_line;
  out.min = t.min;
  out.max = t.max;
  if (values_ > 0 && out.misfits == 0) out.fit = Fit::one;
  return out;
}

DateJudge::Verdict DateJudge::verdict() const {
  const Tally* one = best();
  if (one == nullptr) {
    Verdict out;
    out.first = first_;
    out.first_line = first_line_;
    return out;
  }
  Verdict out = verdict_of(*one);
  if (out.fit != Fit::one || one->format == kAsked) return out;
  for (const Tally& t : tallies_) {
    if (t.format == one->format || t.format == kAsked || t.fits != values_) {
      continue;
    }
    out.fit = Fit::ambiguous;
    out.other = format(t.format).pattern();
  }
  return out;
}

DateJudge::Verdict DateJudge::verdict_of_asked() const {
  for (const Tally& t : tallies_) {
    if (t.format == kAsked) return verdict_of(t);
  }
  return {};
}

}  // namespace mlb::table
