// See job_model.h.
#include "job_model.h"

#include "base/digest.h"
#include "base/file.h"
#include "learn/container.h"
#include "learn/describe.h"
#include "learn/export.h"

namespace mlb::job_program {
namespace {

constexpr std::uint64_t kLargestModel = 16ull << 30;

std::string hex_of(ByteView bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += {kDigits[b >> 4u], kDigits[b & 15u]};
  }
  return out;
}

struct ModelFile {
  std::string bytes;
  learn::StoredModel model;

  std::string digest() const { return sha256(view_of(bytes)).text(); }
};

Result<ModelFile> read_file_of_model(const std::string& path) {
  auto bytes = read_file(path, kLargestModel);
  if (!bytes) return std::move(bytes).fail();
  auto model = learn::unpack_model(view_of(*bytes));
  if (!model) return std::move(model).fail();
  return ModelFile{std::move(*bytes), std::move(*model)};
}

}  // namespace

Result<learn::StoredModel> read_model(const std::string& path) {
  auto file = read_file_of_model(path);
  if (!file) return std::move(file).fail();
  return std::move(file->model);
}

Result<std::string> model_info(const std::string& path) {
  auto file = read_file_of_model(path);
  if (!file) return std::move(file).context(path);
  Json out = learn::describe(file->model);
  out["bytes"] = file->bytes.size();
  out["sha256"] = file->digest();
  out["record"] = hex_of(file->model.record);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> model_export(const std::string& path,
                                 const std::string& format) {
  auto file = read_file_of_model(path);
  if (!file) return std::move(file).context(path);
  return format == "onnx" ? learn::to_onnx_file(file->model, file->digest())
                          : learn::to_json_file(file->model, file->digest());
}

}  // namespace mlb::job_program
