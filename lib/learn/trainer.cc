// What families of models do unless they can do better.  See trainer.h.
#include "learn/trainer.h"

namespace mlb::learn {

Result<> Trainer::start_from(const Model&) {
  return Error{Fault::data, "this kind of model cannot begin with another one"};
}

Result<> Trainer::load_state(Reader&) {
  return Error{Fault::integrity, "this kind of model has no checkpoints"};
}

}  // namespace mlb::learn
