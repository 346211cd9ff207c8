// See model_file.h.
#include "model_file.h"

#include <filesystem>

#include "get.h"
#include "job/model_ref.h"
#include "jobs.h"

namespace mlb::submit {
namespace {

Result<Digest> of_job(Connection& connection, const std::string& what,
                      ModelFileHere& out) {
  auto job = one_job(connection, what);
  if (!job) return std::move(job).fail();
  auto model = model_left_by(job->row);
  if (!model) return std::move(model).fail();
  out.job = std::move(*job);
  return model->digest;
}

}  // namespace

Result<ModelFileHere> find_model(const Globals& globals,
                                 const std::string& what) {
  ModelFileHere out;
  out.path = what;
  std::error_code error;
  const auto status = std::filesystem::status(what, error);
  if (std::filesystem::is_directory(status)) {
    return Error{Fault::data, what + ": is a directory; want a model"};
  }
  if (std::filesystem::exists(status)) return out;
  const bool is_digest = what.starts_with(kDigestMark);
  if (!is_digest && !names_job(what)) {
    return Error{Fault::not_found, what + ": there is no such file"};
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto digest =
      is_digest ? marked_digest(what) : of_job(**connection, what, out);
  if (!digest) return std::move(digest).fail();
  auto folder = TemporaryFolder::make();
  if (!folder) return std::move(folder).fail();
  out.path = folder->path() + "/model.mlm";
  out.folder.emplace(std::move(*folder));
  auto got = download(globals, **connection, *digest, out.path);
  if (!got) return std::move(got).context(what);
  return out;
}

}  // namespace mlb::submit
