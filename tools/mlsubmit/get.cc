// mlsubmit get: artefacts of a job, verified by SHA-256.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "blob/digest_file.h"
#include "blob/transfer.h"
#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "term/progress.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

namespace fs = std::filesystem;

constexpr Millis kTurn{100};

class Getter {
 public:
  Getter(const Globals& globals, Connection& connection, JobView job,
         std::string dir, bool force)
      : globals_(globals),
        connection_(connection),
        job_(std::move(job)),
        dir_(std::move(dir)),
        force_(force) {}

  Result<> get(const std::string& name);

 private:
  Result<> get_artefact(const Artefact& artefact);
  Result<> get_spec();
  Result<> get_logs();
  Result<> download(const Digest& digest, const std::string& path);
  Result<> put(const std::string& file, const std::string& temporary,
               const Digest& digest);
  Result<> put_text(const std::string& file, const std::string& text);
  bool to_stdout() const { return dir_ == "-"; }
  std::string path_of(const std::string& file) const {
    return to_stdout() ? fs::temp_directory_path().string() + "/mlsubmit-" +
                             std::to_string(::getpid()) + "-" + file
                       : dir_ + "/" + file;
  }

  const Globals& globals_;
  Connection& connection_;
  JobView job_;
  std::string dir_;
  bool force_;
};

Result<> Getter::download(const Digest& digest, const std::string& path) {
  ::unlink(path.c_str());
  if (connection_.same_machine()) {
    auto cas = blob::Cas::open_existing(connection_.welcome().blob_dir);
    if (cas && cas->has(digest)) {
      auto taken = cas->take_out(digest, path, blob::Way::reflink);
      if (taken) ::chmod(path.c_str(), 0644);
      return taken;
    }
  }
  auto dealer = transport::Dealer::connect(connection_.context(),
                                           connection_.welcome().transfer);
  if (!dealer) return std::move(dealer).fail();
  auto transfer = blob::Downloader::open(path, digest);
  if (!transfer) return std::move(transfer).fail();
  term::ProgressLine line("fetching " + path, globals_.quiet);
  const blob::Line from_broker{
      .send =
          [&](ByteView frame) {
            return dealer->send(frame) == transport::Sent::sent;
          },
      .receive = [&](Millis wait) -> std::optional<Bytes> {
        transport::PollItem item{.socket = &dealer->socket()};
        transport::poll({&item, 1}, wait);
        return dealer->receive();
      },
      .now = [] { return read_clock().mono; },
      .stop = [] { return signal_received != 0; },
  };
  return blob::run(
      *transfer, from_broker, Millis(60000),
      [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); });
}

/// Moves a verified file to its place, or to stdout.
Result<> Getter::put(const std::string& file, const std::string& temporary,
                     const Digest& digest) {
  if (to_stdout()) {
    auto content = read_file(temporary);
    ::unlink(temporary.c_str());
    if (!content) return std::move(content).fail();
    std::fwrite(content->data(), 1, content->size(), stdout);
    return {};
  }
  const std::string path = path_of(file);
  if (const auto old = blob::digest_file(path); old && !force_) {
    if (old->digest != digest) {
      ::unlink(temporary.c_str());
      return Error{Fault::refused,
                   path + ": exists with other content; use --force"};
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return Error{Fault::data, path + ": cannot be written"};
  }
  print_line(path);
  return {};
}

Result<> Getter::put_text(const std::string& file, const std::string& text) {
  const std::string temporary = path_of(file) + ".tmp";
  auto written = write_file_durably(temporary, view_of(text));
  if (!written) return written;
  return put(file, temporary, sha256(view_of(text)));
}

Result<> Getter::get_artefact(const Artefact& artefact) {
  const std::string temporary = path_of(artefact.file) + ".tmp";
  auto got = download(artefact.digest, temporary);
  if (!got) return std::move(got).context(artefact.file);
  return put(artefact.file, temporary, artefact.digest);
}

Result<> Getter::get_spec() {
  auto spec = connection_.ask_for<SpecText>(GetSpec{job_.row.id});
  if (!spec) return std::move(spec).fail();
  return put_text("spec.yaml", spec->source);
}

Result<> Getter::get_logs() {
  std::string text[2];
  const std::uint64_t last = job_.row.events;
  connection_.follow(job_.row.id, 1, last, WatchFilter::all);
  for (bool over = last == 0; !over;) {
    auto news = connection_.poll(kTurn);
    if (signal_received != 0) return Error{Fault::cancelled, "interrupted"};
    for (const auto& event : news.events) {
      over |= event.number >= last;
      if (event.type != EventType::log) continue;
      text[event.log.stream == 2 ? 1 : 0] += event.log.text;
    }
  }
  connection_.unfollow(job_.row.id);
  auto done = put_text("stdout.log", text[0]);
  if (done) done = put_text("stderr.log", text[1]);
  return done;
}

Result<> Getter::get(const std::string& name) {
  if (name == "spec") return get_spec();
  if (name == "logs") return get_logs();
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

}  // namespace

Exit get(const Globals& globals, const GetFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = resolve(**connection, {flags.job});
  if (!ids) return std::move(ids).fail();
  if (ids->empty()) return Error{Fault::usage, "which job?"};
  auto jobs = views(**connection, {ids->front()});
  if (!jobs) return std::move(jobs).fail();
  JobView job = std::move(jobs->front());
  std::vector<std::string> names = flags.names;
  if (names.empty()) {
    names = {"model", "predictions", "metrics", "spec"};
    if (const Outcome* o = outcome_of(job.row)) {
      std::erase_if(names, [&](const auto& name) {
        return name != "spec" &&
               std::none_of(o->artefacts.begin(), o->artefacts.end(),
                            [&](const auto& a) { return a.name == name; });
      });
    }
  }
  if (names.size() == 1 && names[0] == "all") {
    names = {"spec", "logs"};
    if (const Outcome* o = outcome_of(job.row)) {
      for (const auto& a : o->artefacts) names.push_back(a.name);
    }
  }
  std::string dir = flags.dir;
  if (dir.empty()) dir = job.row.envelope.name + "-" + job.row.id.id8();
  if (dir == "-" && names.size() != 1) {
    return Error{Fault::usage, "-o - takes exactly one artefact"};
  }
  std::error_code error;
  if (dir != "-") fs::create_directories(dir, error);
  if (error) return Error{Fault::data, dir + ": " + error.message()};
  Getter getter(globals, **connection, std::move(job), dir, flags.force);
  for (const auto& name : names) {
    auto got = getter.get(name);
    if (!got) return std::move(got).fail();
  }
  return 0;
}

}  // namespace mlb::submit
