// See connection.h.
#include "connection.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/build.h"
#include "base/units.h"
#include "embedded.h"
#include "transport/machine.h"
#include "wire/wire.h"

namespace mlb::submit {
namespace {

constexpr Millis kGreeting{1500};

Session new_session() {
  Session out;
  out.peer = PeerId::random();
  out.counter = 1;
  const auto nonce = PeerId::random();
  std::memcpy(&out.nonce, nonce.raw.data(), sizeof out.nonce);
  return out;
}

Error interrupted() {
  return {Fault::cancelled, "interrupted"};
}

}  // namespace

Error refusal(const Refused& refused) {
  const auto is = [&](const char* code) { return refused.code == code; };
  if (is("no_such_job")) {
    return {Fault::not_found, "no such job: " + refused.job.text()};
  }
  if (is("bad_message")) return {Fault::bug, refused.text};
  return {Fault::refused, refused.text};
}

blob::Line transfer_line(transport::Dealer& dealer) {
  return {
      .send =
          [&](ByteView frame) {
            return dealer.send(frame) == transport::Sent::sent;
          },
      .receive = [&](Millis wait) -> std::optional<Bytes> {
        if (auto frame = dealer.receive()) return frame;
        transport::PollItem item{.socket = &dealer.socket()};
        transport::poll({&item, 1}, wait);
        return dealer.receive();
      },
      .now = [] { return read_clock().mono; },
      .stop = [] { return signal_received != 0; },
  };
}

Connection::Connection(const Globals& globals)
    : globals_(globals), client_(new_session(), {}) {}

Result<std::unique_ptr<Connection>> Connection::open(const Globals& globals) {
  std::unique_ptr<Connection> out(new Connection(globals));
  std::string url = globals.broker;
  const char* variable = std::getenv("MLBATCH_BROKER");
  if (url.empty() && variable != nullptr) url = variable;
  if (url.empty()) {
    auto pair = ensure_embedded(globals);
    if (!pair) return std::move(pair).fail();
    url = *pair;
    out->embedded_ = true;
  }
  if (auto good = transport::check_url(url); !good) {
    return Error{Fault::usage, "--broker: " + good.error().message};
  }
  auto dealer = transport::Dealer::connect(out->context_, url);
  if (!dealer) return std::move(dealer).fail();
  out->dealer_ = std::move(*dealer);
  auto greeted = out->greet_until_answered(url);
  if (greeted && out->is_other_build()) greeted = out->replace_pair(url);
  if (!greeted) return std::move(greeted).fail();
  if (globals.verbose) {
    say("mlsubmit: connected to " + url + ", mlbroker " + out->welcome_.build);
  }
  return out;
}

Result<> Connection::greet_until_answered(const std::string& url) {
  const Millis timeout = globals_.connect_timeout;
  const Millis begun = read_clock().mono;
  while (read_clock().mono - begun < timeout) {
    auto welcome = greet(std::min(kGreeting, timeout));
    if (welcome) {
      welcome_ = *welcome;
      return {};
    }
    if (welcome.error().fault != Fault::unreachable) {
      return std::move(welcome).fail();
    }
    if (!embedded_) continue;
    // A pair that was just ending is started again.
    auto again = ensure_embedded(globals_);
    if (!again) return std::move(again).fail();
  }
  return Error{Fault::unreachable,
               "no broker answers at " + url + " within " +
                   duration_text(timeout) +
                   (embedded_ ? "; its log is " + embedded_log()
                              : std::string("; is mlbroker running there?"))};
}

/// A private pair of another build serves its jobs to their end; then it is
/// replaced, so that builds are not mixed for longer than needed.
bool Connection::is_other_build() const {
  return embedded_ && welcome_.build != build_id() && welcome_.queued == 0 &&
         welcome_.running == 0;
}

Result<> Connection::replace_pair(const std::string& url) {
  auto serving = ask_for<Workers>(ListWorkers{});
  if (!serving) return std::move(serving).fail();
  std::vector<std::uint64_t> pids{welcome_.broker_pid};
  for (const auto& worker : serving->workers) pids.push_back(worker.pid);
  if (globals_.verbose) {
    say("mlsubmit: replacing the private broker of build " + welcome_.build);
  }
  auto done = stop_embedded(pids, globals_.connect_timeout);
  if (!done) return done;
  auto pair = ensure_embedded(globals_);
  if (!pair) return std::move(pair).fail();
  return greet_until_answered(url);
}

Result<Welcome> Connection::greet(Millis patience) {
  const Millis begun = read_clock().mono;
  reply_.reset();
  handle(client_.ask(read_clock(), Ping{build_id()}));
  while (!reply_) {
    if (signal_received != 0) return interrupted();
    if (read_clock().mono - begun >= patience) {
      client_.give_up();
      return Error{Fault::unreachable, "no answer"};
    }
    pump(Millis(50));
  }
  if (const auto* w = std::get_if<Welcome>(&*reply_)) return *w;
  if (const auto* r = std::get_if<Refused>(&*reply_)) return refusal(*r);
  return Error{Fault::bug, "the broker answered with another message"};
}

bool Connection::same_machine() const {
  return welcome_.machine == transport::machine_id();
}

void Connection::handle(client::Output output) {
  for (const auto& message : output.send) {
    auto frame = wire::encode(message);
    if (!frame) {
      say("mlsubmit: " + frame.error().message);
      continue;
    }
    (void)dealer_->send(*frame);  // what is lost is asked again
  }
  if (output.reply) reply_ = std::move(output.reply);
  for (auto& event : output.events) {
    pending_.events.push_back(std::move(event));
  }
  for (auto& [job, live] : output.live) pending_.live[job] = std::move(live);
  pending_.reconnecting |= output.reconnecting;
  pending_.reconnected |= output.reconnected;
  pending_.restarted |= output.restarted;
}

void Connection::pump(Millis wait) {
  transport::PollItem item{.socket = &dealer_->socket()};
  transport::poll({&item, 1}, wait);
  while (auto frame = dealer_->receive()) {
    auto message = wire::decode(*frame);
    if (message) handle(client_.receive(read_clock(), *message));
  }
  handle(client_.tick(read_clock()));
}

Result<Body> Connection::ask(Body request) {
  const Millis begun = read_clock().mono;
  reply_.reset();
  if (auto fits = wire::encode({{}, request}); !fits) {
    return std::move(fits).fail();
  }
  handle(client_.ask(read_clock(), std::move(request)));
  while (!reply_) {
    if (signal_received != 0) return interrupted();
    if (read_clock().mono - begun >= globals_.connect_timeout) {
      client_.give_up();
      return Error{Fault::unreachable, "the broker does not answer"};
    }
    pump(Millis(50));
  }
  if (const auto* r = std::get_if<Refused>(&*reply_)) return refusal(*r);
  return std::move(*reply_);
}

void Connection::follow(JobId job, std::uint64_t next, std::uint64_t upto,
                        WatchFilter filter) {
  if (globals_.verbose) say("mlsubmit: following job " + job.id8());
  handle(client_.follow(read_clock(), job, next, upto, filter));
}

Result<client::Output> Connection::poll(Millis wait) {
  reply_.reset();
  if (pending_.events.empty()) pump(wait);
  if (reply_) {
    if (const auto* r = std::get_if<Refused>(&*reply_)) return refusal(*r);
  }
  return std::exchange(pending_, {});
}

}  // namespace mlb::submit
