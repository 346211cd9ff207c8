// See specs.h.
#include "specs.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/file.h"
#include "base/glob.h"
#include "blob/digest_file.h"
#include "blob/transfer.h"
#include "csv_header.h"
#include "job/model_ref.h"
#include "job/shape.h"
#include "jobs.h"
#include "render.h"
#include "term/progress.h"

namespace mlb::submit {
namespace {

constexpr std::size_t kHeaderBytes = 1u << 20;

/// One byte more than a spec may have: the parser says that it is too long.
Result<std::string> read_spec(const std::string& name) {
  if (name == "-") return read_input(spec::kMaxBytes + 1);
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) {
    return Error{Fault::usage, name + ": is a directory; want a spec file"};
  }
  std::ifstream file(name, std::ios::binary);
  if (!file) return Error{Fault::usage, name + ": " + errno_text(errno)};
  std::string out(spec::kMaxBytes + 1, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(file.gcount()));
  return out;
}

void say_findings(const std::vector<spec::Diagnostic>& findings,
                  std::size_t errors, const Globals& globals) {
  if (findings.empty()) return;
  if (!globals.json) {
    std::fputs(spec::print_human(findings).c_str(), stderr);
    return;
  }
  if (errors == 0) return;
  Json out = error_json({Fault::spec, std::to_string(errors) +
                                          (errors == 1 ? " error" : " errors") +
                                          " (nothing was submitted)"});
  out["findings"] = Json::parse(spec::print_json(findings), nullptr, false);
  say(json_line(out));
}

bool has_column(const std::vector<std::string>& header,
                const std::string& pattern) {
  return std::any_of(header.begin(), header.end(), [&](const auto& name) {
    return name == pattern || matches_glob(pattern, name);
  });
}

/// Field and name or glob of every column that the spec names.
std::vector<std::pair<std::string, std::string>> named_columns(
    const JobSpec& s) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](const std::string& field, const std::string& name) {
    if (!name.empty()) out.emplace_back(field, name);
  };
  const SplitSpec& split = s.data.split;
  add("target", s.target);
  add(split.by == SplitBy::time    ? "data.split.by_time"
      : split.by == SplitBy::group ? "data.split.group"
                                   : "data.split.column",
      split.column);
  for (const auto& rule : s.columns) {
    add("columns." + rule.pattern, rule.pattern);
  }
  for (const auto& p : s.features.include) add("features.include", p);
  for (const auto& p : s.features.exclude) add("features.exclude", p);
  add("features.id", s.features.id);
  add("features.weight", s.features.weight);
  for (const auto& column : s.evaluate.slices) {
    add("evaluate.slices", column);
  }
  const auto* net = std::get_if<NetSpec>(&s.model);
  const Layer* layer = net == nullptr ? nullptr : embedding_of(*net);
  if (layer != nullptr) add("model.net.layers", layer->columns);
  return out;
}

/// "job.yaml:6: columns.x: 'x' is no column of a.csv", a line each.
Result<> columns_exist(const std::vector<std::string>& header,
                       const spec::Parsed& job) {
  std::string problems;
  for (const auto& [field, name] : named_columns(job.spec)) {
    if (has_column(header, name)) continue;
    const auto origin = job.origins.find(field);
    const std::string place =
        origin == job.origins.end() ? "" : origin->second + ": ";
    const std::string shown = field.starts_with("columns.") ? "columns" : field;
    problems += place + shown + ": '" + name + "' is no column of " +
                job.spec.data.path + "\n";
  }
  if (problems.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < header.size() && i < 20; ++i) {
    names += (names.empty() ? "" : ", ") + header[i];
  }
  return Error{Fault::spec, problems + "it has: " + names +
                                (header.size() > 20 ? ", ..." : "")};
}

}  // namespace

Result<LoadedSpecs> load_specs(const SpecFlags& flags) {
  LoadedSpecs out;
  spec::Options options = flags.options;
  if (!flags.name.empty()) options.name = flags.name;
  for (const auto& file : flags.files) {
    auto text = read_spec(file);
    if (!text) return std::move(text).fail();
    auto parsed = spec::parse(*text, file, options);
    std::move(parsed.jobs.begin(), parsed.jobs.end(),
              std::back_inserter(out.jobs));
    std::move(parsed.errors.begin(), parsed.errors.end(),
              std::back_inserter(out.errors));
    std::move(parsed.warnings.begin(), parsed.warnings.end(),
              std::back_inserter(out.warnings));
  }
  return out;
}

Result<std::vector<spec::Parsed>> load_good_specs(const Globals& globals,
                                                  const SpecFlags& flags) {
  auto loaded = load_specs(flags);
  if (!loaded) return std::move(loaded).fail();
  std::vector<spec::Diagnostic> findings = loaded->warnings;
  findings.insert(findings.end(), loaded->errors.begin(), loaded->errors.end());
  say_findings(findings, loaded->errors.size(), globals);
  if (!loaded->errors.empty()) return Error{Fault::spec, ""};
  return std::move(loaded->jobs);
}

namespace {

Result<std::ifstream> open_file(std::string_view field,
                                const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (file && !std::filesystem::is_directory(path, error)) return file;
  return Error{Fault::data,
               std::string(field) + ": " + path + ": cannot be read"};
}

Result<> check_model(const JobSpec& s) {
  const ModelRef* model = named_model(s);
  if (model == nullptr || model->name.empty() || names_job(model->name)) {
    return {};
  }
  auto file = open_file(model_field(s.kind), model->name);
  if (!file) return std::move(file).fail();
  return {};
}

}  // namespace

