// See network.h.
#include "network.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mlb::sim {
namespace {

constexpr double kLostInTransit = 0.5;  // what was under way when a pipe broke
constexpr Millis kTryAgain{150};

broker::Route route_of(int peer, int pipe) {
  return std::to_string(peer) + "." + std::to_string(pipe);
}

}  // namespace

int Network::add_peer(ToPeer deliver) {
  links_.emplace_back().deliver = std::move(deliver);
  return int(links_.size()) - 1;
}

void Network::open(int peer) {
  Link& link = links_[std::size_t(peer)];
  link.open = true;
  ++link.life;
  reconnect(peer);
}

void Network::close(int peer) {
  links_[std::size_t(peer)].open = false;
}

void Network::reconnect(int peer) {
  Link& link = links_[std::size_t(peer)];
  ++link.pipe;
  link.up_free = loop_.now();
  link.down_free = loop_.now();
}

void Network::broker_begins(bool official) {
  broker_up_ = true;
  official_ = official;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    reconnect(int(i));
    links_[i].first_pipe = links_[i].pipe;
  }
}

void Network::heal() {
  rates_ = {};
  for (auto& link : links_) link.cut = false;
}

Millis Network::delay(Millis& pipe_free) {
  if (dice_.chance(rates_.astray)) return dice_.between(1ms, 500ms);
  const Millis wait = dice_.chance(rates_.late) ? dice_.between(50ms, 2500ms)
                                                : dice_.between(1ms, 8ms);
  pipe_free = std::max(pipe_free, loop_.now() + wait);
  return pipe_free - loop_.now();
}

int Network::copies() {
  if (dice_.chance(rates_.lost)) {
    ++figures_.lost;
    return 0;
  }
  if (!dice_.chance(rates_.doubled)) return 1;
  ++figures_.doubled;
  return 2;
}

bool Network::lost_in_transit() {
  if (!dice_.chance(kLostInTransit)) return false;
  ++figures_.lost;
  return true;
}

void Network::came(std::uint64_t number, std::uint64_t& newest) {
  ++figures_.frames;
  if (number < newest) ++figures_.overtaken;
  newest = std::max(newest, number);
}

void Network::send_up(int peer, Bytes bytes) {
  Link& link = links_[std::size_t(peer)];
  if (!link.open) return;
  const Frame frame{.peer = peer,
                    .life = link.life,
                    .pipe = link.pipe,
                    .number = ++link.up_sent,
                    .bytes = std::move(bytes)};
  for (int i = copies(); i > 0; --i) {
    loop_.after(delay(link.up_free), [this, frame] { arrive_up(frame); });
  }
}

void Network::arrive_up(const Frame& frame) {
  Link& link = links_[std::size_t(frame.peer)];
  // A dead sender's frames arrive if the wire had them.
  if (!broker_up_ || link.cut || frame.pipe < link.first_pipe) {
    if (frame.life != link.life || !link.open || lost_in_transit()) return;
    loop_.after(kTryAgain, [this, again = frame]() mutable {
      again.pipe = links_[std::size_t(again.peer)].pipe;
      arrive_up(again);
    });
    return;
  }
  came(frame.number, link.up_came);
  to_broker_(route_of(frame.peer, frame.pipe), frame.bytes);
}

bool Network::send_down(const broker::Route& to, Bytes bytes) {
  const std::size_t dot = to.find('.');
  const int peer = std::atoi(to.c_str());
  const int pipe = std::atoi(to.c_str() + dot + 1);
  Link& link = links_[std::size_t(peer)];
  if (!link.open || pipe + 1 < link.pipe) return false;
  if (pipe != link.pipe && lost_in_transit()) return true;
  const Frame frame{.peer = peer,
                    .life = link.life,
                    .pipe = pipe,
                    .number = ++link.down_sent,
                    .official = official_,
                    .bytes = std::move(bytes)};
  for (int i = copies(); i > 0; --i) {
    loop_.after(delay(link.down_free), [this, frame] { arrive_down(frame); });
  }
  return true;
}

void Network::arrive_down(const Frame& frame) {
  Link& link = links_[std::size_t(frame.peer)];
  if (!link.open || link.life != frame.life) return;
  if (link.cut) {
    if (lost_in_transit()) return;
    loop_.after(kTryAgain, [this, frame] { arrive_down(frame); });
    return;
  }
  came(frame.number, link.down_came);
  link.deliver(frame.bytes, frame.official);
}

}  // namespace mlb::sim
