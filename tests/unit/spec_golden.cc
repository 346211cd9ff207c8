// Compares what people see of a spec with files that are read in review: the
// findings of tests/golden/spec/NAME.yaml with NAME.txt, and the generated
// parts of man/mlbatch-jobspec.5 with the field table.  `spec_golden
// --rewrite` writes those files anew.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "base/result.h"
#include "spec/spec.h"

namespace mlb::spec {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = MLB_SOURCE_DIR;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Arguments of the command line stand in the file: "#: --set train.epochs=5".
Options options_in(const std::string& text) {
  Options out;
  out.base_dir = "/jobs";
  out.working_dir = "/here";
  std::size_t at = 0;
  while ((at = text.find("#: --", at)) != text.npos) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at + 3, end - at - 3);
    const std::size_t gap = line.find(' ');
    const std::string option = line.substr(0, gap);
    const std::string value = line.substr(gap + 1);
    if (option == "--set") out.set.push_back(value);
    if (option == "--unset") out.unset.push_back(value);
    if (option == "--tag") out.tags.push_back(value);
    if (option == "--require") out.require.push_back(value);
    if (option == "--name") out.name = value;
    at = end;
  }
  return out;
}

/// Warnings and errors as shown, and the good jobs as show-spec has them.
std::string shown_of(const fs::path& spec) {
  const std::string text = contents(spec);
  const auto result = parse(text, spec.filename().string(), options_in(text));
  std::string out = print_human(result.warnings) + print_human(result.errors);
  for (const Parsed& job : result.jobs) {
    out += "--- job\n" + to_yaml_with_origins(job);
  }
  return out;
}

/// The page with the text between the marks "Begin of NAME" and "End of NAME"
/// replaced.
std::string with_part(const std::string& page, const std::string& name,
                      const std::string& text) {
  const std::size_t begin = page.find(".\\\" Begin of " + name);
  const std::size_t end = page.find(".\\\" End of " + name);
  if (begin == page.npos || end == page.npos || begin > end) {
    std::fprintf(stderr, "the manual has no marks around %s\n", name.c_str());
    return {};
  }
  const std::size_t from = page.find('\n', begin) + 1;
  return page.substr(0, from) + text + page.substr(end);
}

struct Golden {
  fs::path path;
  std::string want;
};

std::vector<Golden> all_goldens() {
  std::vector<Golden> out;
  for (const auto& entry :
       fs::directory_iterator(kRoot / "tests/golden/spec")) {
    fs::path path = entry.path();
    if (path.extension() != ".yaml") continue;
    std::string shown = shown_of(path);
    out.push_back({path.replace_extension(".txt"), std::move(shown)});
  }
  const fs::path manual = kRoot / "man/mlbatch-jobspec.5";
  const std::string page = contents(manual);
  out.push_back({manual, with_part(with_part(page, "fields", man_fields()),
                                   "codes", man_codes())});
  std::sort(out.begin(), out.end(),
            [](const Golden& a, const Golden& b) { return a.path < b.path; });
  return out;
}

/// Says where the two texts part.
void print_difference(const Golden& golden, const std::string& found) {
  const auto [want, have] = std::mismatch(
      golden.want.begin(), golden.want.end(), found.begin(), found.end());
  const auto line = std::count(golden.want.begin(), want, '\n') + 1;
  const auto line_of = [](const std::string& text, std::size_t at) {
    const std::size_t before = text.substr(0, at).rfind('\n');
    const std::string rest = text.substr(before == text.npos ? 0 : before + 1);
    return rest.substr(0, rest.find('\n'));
  };
  const auto at = static_cast<std::size_t>(want - golden.want.begin());
  std::fprintf(stderr, "%s:%ld is stale\n  program: %s\n  file:    %s\n",
               golden.path.c_str(), static_cast<long>(line),
               line_of(golden.want, at).c_str(), line_of(found, at).c_str());
}

int run(bool rewrite) {
  int stale = 0;
  const auto goldens = all_goldens();
  for (const Golden& golden : goldens) {
    const std::string found = contents(golden.path);
    if (found == golden.want && !found.empty()) continue;
    if (rewrite && !golden.want.empty()) {
      std::ofstream(golden.path, std::ios::binary) << golden.want;
      std::printf("wrote %s\n", golden.path.c_str());
      continue;
    }
    ++stale;
    print_difference(golden, found);
  }
  constexpr std::size_t kFewest = 10;
  if (goldens.size() < kFewest) {
    std::fprintf(stderr, "only %zu golden files were found\n", goldens.size());
    return 1;
  }
  if (stale > 0) std::fputs("to accept: spec_golden --rewrite\n", stderr);
  return stale > 0 ? 1 : 0;
}

}  // namespace
}  // namespace mlb::spec

int main(int argc, char** argv) {
  const bool rewrite = argc == 2 && std::string_view(argv[1]) == "--rewrite";
  if (argc > 1 && !rewrite) {
    std::fputs("usage: spec_golden [--rewrite]\n", stderr);
    return 2;
  }
  return mlb::spec::run(rewrite);
}
