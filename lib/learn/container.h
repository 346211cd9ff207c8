// The model file: magic, version, length and SHA-256, then kind, plan,
// training record and payload.  The digest is checked before anything is
// parsed.  docs/model-file.md.
#pragma once

#include <memory>
#include <string>

#include "learn/trainer.h"

namespace mlb::learn {

struct StoredModel {
  prep::Plan plan;
  Bytes record;  ///< what determined the result; opaque here
  std::unique_ptr<Model> model;
};

Bytes pack_model(const prep::Plan& plan, ByteView record, const Model& model);
/// Any bytes are a valid argument; a flipped bit or a cut is an error.
Result<StoredModel> unpack_model(ByteView bytes);

}  // namespace mlb::learn
