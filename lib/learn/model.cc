// Which family a stored model is of.  See trainer.h.
#include "learn/net/net_model.h"
#include "learn/ridge.h"
#include "learn/trainer.h"

namespace mlb::learn {

Result<std::unique_ptr<Model>> load_model(const std::string& kind,
                                          const prep::Plan& plan,
                                          Reader& reader) {
  if (kind == "net") return NetModel::load(plan, reader);
  if (kind == "ridge") return RidgeModel::load(plan, reader);
  return Error{Fault::integrity, "the model is of an unknown kind: " + kind};
}

}  // namespace mlb::learn
