// See source.h.
#include "spec/source.h"

#include <algorithm>

#include "base/check.h"

namespace mlb::spec {
namespace {

/// Longer lines are not shown below a finding.
constexpr std::size_t kMaxShownLine = 200;

/// Characters of a valid UTF-8 text: bytes that do not continue another.
int characters(std::string_view text) {
  const auto count = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  });
  return static_cast<int>(count);
}

bool by_place(const std::pair<Place, Diagnostic>& a,
              const std::pair<Place, Diagnostic>& b) {
  // Arguments come after the file: they are read after it.
  const auto key = [](const Place& p) {
    return std::pair{p.argument, p.offset};
  };
  return key(a.first) < key(b.first);
}

}  // namespace

Source::Source(std::string_view text, std::string file)
    : text_(text), file_(std::move(file)), line_starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
}

int Source::add_argument(std::string shown) {
  arguments_.push_back(std::move(shown));
  return static_cast<int>(arguments_.size()) - 1;
}

int Source::line_of(std::size_t offset) const {
  const auto after =
      std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<int>(after - line_starts_.begin());
}

std::string Source::origin_of(const Place& place) const {
  if (place.argument >= 0) {
    const auto& shown = arguments_[static_cast<std::size_t>(place.argument)];
    return shown.substr(0, shown.find(' '));
  }
  return file_ + ":" + std::to_string(line_of(place.offset));
}

void Source::locate(const Place& place, Diagnostic& finding) const {
  if (place.argument >= 0) {
    finding.file = arguments_[static_cast<std::size_t>(place.argument)];
    return;
  }
  const std::size_t offset = std::min(place.offset, text_.size());
  const int line = line_of(offset);
  const std::size_t start = line_starts_[static_cast<std::size_t>(line) - 1];
  std::string_view shown = text_.substr(start);
  shown = shown.substr(0, shown.find('\n'));
  if (shown.ends_with('\r')) shown.remove_suffix(1);
  finding.file = file_;
  finding.line = line;
  finding.column = characters(text_.substr(start, offset - start)) + 1;
  if (shown.size() > kMaxShownLine || shown.empty()) return;
  finding.source_line = shown;
  const std::size_t column = std::min(offset - start, shown.size());
  finding.caret_len =
      std::max(1, characters(shown.substr(column, place.length)));
}

void Findings::add(const Place& place, Finding finding) {
  const bool warning = finding.code.starts_with('W');
  if (!warning) ++errors_;
  // An alias shows the same mistake at every use, and an argument in every
  // document: once is enough.
  const auto is_same = [&](const std::pair<Place, Diagnostic>& other) {
    return other.first.argument == place.argument &&
           other.first.offset == place.offset &&
           other.second.code == finding.code &&
           other.second.message == finding.message;
  };
  if (std::any_of(found_.begin(), found_.end(), is_same)) return;
  if (found_.size() >= kMaxFindings) {
    if (!warning) ++dropped_;
    return;
  }
  Diagnostic out;
  out.severity = warning ? Severity::warning : Severity::error;
  out.code = std::move(finding.code);
  out.path = std::move(finding.path);
  out.message = std::move(finding.message);
  out.suggestion = std::move(finding.suggestion);
  out.hint = std::move(finding.hint);
  source_.locate(place, out);
  found_.emplace_back(place, std::move(out));
}

std::vector<Diagnostic> Findings::take(Severity severity) {
  std::stable_sort(found_.begin(), found_.end(), by_place);
  std::vector<Diagnostic> out;
  for (auto& [place, finding] : found_) {
    if (finding.severity == severity) out.push_back(finding);
  }
  if (severity == Severity::error && dropped_ > 0) {
    Diagnostic more;
    more.file = source_.file();
    more.line = source_.line_of(source_.text().size());
    more.column = 1;
    more.code = "E117";
    more.message = std::to_string(dropped_) + " more errors are not shown";
    out.push_back(std::move(more));
  }
  return out;
}

}  // namespace mlb::spec