Result<> check_data(const spec::Parsed& job) {
  const JobSpec& s = job.spec;
  if (auto good = check_model(s); !good) return good;
  if (s.data.path.empty()) return {};
  auto opened = open_file("data", s.data.path);
  if (!opened) return std::move(opened).fail();
  std::ifstream& file = *opened;
  if (s.data.source == DataSource::dataset) return {};
  std::string text(kHeaderBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty()) return Error{Fault::data, s.data.path + ": is empty"};
  // The last line may lack its end.
  if (text.size() < kHeaderBytes) text += '\n';
  Result<> first;
  for (const auto& header : possible_headers(text, s.csv)) {
    auto exist = columns_exist(header, job);
    if (exist) return {};
    if (first) first = std::move(exist);
  }
  return first;
}

namespace {

Result<> send_over(Connection& connection, const Globals& globals,
                   const std::string& path, const blob::Stored& blob) {
  term::ProgressLine line("uploading " + path, globals.quiet);
  auto dealer = transport::Dealer::connect(connection.context(),
                                           connection.welcome().transfer);
  if (!dealer) return std::move(dealer).fail();
  auto transfer = blob::Uploader::open(path, blob);
  if (!transfer) return std::move(transfer).fail();
  return blob::run(
      *transfer, transfer_line(*dealer), kTransferPatience,
      [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); });
}

/// Whether the broker lacks this blob; a no is a lease.
Result<bool> is_missing(Connection& connection, const Digest& digest) {
  auto need = connection.ask_for<NeedBlobs>(Have{{digest}});
  if (!need) return std::move(need).fail();
  return !need->digests.empty();
}

/// On the broker's machine a copy does.  Two containers may have one machine
/// id: the folder that is found here is then another one, and the broker will
/// say that the blob is still missing.
Result<> put_beside(const Connection& connection, const std::string& path,
                    const blob::Stored& blob) {
  auto cas = blob::Cas::open_existing(connection.welcome().blob_dir);
  if (!cas) return {};
  auto stored = cas->put_file(path, blob::Way::reflink, blob.digest);
  if (!stored) return std::move(stored).fail();
  return {};
}

}  // namespace

Result<blob::Stored> bring_file(Connection& connection, const Globals& globals,
                                const std::string& path) {
  auto cache = blob::DigestCache::load(blob::DigestCache::default_path());
  term::ProgressLine line("reading " + path, globals.quiet);
  auto blob = blob::digest_file(
      path, &cache,
      [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); });
  line.clear();
  if (!blob) return blob;
  (void)!cache.save();  // it only saves work
  auto missing = is_missing(connection, blob->digest);
  if (missing && *missing && connection.same_machine()) {
    auto put = put_beside(connection, path, *blob);
    if (!put) return std::move(put).fail();
    missing = is_missing(connection, blob->digest);
  }
  if (!missing) return std::move(missing).fail();
  if (!*missing) return blob;
  auto sent = send_over(connection, globals, path, *blob);
  if (!sent) return std::move(sent).fail();
  return blob;
}

namespace {

Result<> bring_rows(Connection& connection, const Globals& globals,
                    JobSpec& s) {
  if (s.data.path.empty()) {
    auto missing = is_missing(connection, s.data.digest);
    if (!missing) return std::move(missing).fail();
    if (!*missing) return {};
    return Error{Fault::not_found, "data: the broker has no data set sha256:" +
                                       s.data.digest.text()};
  }
  auto blob = bring_file(connection, globals, s.data.path);
  if (!blob) return std::move(blob).fail();
  s.data.digest = blob->digest;
  s.data.bytes = blob->bytes;
  return {};
}

/// What a job left is at the broker already; from here on the job is named by
/// its UUID, whatever comes after it.
Result<> take_model_of(Connection& connection, ModelRef& model) {
  auto job = one_job(connection, model.name);
  if (!job) return std::move(job).fail();
  auto left = model_left_by(job->row);
  if (!left) return std::move(left).fail();
  model = {job->row.id.text(), left->digest, left->bytes};
  return {};
}

Result<> bring_model_file(Connection& connection, const Globals& globals,
                          ModelRef& model) {
  auto blob = bring_file(connection, globals, model.name);
  if (!blob) return std::move(blob).fail();
  model.digest = blob->digest;
  model.bytes = blob->bytes;
  return {};
}

Result<> bring_model(Connection& connection, const Globals& globals,
                     ModelRef& model) {
  const bool file = !model.name.empty() && !names_job(model.name);
  if (file) return bring_model_file(connection, globals, model);
  if (!model.name.empty()) {
    auto taken = take_model_of(connection, model);
    if (!taken) return taken;
  }
  auto missing = is_missing(connection, model.digest);
  if (!missing) return std::move(missing).fail();
  if (!*missing) return {};
  return Error{Fault::not_found,
               "the broker has no model sha256:" + model.digest.text()};
}

}  // namespace

Result<> bring_data(Connection& connection, const Globals& globals,
                    JobSpec& s) {
  auto brought = bring_rows(connection, globals, s);
  ModelRef* model = named_model(s);
  if (!brought || model == nullptr || model->is_none()) return brought;
  brought = bring_model(connection, globals, *model);
  if (brought) return brought;
  return std::move(brought).context(std::string(model_field(s.kind)));
}

}  // namespace mlb::submit
