// See container.h.
#include "learn/container.h"

#include <algorithm>

#include "base/digest.h"

namespace mlb::learn {
namespace {

constexpr std::string_view kMagic = "MLBMODEL";
constexpr std::uint32_t kVersion = 1;

Error damaged(const std::string& what) {
  return {Fault::integrity, "the model file " + what};
}

Result<StoredModel> parse(Reader& r) {
  auto kind = r.text();
  auto plan = prep::Plan::load(r);
  auto record = r.block();
  if (!kind || !plan || !record) return damaged("ends too early");
  auto model = load_model(*kind, *plan, r);
  if (!model) return std::move(model).fail();
  if (r.left() != 0) return damaged("has bytes after its end");
  return StoredModel{
      std::move(*plan), {record->begin(), record->end()}, std::move(*model)};
}

}  // namespace

Bytes pack_model(const prep::Plan& plan, ByteView record, const Model& model) {
  Writer body;
  body.text(model.kind());
  plan.save(body);
  body.block(record);
  model.save(body);
  Writer out;
  out.raw(view_of(kMagic));
  out.number(kVersion);
  out.number<std::uint64_t>(body.bytes().size());
  out.raw(sha256(body.bytes()).raw);
  out.raw(body.bytes());
  return out.take();
}

Result<StoredModel> unpack_model(ByteView bytes) {
  Reader r(bytes);
  const auto magic = r.raw(kMagic.size());
  if (!magic || text_of(*magic) != kMagic) {
    return damaged("does not begin like one of mlbatch");
  }
  const auto version = r.number<std::uint32_t>();
  const auto size = r.number<std::uint64_t>();
  const auto digest = r.raw(32);
  if (!version || !size || !digest) return damaged("ends too early");
  if (*version != kVersion) {
    return damaged("is of version " + std::to_string(*version) +
                   "; this program reads version " + std::to_string(kVersion));
  }
  if (*size != r.left()) return damaged("has the wrong length");
  const ByteView body = *r.raw(r.left());
  const Digest found = sha256(body);
  if (!std::equal(digest->begin(), digest->end(), found.raw.begin())) {
    return damaged("is damaged: its SHA-256 differs");
  }
  Reader content(body);
  return parse(content);
}

}  // namespace mlb::learn
