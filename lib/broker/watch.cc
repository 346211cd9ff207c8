// Who follows which job (protocol rule 23).  A watcher says from which event
// it wants to go on; what it is owed is read from the store after the commit.
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {

void Core::watch(const Received& m, const Watch& w) {
  const JobRow* row = find(w.job);
  if (row == nullptr) row = known(m, w.job);
  if (row == nullptr || row->owner != m.user) {
    refuse(m, w.job, "no_such_job", "no such job");
    return;
  }
  const std::pair key{m.message.header.session.peer, w.job};
  Watcher& watcher = watchers_[key];
  watcher = {.next = w.next,
             .upto = w.upto,
             .filter = w.filter,
             .events = row->events,
             .heard = now_.mono,
             .owed = true,
             .live_owed = true};
  watched_.insert({w.job, key.first});
  owed_.insert(key);
}

void Core::wake_watchers(JobId job, bool live_only) {
  for (auto it = watched_.lower_bound({job, PeerId{}});
       it != watched_.end() && it->first == job; ++it) {
    Watcher& watcher = watchers_.at({it->second, job});
    watcher.live_owed |= live_only;
    owed_.insert({it->second, job});
  }
}

std::vector<EventPage> Core::take_pages() {
  std::vector<EventPage> out;
  for (const auto& key : owed_) {
    const auto& [peer, job] = key;
    const auto* entry = sessions_.find(peer);
    const Watcher& w = watchers_.at(key);
    if (entry == nullptr) continue;
    out.push_back({entry->route, peer, job, w.next, w.upto, w.filter});
  }
  owed_.clear();
  return out;
}

void Core::watch_sent(PeerId peer, JobId job, std::uint64_t next) {
  const auto it = watchers_.find({peer, job});
  if (it == watchers_.end()) return;
  it->second.next = next;
  it->second.live_owed = false;
  const std::uint64_t last = it->second.upto == 0
                                 ? it->second.events
                                 : std::min(it->second.upto, it->second.events);
  if (next <= last) owed_.insert({peer, job});
}

}  // namespace mlb::broker
