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

Result<learn::StoredModel> load(const std::string& path,
                                const std::string& bytes) {
  auto stored = learn::unpack_model(view_of(bytes));
  if (!stored) return std::move(stored).context(path);
  return stored;
}

}  // namespace

Result<std::string> model_info(const std::string& path) {
  auto bytes = read_file(path, kLargestModel);
  if (!bytes) return std::move(bytes).fail();
  auto stored = load(path, *bytes);
  if (!stored) return std::move(stored).fail();
  Json out = learn::describe(*stored);
  out["bytes"] = bytes->size();
  out["sha256"] = sha256(view_of(*bytes)).text();
  out["record"] = hex_of(stored->record);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> model_export(const std::string& path,
                                 const std::string& format) {
  auto bytes = read_file(path, kLargestModel);
  if (!bytes) return std::move(bytes).fail();
  auto stored = load(path, *bytes);
  if (!stored) return std::move(stored).fail();
  const std::string digest = sha256(view_of(*bytes)).text();
  return format == "onnx" ? learn::to_onnx_file(*stored, digest)
                          : learn::to_json_file(*stored, digest);
}

}  // namespace mlb::job_program
