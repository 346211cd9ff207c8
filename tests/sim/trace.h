// What happens in a schedule, one line each, when somebody wants to see it.
#pragma once

#include <iostream>
#include <string>

#include "job/messages.h"
#include "loop.h"

namespace mlb::sim {

class Trace {
 public:
  Trace(const Loop& loop, bool on) : loop_(loop), on_(on) {}

  template <class... T>
  void say(const T&... parts) const {
    if (!on_) return;
    std::cout << loop_.now().count() << "  ";
    (std::cout << ... << parts) << std::endl;
  }
  void message(const char* way, const std::string& who, const Message& m) const;

 private:
  const Loop& loop_;
  bool on_;
};

}  // namespace mlb::sim
