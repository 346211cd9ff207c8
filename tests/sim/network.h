// The network between peers and the broker: frames are lost, doubled,
// delayed, and overtake each other on a second pipe after a reconnect.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "broker/core.h"
#include "loop.h"
#include "schedule.h"

namespace mlb::sim {

class Network {
 public:
  using ToPeer = std::function<void(const Bytes&)>;
  using ToBroker = std::function<void(const broker::Route&, const Bytes&)>;

  Network(Loop& loop, Dice& dice, Rates rates)
      : loop_(loop), dice_(dice), rates_(rates) {}
  void set_broker(ToBroker deliver) { to_broker_ = std::move(deliver); }
  /// A process that may be opened and closed again.
  int add_peer(ToPeer deliver);

  void open(int peer);
  void close(int peer);
  void reconnect(int peer);
  /// Connections end with the broker and begin anew with the next.
  void broker_begins();
  void broker_ends() { broker_up_ = false; }
  void cut(int peer, bool is_cut) { links_[std::size_t(peer)].cut = is_cut; }
  /// No more faults.
  void heal();

  void send_up(int peer, Bytes frame);
  /// False: there is no way to it, as ROUTER_MANDATORY tells.
  bool send_down(const broker::Route& to, Bytes frame);

 private:
  struct Link {
    ToPeer deliver;
    bool open = false;
    bool cut = false;
    int life = 0;        ///< of the process
    int pipe = 0;        ///< of the connection
    int first_pipe = 0;  ///< to this broker process
    Millis up_free{0};
    Millis down_free{0};
  };
  Millis delay(Millis& pipe_free);
  void arrive_up(int peer, int life, int pipe, Bytes frame);
  void arrive_down(int peer, int life, Bytes frame);

  Loop& loop_;
  Dice& dice_;
  Rates rates_;
  ToBroker to_broker_;
  bool broker_up_ = false;
  std::vector<Link> links_;
};

}  // namespace mlb::sim
