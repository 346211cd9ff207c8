// See broker_world.h.
#include "unit/broker_world.h"

#include <utility>

#include "answers.h"
#include "base/check.h"

namespace mlb::broker {
namespace {

constexpr Millis kTickEvery{500};

Attempt attempt_part(const std::string& text) {
  return attempt_named(text.substr(0, text.find(':')));
}

std::uint64_t items_part(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return 0;
  return std::stoull(text.substr(colon + 1));
}

std::vector<Digest> blobs_named(const Lines& names) {
  std::vector<Digest> out;
  for (const auto& name : names) out.push_back(blob_named(name));
  return out;
}

Session session_of(const std::string& name, std::uint64_t counter) {
  return {.peer = peer_named(name), .counter = counter, .nonce = counter};
}

}  // namespace

World::World(Limits limits) : limits_(limits) {
  disk_.store.store = {job_named("store").raw};
  disk_.store.timeline = {job_named("timeline").raw};
  start();
}

void World::start() {
  auto loaded = store_.load();
  ++loaded->store.epoch;
  const Record begun = PutStore{loaded->store};
  check_that(bool(store_.commit({&begun, 1})), "the store takes the epoch");
  core_ = std::make_unique<Core>(*loaded, limits_, now_);
  core_->check();
}

World::Peer& World::peer(const std::string& name) {
  const auto it = peers_.find(name);
  if (it != peers_.end()) return it->second;
  Peer fresh{.session = session::PeerSession(session_of(name, 1)),
             .route = name,
             .inbox = {}};
  return peers_.emplace(name, std::move(fresh)).first->second;
}

// ---- turns ----

void World::turn(const Event& event) {
  auto effects = core_->step(now_, event);
  core_->check();
  for (const auto& record : effects.records) {
    saved_.push_back(line_of(record));
    effects_.push_back(saved_.back());
  }
  check_that(bool(store_.commit(effects.records)), "the store commits");
  core_->committed();
  for (const auto& record : effects.records) {
    const auto* gone = std::get_if<DeleteBlob>(&record);
    if (gone != nullptr) on_disk_.erase(gone->digest);
  }
  for (const auto& out : effects.messages) {
    deliver(out.to, out.peer, out.message);
  }
  for (const auto& read : effects.reads) {
    const auto answer = tool::answer(*core_, store_, read);
    deliver(read.to, answer->header.session.peer, *answer);
  }
  send_pages();
}

void World::send_pages() {
  // A page cannot hold everything: what is still owed comes at once.
  for (;;) {
    bool sent = false;
    for (const auto& page : core_->take_pages()) {
      if (peer(name_of(page.peer)).clogged) continue;
      auto events = *tool::event_page(*core_, store_, page);
      const std::uint64_t next = events.next;
      deliver(page.to, page.peer,
              {core_->stamp(page.peer), Body(std::move(events))});
      core_->watch_sent(page.peer, page.job, next);
      sent = true;
    }
    if (!sent) return;
  }
}

void World::deliver(const Route& to, PeerId id, const Message& message) {
  said_.push_back(to + " <- " + line_of(message.body));
  effects_.push_back(said_.back());
  Peer& target = peer(name_of(id));
  if (target.deaf) return;
  target.session.accept(message.header);
  target.inbox.push_back(message);
}

World& World::receive(const Route& from, const std::string& user,
                      Message message) {
  Received m{.from = from,
             .user = UserId{user},
             .message = std::move(message),
             .known = {},
             .key_job = {},
             .blobs = {}};
  auto wants = core_->wants(m.message, m.user);
  if (wants.key) {
    const auto& [key, document] = *wants.key;
    m.key_job = *store_.job_of_key(m.user, key, document);
    if (m.key_job) wants.jobs.push_back(*m.key_job);
  }
  for (const JobId id : wants.jobs) m.known.push_back({id, *store_.job(id)});
  for (const auto& digest : wants.digests) {
    const auto found = on_disk_.find(digest);
    if (found != on_disk_.end()) m.blobs.push_back(found->second);
  }
  turn(m);
  return *this;
}

// ---- what peers say ----

World& World::say(const std::string& name, Body body) {
  Peer& speaker = peer(name);
  return receive(speaker.route, "ann",
                 {speaker.session.stamp(), std::move(body)});
}

World& World::raw(const std::string& route, const Header& header, Body body) {
  return receive(route, "ann", {header, std::move(body)});
}

World& World::submit(const std::string& job, const SubmitWish& wish) {
  Peer& speaker = peer(wish.by);
  Submit s;
  s.job = job_named(job);
  s.envelope.name = job;
  s.envelope.priority = wish.priority;
  s.envelope.resources.cpus = wish.cpus;
  s.envelope.resources.memory = 1;
  s.envelope.retry = wish.retry;
  s.envelope.digests = blobs_named(wish.blobs);
  if (!wish.retry_of.empty()) s.envelope.retry_of = job_named(wish.retry_of);
  s.spec = bytes_of(wish.body);
  s.idempotency_key = wish.key;
  s.body = sha256(view_of(wish.body));
  return receive(speaker.route, wish.user, {speaker.session.stamp(), s});
}

World& World::cancel(const std::string& job, const std::string& user) {
  Peer& speaker = peer("c1");
  return receive(speaker.route, user,
                 {speaker.session.stamp(), Cancel{job_named(job)}});
}

World& World::watch(const std::string& job, const WatchWish& wish) {
  Peer& speaker = peer(wish.by);
  return receive(speaker.route, wish.user,
                 {speaker.session.stamp(), Watch{job_named(job), wish.next,
                                                 wish.upto, WatchFilter::all}});
}

World& World::ping(const std::string& client) {
  return say(client, Ping{});
}

World& World::have(const Lines& blobs, const std::string& client) {
  return say(client, Have{blobs_named(blobs)});
}

World& World::find_blobs(const Lines& blobs) {
  return say("c1", FindBlobs{blobs_named(blobs)});
}

World& World::remove_blobs(const Lines& blobs, const std::string& user) {
  Peer& speaker = peer("c1");
  return receive(speaker.route, user,
                 {speaker.session.stamp(), RemoveBlobs{blobs_named(blobs)}});
}

World& World::look(const std::string& job, const std::string& user) {
  Peer& speaker = peer("c1");
  return receive(speaker.route, user,
                 {speaker.session.stamp(), GetJobs{{job_named(job)}}});
}

World& World::workers(const std::string& client) {
  return say(client, ListWorkers{});
}

World& World::beat(const std::string& worker, const BeatWish& wish) {
  Heartbeat h;
  h.name = worker;
  h.host = "host";
  if (wish.slots > 0) peer(worker).slots = wish.slots;
  h.slots = peer(worker).slots;
  h.memory = 1u << 30;
  h.full = wish.full;
  h.draining = wish.draining;
  for (const auto& text : wish.held) {
    h.held.push_back({.attempt = attempt_part(text),
                      .pid = 42,
                      .items = items_part(text),
                      .live = {}});
  }
  for (const auto& text : wish.ended) {
    h.ended.push_back({attempt_part(text), items_part(text)});
  }
  return say(worker, std::move(h));
}

World& World::join(const std::string& worker, std::uint32_t slots) {
  peer(worker).slots = slots;
  return beat(worker).beat(worker);
}

World& World::run(const std::string& job, const std::string& worker,
                  const SubmitWish& wish) {
  join(worker, 1).submit(job, wish).beat(worker, {.held = {job + ".1"}});
  said();
  saved();
  effects();
  return *this;
}

World& World::points(const std::string& worker, const std::string& attempt,
                     std::uint64_t from, std::uint64_t upto) {
  Progress p{attempt_named(attempt), {}};
  for (std::uint64_t n = from; n <= upto; ++n) {
    Item item;
    item.number = n;
    item.point.epoch = static_cast<std::uint32_t>(n);
    p.items.push_back(std::move(item));
  }
  return say(worker, std::move(p));
}

World& World::finish(const std::string& worker, const std::string& attempt,
                     const FinishWish& wish) {
  Finished f{attempt_named(attempt), {}, wish.last};
  f.outcome.success = wish.failure == FailureClass::none;
  f.outcome.failure = wish.failure;
  f.outcome.signal = wish.signal;
  for (const auto& blob : wish.blobs) {
    f.outcome.artefacts.push_back(
        {.name = blob, .file = blob, .bytes = 1, .digest = blob_named(blob)});
  }
  return say(worker, std::move(f));
}

// ---- what else happens ----

World& World::tick(const Tick& tick) {
  turn(tick);
  return *this;
}

World& World::wait(Millis time) {
  while (time.count() > 0) {
    const Millis part = std::min(time, kTickEvery);
    now_.mono += part;
    now_.wall += part;
    time -= part;
    turn(Tick{.drained = true, .gap = part});
  }
  return *this;
}

World& World::stall(Millis time) {
  now_.mono += time;
  now_.wall += time;
  turn(Tick{.drained = true, .gap = time});
  return *this;
}

/// Not noted in said(): they only count.
World& World::ping_workers() {
  for (const auto& ping : core_->pings()) {
    Peer& target = peer(name_of(ping.peer));
    if (!target.deaf) target.session.accept(ping.message.header);
  }
  return *this;
}

World& World::gone(const std::string& worker) {
  turn(PeerGone{peer_named(worker)});
  return *this;
}

World& World::uploaded(const std::string& blob) {
  turn(BlobStored{blob_named(blob), 1});
  return *this;
}

World& World::on_disk(const std::string& blob) {
  const Digest digest = blob_named(blob);
  on_disk_[digest] = {.digest = digest, .bytes = 1};
  return *this;
}

World& World::disk_low(bool low) {
  turn(DiskState{low});
  return *this;
}

World& World::deaf(const std::string& name) {
  peer(name).deaf = true;
  return *this;
}

World& World::hears(const std::string& name) {
  peer(name).deaf = false;
  return *this;
}

World& World::clogged(const std::string& name, bool is) {
  peer(name).clogged = is;
  return *this;
}

World& World::reborn(const std::string& name) {
  Peer& old = peer(name);
  old.session =
      session::PeerSession(session_of(name, old.session.self().counter + 1),
                           old.session.store(), old.session.epoch());
  return *this;
}

World& World::ghost(const std::string& worker) {
  Header header = stamp(worker);
  header.session = session_of(worker, header.session.counter - 1);
  return raw("ghost of " + worker, header, Heartbeat{});
}

World& World::moves(const std::string& name, const std::string& route) {
  peer(name).route = route;
  return *this;
}

World& World::restart() {
  now_.mono = Millis(50000);  // another process, another clock
  start();
  return *this;
}

World& World::set_clock(Millis by) {
  now_.wall += by;
  return *this;
}

// ---- what came of it ----

Lines World::said() {
  return std::exchange(said_, {});
}

Lines World::saved() {
  return std::exchange(saved_, {});
}

Lines World::effects() {
  return std::exchange(effects_, {});
}

std::vector<Message> World::inbox(const std::string& name) {
  return std::exchange(peer(name).inbox, {});
}

JobRow World::row(const std::string& job) {
  const auto stored = *store_.job(job_named(job));
  check_that(stored.has_value(), "the job was accepted");
  // Memory and disk never differ.
  const JobRow* held = core_->find(job_named(job));
  check_that(
      held == nullptr || line_of(PutJob{*held}) == line_of(PutJob{*stored}),
      "memory and store are the same");
  return *stored;
}

Lines World::events(const std::string& job) {
  Lines out;
  const auto rows = *store_.events(job_named(job), 1, 0, 1u << 30);
  for (const auto& event : rows) out.push_back(line_of(event));
  return out;
}

std::string World::story(const std::string& job) {
  std::string out;
  const auto rows = *store_.events(job_named(job), 1, 0, 1u << 30);
  for (const auto& event : rows) {
    if (!out.empty()) out += " ";
    out += name_of(event.type);
  }
  return out;
}

Lines World::reasons(const std::string& job) {
  Lines out;
  for (const auto& [code, text] : core_->view(row(job)).waiting) {
    out.push_back(code);
  }
  return out;
}

Header World::stamp(const std::string& name) {
  return peer(name).session.stamp();
}

const session::PeerSession& World::session(const std::string& name) {
  return peer(name).session;
}

}  // namespace mlb::broker
