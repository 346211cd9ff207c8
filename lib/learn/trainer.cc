// Which family a spec asks for.  See trainer.h.
#include "learn/trainer.h"

#include "learn/net/net_trainer.h"
#include "learn/ridge.h"

namespace mlb::learn {

std::unique_ptr<Trainer> make_trainer(const JobSpec& spec,
                                      const prep::Plan& plan,
                                      StopAsked stop_asked) {
  if (const auto* ridge = std::get_if<RidgeSpec>(&spec.model)) {
    return std::make_unique<RidgeTrainer>(*ridge, plan);
  }
  return std::make_unique<NetTrainer>(spec, plan, stop_asked);
}

}  // namespace mlb::learn
