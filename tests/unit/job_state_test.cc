// The transition table of a job: what may follow what, and that ends are ends.
#include <catch2/catch.hpp>

#include <array>
#include <set>

#include "job/state.h"

using namespace mlb;

namespace {

constexpr std::array kStates{JobState::waiting, JobState::queued,
                             JobState::running, JobState::succeeded,
                             JobState::failed,  JobState::cancelled};

}  // namespace

TEST_CASE("a job that has ended never changes again") {
  for (const auto from : kStates) {
    for (const auto to : kStates) {
      if (is_terminal(from)) CHECK_FALSE(may_follow(from, to));
    }
  }
}

TEST_CASE("a waiting job must be queued before it runs or succeeds") {
  CHECK(may_follow(JobState::waiting, JobState::queued));
  CHECK(may_follow(JobState::waiting, JobState::failed));
  CHECK(may_follow(JobState::waiting, JobState::cancelled));
  CHECK_FALSE(may_follow(JobState::waiting, JobState::running));
  CHECK_FALSE(may_follow(JobState::waiting, JobState::succeeded));
}

TEST_CASE("a lost attempt puts its job back into the queue") {
  CHECK(may_follow(JobState::running, JobState::queued));
  CHECK(may_follow(JobState::queued, JobState::running));
}

TEST_CASE("a queued job may end by the outcome of an attempt thought lost") {
  CHECK(may_follow(JobState::queued, JobState::succeeded));
}

TEST_CASE("every state has a name of its own") {
  std::set<std::string_view> names;
  for (const auto state : kStates) names.insert(name_of(state));
  CHECK(names.size() == kStates.size());
  CHECK(names.count("?") == 0);
}
