// The checkpoint file: a training in the middle, so that another attempt, on
// this worker or another, goes on as if nothing had happened.  A container
// like the model file: magic, version, length and SHA-256 are checked before
// anything is parsed.  docs/model-file.md.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"

namespace mlb::learn {

struct Checkpoint {
  Digest record;              ///< of the training record: the same work
  std::string numeric_class;  ///< what its arithmetic depends on
  std::uint32_t epoch = 0;
  std::uint64_t step = 0;
  Millis elapsed{0};  ///< training time, all attempts
  bool exact = true;  ///< all attempts were of one numeric class
  Bytes history;      ///< rows of metrics.csv so far
  Bytes state;        ///< of the trainer
};

Bytes pack_checkpoint(const Checkpoint& checkpoint);
/// Any bytes are a valid argument; a flipped bit or a cut is an error.
Result<Checkpoint> unpack_checkpoint(ByteView bytes);

/// What the bits of a training depend on beside spec and data: the kernels of
/// the BLAS and the instructions that our own code was made for.
std::string numeric_class();

}  // namespace mlb::learn
