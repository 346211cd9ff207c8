// See frames.h.
#include "blob/frames.h"

#include <algorithm>

namespace mlb::blob {
namespace {

constexpr std::uint8_t kVersion = 1;

bool is_known(std::uint8_t type) {
  return (type >= 1 && type <= 3) || (type >= 16 && type <= 20);
}

}  // namespace

Bytes encode(const Frame& frame) {
  Writer out;
  out.number(kVersion);
  out.number(std::uint8_t(frame.type));
  out.raw(frame.digest.raw);
  out.number(frame.size);
  out.number(frame.offset);
  out.raw(frame.bytes);
  return out.take();
}

std::optional<Frame> decode(ByteView bytes) {
  Reader in(bytes);
  const auto version = in.number<std::uint8_t>();
  const auto type = in.number<std::uint8_t>();
  const auto digest = in.raw(32);
  const auto size = in.number<std::uint64_t>();
  const auto offset = in.number<std::uint64_t>();
  if (!version || !type || !digest || !size || !offset) return std::nullopt;
  if (*version != kVersion || !is_known(*type)) return std::nullopt;
  Frame out{.type = FrameType(*type), .size = *size, .offset = *offset};
  std::copy(digest->begin(), digest->end(), out.digest.raw.begin());
  out.bytes = bytes.last(in.left());
  if (out.bytes.size() > kChunk) return std::nullopt;
  return out;
}

Bytes failure_frame(const Digest& digest, const std::string& code,
                    const std::string& text) {
  const std::string both = code + "\n" + text;
  return encode(
      {.type = FrameType::failure, .digest = digest, .bytes = view_of(both)});
}

Error error_of(const Frame& failure) {
  const std::string both(text_of(failure.bytes));
  const auto end = both.find('\n');
  const std::string code = both.substr(0, end);
  const std::string text = end == both.npos ? both : both.substr(end + 1);
  if (code == "not_found") return {Fault::not_found, text};
  if (code == "integrity") return {Fault::integrity, text};
  if (code == "bad_frame") return {Fault::bug, text};
  return {Fault::refused, text};
}

}  // namespace mlb::blob
