// See digest.h.
#include "base/digest.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace mlb {

struct Sha256::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  CHECK(EVP_DigestInit_ex(impl_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(ByteView bytes) {
  CHECK(EVP_DigestUpdate(impl_->context, bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest out;
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(impl_->context, out.raw.data(), &size) == 1);
  CHECK(size == out.raw.size());
  return out;
}

Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string Digest::text() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(64);
  for (const auto byte : raw) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<Digest> Digest::parse(std::string_view hex) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (hex.size() != 64) return std::nullopt;
  Digest out;
  for (std::size_t i = 0; i < out.raw.size(); ++i) {
    const auto high = digits.find(hex[2 * i]);
    const auto low = digits.find(hex[2 * i + 1]);
    if (high == digits.npos || low == digits.npos) return std::nullopt;
    out.raw[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

}  // namespace mlb
