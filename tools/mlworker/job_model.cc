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

}  // namespace

Result<LoadedModel> load_model_file(const std::string& path) {
  auto bytes = read_file(path, kLargestModel);
  if (!bytes) return std::move(bytes).fail();
  auto stored = learn::unpack_model(view_of(*bytes));
  if (!stored) return std::move(stored).context(path);
  return LoadedModel{bytes->size(), sha256(view_of(*bytes)).text(),
                     std::move(*stored)};
}

Result<std::string> model_info(const std::string& path) {
  auto loaded = load_model_file(path);
  if (!loaded) return std::move(loaded).fail();
  Json out = learn::describe(loaded->model);
  out["bytes"] = loaded->bytes;
  out["sha256"] = loaded->digest;
  out["record"] = hex_of(loaded->model.record);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> model_export(const std::string& path,
                                 const std::string& format) {
  auto loaded = load_model_file(path);
  if (!loaded) return std::move(loaded).fail();
  return format == "onnx" ? learn::to_onnx_file(loaded->model, loaded->digest)
                          : learn::to_json_file(loaded->model, loaded->digest);
}

}  // namespace mlb::job_program
