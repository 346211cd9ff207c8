// Any bytes as a model file whose digest is right: what the file claims is
// never believed beyond the bytes that are there.
#include "fuzz/use_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace mlb::learn;
  if (size < kModelHead) return 0;
  (void)use_model(sealed_model({data + kModelHead, size - kModelHead}));
  return 0;
}
