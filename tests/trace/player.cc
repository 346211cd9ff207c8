// See player.h.  README.md has the words.
#include "trace/player.h"

#include <functional>
#include <map>
#include <sstream>

#include "trace/arguments.h"

namespace mlb::trace {
namespace {

using broker::World;
using Verb = std::function<void(World&, Arguments&)>;

void submit(World& w, Arguments& a) {
  const std::string job = a.word("a job");
  broker::SubmitWish wish;
  wish.by = a.option("by", wish.by);
  wish.body = a.option("body", wish.body);
  wish.key = a.option("key", "");
  wish.cpus = static_cast<int>(a.number("cpus", 1));
  wish.priority = static_cast<int>(a.number("priority", 0));
  wish.blobs = a.list("blobs");
  wish.retry.max = static_cast<int>(a.number("max", 3));
  wish.retry.backoff = a.duration("backoff", wish.retry.backoff);
  wish.retry.on_signal = a.flag("on-signal");
  w.submit(job, wish);
}

void heartbeat(World& w, Arguments& a) {
  const std::string worker = a.word("a worker");
  broker::BeatWish wish;
  wish.slots = static_cast<std::uint32_t>(a.number("slots", 0));
  wish.held = a.list("held");
  wish.ended = a.list("ended");
  wish.full = a.flag("full");
  wish.draining = a.flag("draining");
  w.beat(worker, wish);
}

void progress(World& w, Arguments& a) {
  const std::string worker = a.word("a worker");
  const std::string attempt = a.word("an attempt");
  const auto [from, upto] = a.range("points like 1..3");
  w.points(worker, attempt, from, upto);
}

FailureClass failure(Arguments& a) {
  const std::string name = a.option("failure", "none");
  for (int i = 0; i <= static_cast<int>(FailureClass::cancelled); ++i) {
    const auto failure = static_cast<FailureClass>(i);
    if (name == name_of(failure)) return failure;
  }
  a.fail("there is no failure '" + name + "'");
  return FailureClass::none;
}

void finish(World& w, Arguments& a) {
  const std::string worker = a.word("a worker");
  const std::string attempt = a.word("an attempt");
  broker::FinishWish wish;
  wish.last = a.number("last", 0);
  wish.failure = failure(a);
  wish.signal = static_cast<int>(a.number("signal", 0));
  wish.blobs = a.list("blobs");
  w.finish(worker, attempt, wish);
}

void remove(World& w, Arguments& a) {
  const auto blobs = a.list("blobs");
  w.remove_blobs(blobs, a.option("user", "ann"));
}

void watch(World& w, Arguments& a) {
  const std::string job = a.word("a job");
  broker::WatchWish wish;
  wish.by = a.option("by", wish.by);
  wish.next = a.number("next", 1);
  wish.upto = a.number("upto", 0);
  w.watch(job, wish);
}

/// For verbs that take one name.
Verb on(World& (World::*act)(const std::string&), const char* what) {
  return [act, what](World& w, Arguments& a) { (w.*act)(a.word(what)); };
}

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> all{
      {"submit", submit},
      {"heartbeat", heartbeat},
      {"progress", progress},
      {"finish", finish},
      {"watch", watch},
      {"find", [](World& w, Arguments& a) { w.find_blobs(a.list("blobs")); }},
      {"remove", remove},
      {"cancel", [](World& w, Arguments& a) { w.cancel(a.word("a job")); }},
      {"look", [](World& w, Arguments& a) { w.look(a.word("a job")); }},
      {"wait", [](World& w, Arguments& a) { w.wait(a.duration("a time")); }},
      {"stall", [](World& w, Arguments& a) { w.stall(a.duration("a time")); }},
      {"restart", [](World& w, Arguments&) { w.restart(); }},
      {"ping-workers", [](World& w, Arguments&) { w.ping_workers(); }},
      {"ghost", on(&World::ghost, "a worker")},
      {"gone", on(&World::gone, "a worker")},
      {"uploaded", on(&World::uploaded, "a blob")},
      {"deaf", on(&World::deaf, "a peer")},
      {"hears", on(&World::hears, "a peer")},
      {"reborn", on(&World::reborn, "a peer")},
  };
  return all;
}

Error wrong(const std::string& text) {
  return {Fault::usage, text};
}

}  // namespace

Result<broker::Lines> Player::play(const std::string& line) {
  Arguments arguments(line);
  const std::string verb = arguments.word("an event");
  const auto found = verbs().find(verb);
  if (found == verbs().end()) return wrong("what is '" + verb + "'?");
  found->second(world_, arguments);
  if (const auto problem = arguments.problem(); !problem.empty()) {
    return wrong(verb + ": " + problem);
  }
  return world_.effects();
}

Result<std::string> replay(const std::string& text) {
  Player player;
  std::istringstream in(text);
  std::string out;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.rfind("  ", 0) == 0) continue;
    out += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    auto came = player.play(line);
    if (!came) {
      return std::move(came).fail().context("line " + std::to_string(number));
    }
    for (const auto& effect : *came) out += "  " + effect + "\n";
  }
  return out;
}

}  // namespace mlb::trace
