// See network.h.
#include "network.h"

#include <algorithm>
#include <cstdlib>

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

void Network::broker_begins() {
  broker_up_ = true;
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
  const Millis wait = dice_.chance(rates_.late) ? dice_.between(50ms, 2500ms)
                                                : dice_.between(1ms, 8ms);
  pipe_free = std::max(pipe_free, loop_.now() + wait);
  return pipe_free - loop_.now();
}

void Network::send_up(int peer, Bytes frame) {
  Link& link = links_[std::size_t(peer)];
  if (!link.open || dice_.chance(rates_.lost)) return;
  const int copies = dice_.chance(rates_.doubled) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    loop_.after(delay(link.up_free),
                [this, peer, life = link.life, pipe = link.pipe, frame] {
                  arrive_up(peer, life, pipe, frame);
                });
  }
}

void Network::arrive_up(int peer, int life, int pipe, Bytes frame) {
  const Link& link = links_[std::size_t(peer)];
  // A dead sender's frames arrive if the wire had them.
  if (!broker_up_ || link.cut || pipe < link.first_pipe) {
    if (life != link.life || !link.open || dice_.chance(kLostInTransit)) return;
    loop_.after(kTryAgain, [this, peer, life, frame = std::move(frame)] {
      arrive_up(peer, life, links_[std::size_t(peer)].pipe, frame);
    });
    return;
  }
  to_broker_(route_of(peer, pipe), frame);
}

bool Network::send_down(const broker::Route& to, Bytes frame) {
  const std::size_t dot = to.find('.');
  const auto peer = std::size_t(std::atoi(to.c_str()));
  const int pipe = std::atoi(to.c_str() + dot + 1);
  Link& link = links_[peer];
  if (!link.open || pipe + 1 < link.pipe) return false;
  if (pipe != link.pipe && dice_.chance(kLostInTransit)) return true;
  if (dice_.chance(rates_.lost)) return true;
  const int copies = dice_.chance(rates_.doubled) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    loop_.after(delay(link.down_free),
                [this, peer = int(peer), life = link.life, frame] {
                  arrive_down(peer, life, frame);
                });
  }
  return true;
}

void Network::arrive_down(int peer, int life, Bytes frame) {
  const Link& link = links_[std::size_t(peer)];
  if (!link.open || link.life != life) return;
  if (link.cut) {
    if (dice_.chance(kLostInTransit)) return;
    loop_.after(kTryAgain, [this, peer, life, frame = std::move(frame)] {
      arrive_down(peer, life, frame);
    });
    return;
  }
  link.deliver(frame);
}

}  // namespace mlb::sim
