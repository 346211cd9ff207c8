// mlsubmit get: artefacts of a job, verified by SHA-256.
#include "get.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "blob/digest_file.h"
#include "events.h"
#include "jobs.h"
#include "render.h"
#include "temporary_folder.h"
#include "term/progress.h"

namespace mlb::submit {
namespace {

namespace fs = std::filesystem;

/// Copies a file to stdout and removes it before the first byte: a reader
/// that goes away may end us by SIGPIPE.
Result<> pour_out(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error{Fault::data, path + ": " + errno_text(errno)};
  std::error_code ignored;
  fs::remove_all(fs::path(path).parent_path(), ignored);
  char chunk[65536];
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0) return Error{Fault::data, path + ": " + errno_text(errno)};
    if (got == 0) return flush_output();
    std::fwrite(chunk, 1, static_cast<std::size_t>(got), stdout);
    if (auto written = flush_output(); !written) return written;
  }
}

class Getter {
 public:
  Getter(const Globals& globals, Connection& connection, JobView job,
         std::string dir, const GetFlags& flags)
      : globals_(globals),
        connection_(connection),
        job_(std::move(job)),
        dir_(std::move(dir)),
        to_stdout_(flags.dir == "-"),
        force_(flags.force) {}

  Result<> get(const std::string& name);

 private:
  Result<> get_artefact(const Artefact& artefact);
  Result<> get_spec();
  Result<> get_log(std::uint8_t stream);
  Result<> put(const std::string& file, const std::string& temporary,
               const Digest& digest);
  Result<> put_text(const std::string& file, const std::string& text);
  std::string temporary_for(const std::string& file) const {
    return dir_ + "/" + file + ".tmp";
  }

  const Globals& globals_;
  Connection& connection_;
  JobView job_;
  std::string dir_;
  bool to_stdout_;
  bool force_;
};

/// Moves a verified file to its place, or to stdout.
Result<> Getter::put(const std::string& file, const std::string& temporary,
                     const Digest& digest) {
  if (to_stdout_) return pour_out(temporary);
  const std::string path = dir_ + "/" + file;
  if (::access(path.c_str(), F_OK) == 0 && !force_) {
    const auto old = blob::digest_file(path);
    if (!old || old->digest != digest) {
      ::unlink(temporary.c_str());
      return Error{Fault::refused,
                   path + ": exists with other content; use --force"};
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(temporary.c_str());
    return Error{Fault::data, path + ": " + errno_text(number)};
  }
  globals_.json ? say(path) : print_line(path);
  return {};
}

Result<> Getter::put_text(const std::string& file, const std::string& text) {
  const std::string temporary = temporary_for(file);
  auto written = write_file_durably(temporary, view_of(text));
  if (!written) return written;
  return put(file, temporary, sha256(view_of(text)));
}

Result<> Getter::get_artefact(const Artefact& artefact) {
  if (artefact.file.find('/') != std::string::npos) {
    return Error{Fault::integrity, artefact.file + ": is no file name"};
  }
  const std::string temporary = temporary_for(artefact.file);
  auto got = download(globals_, connection_, artefact.digest, temporary);
  if (!got) return std::move(got).context(artefact.file);
  return put(artefact.file, temporary, artefact.digest);
}

Result<> Getter::get_spec() {
  auto spec = connection_.ask_for<SpecText>(GetSpec{job_.row.id});
  if (!spec) return std::move(spec).fail();
  return put_text("spec.yaml", spec->source);
}

Result<> Getter::get_log(std::uint8_t stream) {
  LogText text;
  std::string whole;
  auto done = each_event(connection_, job_, 1, Until::now, WatchFilter::log,
                         [&](const EventRow& event) {
                           if (event.type != EventType::log) return;
                           if (event.log.stream != stream) return;
                           whole += text.add(event);
                         });
  if (!done) return std::move(done).fail();
  if (*done != 0) return Error{Fault::cancelled, "interrupted"};
  return put_text(stream == 2 ? "stderr.log" : "stdout.log", whole);
}

Result<> Getter::get(const std::string& name) {
  if (name == "spec") return get_spec();
  if (name == "stdout") return get_log(1);
  if (name == "stderr") return get_log(2);
  if (const Outcome* outcome = outcome_of(job_.row)) {
    for (const auto& artefact : outcome->artefacts) {
      if (artefact.name == name || artefact.file == name) {
        return get_artefact(artefact);
      }
    }
  }
  return Error{Fault::not_found, "job " + job_.row.id.id8() + " has no " +
                                     name + "; it is " +
                                     std::string(name_of(job_.row.state))};
}

/// What words such as `all` stand for.
std::vector<std::string> expand(const std::vector<std::string>& words,
                                const JobRow& row) {
  const Outcome* outcome = outcome_of(row);
  std::vector<std::string> left;
  if (outcome != nullptr) {
    for (const auto& a : outcome->artefacts) left.push_back(a.name);
  }
  std::vector<std::string> out;
  for (const auto& word : words) {
    if (word == "all") {
      out.insert(out.end(), left.begin(), left.end());
      out.insert(out.end(), {"spec", "stdout", "stderr"});
    } else if (word == "logs") {
      out.insert(out.end(), {"stdout", "stderr"});
    } else {
      out.push_back(word);
    }
  }
  if (!words.empty()) return out;
  left.push_back("spec");
  return left;
}

std::string default_folder(const JobRow& row) {
  std::string out = row.envelope.name + "-" + row.id.id8();
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

}  // namespace

Result<> download(const Globals& globals, Connection& connection,
                  const Digest& digest, const std::string& path) {
  ::unlink(path.c_str());
  if (connection.same_machine()) {
    auto cas = blob::Cas::open_existing(connection.welcome().blob_dir);
    if (cas && cas->has(digest)) {
      auto taken = cas->take_out(digest, path, blob::Way::reflink);
      if (taken) ::chmod(path.c_str(), 0644);
      return taken;
    }
  }
  auto dealer = transport::Dealer::connect(connection.context(),
                                           connection.welcome().transfer);
  if (!dealer) return std::move(dealer).fail();
  auto transfer = blob::Downloader::open(path, digest);
  if (!transfer) return std::move(transfer).fail();
  term::ProgressLine line("fetching " + path, globals.quiet);
  return blob::run(
      *transfer, transfer_line(*dealer), kTransferPatience,
      [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); });
}

Result<> fetch(const Globals& globals, Connection& connection, JobView job,
               const GetFlags& flags) {
  const auto names = expand(flags.names, job.row);
  std::optional<TemporaryFolder> temporary;
  std::string dir = flags.dir.empty() ? default_folder(job.row) : flags.dir;
  if (dir == "-") {
    if (names.size() != 1) {
      return Error{Fault::usage, "-o - takes exactly one artefact"};
    }
    auto made = TemporaryFolder::make();
    if (!made) return std::move(made).fail();
    temporary.emplace(std::move(*made));
    dir = temporary->path();
  }
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return Error{Fault::data, dir + ": " + error.message()};
  Getter getter(globals, connection, std::move(job), dir, flags);
  for (const auto& name : names) {
    auto got = getter.get(name);
    if (!got) return got;
  }
  return {};
}

Exit get(const Globals& globals, const GetFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto job = one_job(**connection, flags.job);
  if (!job) return std::move(job).fail();
  auto got = fetch(globals, **connection, std::move(*job), flags);
  if (!got) return std::move(got).fail();
  return 0;
}

}  // namespace mlb::submit
