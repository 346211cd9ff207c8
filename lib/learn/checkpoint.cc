// See checkpoint.h.
#include "learn/checkpoint.h"

#include <algorithm>

namespace mlb::learn {
namespace {

constexpr std::string_view kMagic = "MLBCHECK";
constexpr std::uint32_t kVersion = 1;

Error damaged(const std::string& what) {
  return {Fault::integrity, "the checkpoint " + what};
}

Result<Checkpoint> parse(Reader& r) {
  Checkpoint out;
  const auto record = r.raw(out.record.raw.size());
  auto words = r.text();
  auto epoch = r.number<std::uint32_t>();
  auto step = r.number<std::uint64_t>();
  auto elapsed = r.number<std::int64_t>();
  auto exact = r.number<std::uint8_t>();
  auto history = r.block();
  auto state = r.block();
  // A number that fails leaves fewer than the 8 bytes that a block begins
  // with: the last stands for those before it.
  if (!record || !words || !history || !state) return damaged("ends too early");
  if (r.left() != 0) return damaged("has bytes after its end");
  std::copy(record->begin(), record->end(), out.record.raw.begin());
  out.numeric_class = std::move(*words);
  out.epoch = *epoch;
  out.step = *step;
  out.elapsed = Millis(*elapsed);
  out.exact = *exact != 0;
  out.history.assign(history->begin(), history->end());
  out.state.assign(state->begin(), state->end());
  return out;
}

}  // namespace

Bytes pack_checkpoint(const Checkpoint& c) {
  Writer body;
  body.raw(c.record.raw);
  body.text(c.numeric_class);
  body.number(c.epoch);
  body.number(c.step);
  body.number<std::int64_t>(c.elapsed.count());
  body.number(static_cast<std::uint8_t>(c.exact));
  body.block(c.history);
  body.block(c.state);
  Writer out;
  out.raw(view_of(kMagic));
  out.number(kVersion);
  out.number<std::uint64_t>(body.bytes().size());
  out.raw(sha256(body.bytes()).raw);
  out.raw(body.bytes());
  return out.take();
}

Result<Checkpoint> unpack_checkpoint(ByteView bytes) {
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
