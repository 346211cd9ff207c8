// The network between peers and the broker: frames are lost, doubled,
// delayed, and overtake each other on a second pipe after a reconnect.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "broker/core.h"
#include "figures.h"
#include "loop.h"
#include "schedule.h"

namespace mlb::sim {

class Network {
 public:
  /// `official`: of the broker that the judges watch.
  using ToPeer = std::function<void(const Bytes&, bool official)>;
  using ToBroker = std::function<void(const broker::Route&, const Bytes&)>;

  Network(Loop& loop, Dice& dice, Rates rates, Figures& figures)
      : loop_(loop), dice_(dice), rates_(rates), figures_(figures) {}
  void set_broker(ToBroker deliver) { to_broker_ = std::move(deliver); }
  /// A process that may be opened and closed again.
  int add_peer(ToPeer deliver);

  void open(int peer);
  void close(int peer);
  void reconnect(int peer);
  /// Connections end with the broker and begin anew with the next.
  void broker_begins(bool official);
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
    std::uint64_t up_sent = 0;  ///< frames, to see who overtakes whom
    std::uint64_t up_came = 0;
    std::uint64_t down_sent = 0;
    std::uint64_t down_came = 0;
  };
  /// A frame under way.
  struct Frame {
    int peer = 0;
    int life = 0;
    int pipe = 0;
    std::uint64_t number = 0;
    bool official = true;
    Bytes bytes;
  };
  Millis delay(Millis& pipe_free);
  /// How often a frame is sent: 0 when it is lost.
  int copies();
  /// The network lost it with the pipe it was in.
  bool lost_in_transit();
  void came(std::uint64_t number, std::uint64_t& newest);
  void arrive_up(const Frame& frame);
  void arrive_down(const Frame& frame);

  Loop& loop_;
  Dice& dice_;
  Rates rates_;
  Figures& figures_;
  ToBroker to_broker_;
  bool broker_up_ = false;
  bool official_ = true;
  std::vector<Link> links_;
};

}  // namespace mlb::sim
