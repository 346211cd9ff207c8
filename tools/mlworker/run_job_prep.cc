// kind: prep: the result is a data set with /split, /features and /target,
// named by its digest like any artefact.
#include "prep/prepared.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "run_job.h"

namespace mlb::job_program {
namespace {

constexpr const char* kFile = "dataset.h5";
constexpr std::size_t kBlock = 1u << 20;

}  // namespace

Result<> leave_file(Work& work, const std::string& name,
                    const std::string& file) {
  const std::string path = work.dir + "/out/" + file;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error{Fault::data, path + ": " + errno_text(errno)};
  Sha256 hash;
  Artefact out{name, file, 0, {}};
  Bytes block(kBlock);
  for (;;) {
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Fault::data, path + ": " + errno_text(errno)};
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    hash.add(ByteView(block).first(size));
    out.bytes += size;
  }
  out.digest = hash.finish();
  work.outcome.artefacts.push_back(std::move(out));
  return {};
}

namespace {

Result<> make_dataset(Work& work) {
  auto prepared = prep::prepare(work.table, work.spec, work.stored_split,
                                work.outcome.warnings);
  if (!prepared) return std::move(prepared).fail();
  const std::string path = work.dir + "/out/" + kFile;
  constexpr bool compress = true;
  auto written = table::add_prepared(work.dataset, path, *prepared, compress);
  if (!written) return written;
  return leave_file(work, "dataset", kFile);
}

}  // namespace

Result<> run_prep(Work& work, Reporter& reporter) {
  auto done = load_data(work, reporter);
  if (!done) return done;
  reporter.stage("prepare");
  done = make_dataset(work);
  if (!done) return done;
  tell_warnings(work, reporter);
  work.outcome.success = true;
  return {};
}

}  // namespace mlb::job_program
