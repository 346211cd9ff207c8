// The loop and the agent's actions.  See supervisor.h.
#include "supervisor.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/build.h"
#include "log/log.h"
#include "transport/machine.h"
#include "wire/wire.h"

namespace mlb::worker {
namespace {

constexpr Millis kTurn{100};
constexpr Millis kAskWelcome{1000};

/// DIR/id holds the worker's UUID, DIR/session how often it was started.
Result<session::PeerSession> begin_session(const std::string& dir) {
  Session self;
  if (const auto text = read_file(dir + "/id", 100)) {
    const auto id = PeerId::parse(text->substr(0, 36));
    if (!id) return Error{Fault::data, dir + "/id: is not a UUID"};
    self.peer = *id;
  } else {
    self.peer = PeerId::random();
    auto written =
        write_file_durably(dir + "/id", view_of(self.peer.text() + "\n"));
    if (!written) return std::move(written).fail();
  }
  if (const auto text = read_file(dir + "/session", 100)) {
    self.counter = std::strtoull(text->c_str(), nullptr, 10);
  }
  ++self.counter;
  auto written = write_file_durably(
      dir + "/session", view_of(std::to_string(self.counter) + "\n"));
  if (!written) return std::move(written).fail();
  const auto nonce = PeerId::random();
  std::memcpy(&self.nonce, nonce.raw.data(), sizeof self.nonce);
  StoreId store;
  std::uint64_t epoch = 0;
  if (const auto text = read_file(dir + "/broker", 200)) {
    const auto id = StoreId::parse(text->substr(0, 36));
    if (!id) return Error{Fault::data, dir + "/broker: is not a store id"};
    store = *id;
    epoch = std::strtoull(text->c_str() + 36, nullptr, 10);
  }
  return session::PeerSession(self, store, epoch);
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::open(
    const ServeOptions& options, exec::Launcher launcher) {
  auto session = begin_session(options.data);
  if (!session) return std::move(session).fail();
  const std::string jobs_dir = options.data + "/jobs";
  std::error_code error;
  std::filesystem::create_directories(jobs_dir, error);
  std::vector<Recovered> outbox;
  for (const auto& ended : recover_jobs(jobs_dir)) {
    outbox.push_back({ended.attempt, ended.items});
  }
  Settings settings;
  settings.name = options.name;
  settings.host = transport::host_name();
  settings.pid = static_cast<std::uint32_t>(::getpid());
  settings.build = build_id();
  settings.slots = options.slots;
  settings.memory = options.memory;
  settings.labels = options.labels;
  transport::Context context;
  auto dealer = transport::Dealer::connect(
      context, options.broker, transport::worker_options(options.broker));
  if (!dealer) return std::move(dealer).fail();
  return std::unique_ptr<Supervisor>(
      new Supervisor(options, std::move(launcher), std::move(*dealer),
                     std::move(context), Agent(*session, settings, outbox)));
}

Supervisor::Supervisor(const ServeOptions& options, exec::Launcher launcher,
                       transport::Dealer dealer, transport::Context context,
                       Agent agent)
    : options_(options),
      jobs_dir_(options.data + "/jobs"),
      launcher_(std::move(launcher)),
      context_(std::move(context)),
      dealer_(std::move(dealer)),
      agent_(std::move(agent)),
      blobs_(options.data + "/cache", options.cache_size, stop_transfers_) {}

void Supervisor::step(const Event& event) {
  for (const auto& action : agent_.step(read_clock(), event)) {
    std::visit([&](const auto& a) { act(a); }, action);
  }
}

void Supervisor::send(const Message& message) {
  auto frame = wire::encode(message);
  if (!frame) {
    log(LogLevel::error, "cannot send: " + frame.error().message);
    return;
  }
  // What does not go out now is said again by a later heartbeat.
  if (dealer_.send(*frame) != transport::Sent::sent) {
    log(LogLevel::debug, "the broker takes no message now");
  } else if (!ready_said_) {
    ready_said_ = true;
    std::puts("ready");
    std::fflush(stdout);
  }
}

void Supervisor::act(const SendBeat& a) {
  send({agent_.stamp(), a.beat});
}

void Supervisor::act(const SendItems& a) {
  const JobFolder folder(jobs_dir_, a.attempt);
  auto& reader = spools_.try_emplace(a.attempt, folder.spool()).first->second;
  auto items = reader.read(a.from, a.upto);
  if (!items || items->empty()) {
    log(LogLevel::error, folder.spool() + ": no items from " +
                             std::to_string(a.from) +
                             (items ? "" : ": " + items.error().message));
    return;
  }
  const std::uint64_t upto = items->back().number;
  send({agent_.stamp(), Progress{a.attempt, std::move(*items)}});
  agent_.items_sent(a.attempt, upto);
}

void Supervisor::act(const SendFinished& a) {
  const JobFolder folder(jobs_dir_, a.attempt);
  auto ended = folder.read_ended();
  if (!ended) {
    log(LogLevel::error, ended.error().message);
    return;
  }
  send({agent_.stamp(), Finished{a.attempt, ended->first, ended->second}});
}

void Supervisor::act(const Launch& a) {
  log(LogLevel::info, text_of(a.start.attempt) + " begins");
  if (welcomed_) {
    prepare(a.start);
  } else {
    waiting_.push_back(a.start);
  }
}

void Supervisor::act(const EndProcess& a) {
  const auto it = jobs_.find(a.attempt);
  if (it == jobs_.end()) return;
  it->second.ending = a.reason;
  log(LogLevel::info, "ending " + text_of(a.attempt) + ": " + a.reason);
  if (it->second.launch_id != 0) {
    (void)!launcher_.end(it->second.launch_id, a.hard);
  }
}

/// The broker lacks what was put beside its files: they were not its files.
void Supervisor::act(const Upload& a) {
  upload(a.attempt, BlobPath::socket);
}

void Supervisor::act(const Forget& a) {
  jobs_.erase(a.attempt);
  spools_.erase(a.attempt);
  const JobFolder folder(jobs_dir_, a.attempt);
  file_thread_.give([folder]() -> Completion {
    folder.remove();
    return [] {};
  });
}

void Supervisor::act(const Remember& a) {
  auto written = write_file_durably(
      options_.data + "/broker",
      view_of(a.store.text() + " " + std::to_string(a.epoch) + "\n"));
  if (!written) log(LogLevel::error, written.error().message);
  ask_welcome();
}

void Supervisor::act(const Warn& a) {
  log(LogLevel::warning, a.text);
}

void Supervisor::act(const Stop& a) {
  stop_ = Error{Fault::refused, a.reason};
}

void Supervisor::ask_welcome() {
  asked_welcome_ = read_clock().mono;
  send({agent_.stamp(), Ping{build_id()}});
}

void Supervisor::welcome(const Welcome& w) {
  BlobSource source{w.transfer, w.blob_dir,
                    w.machine == transport::machine_id()};
  blob_thread_.give([this, source]() -> Completion {
    blobs_.use(source);
    return [] {};
  });
  welcomed_ = true;
  for (const auto& start : std::exchange(waiting_, {})) prepare(start);
}

void Supervisor::receive() {
  while (auto frame = dealer_.receive()) {
    auto message = wire::decode(*frame);
    if (!message) {
      log(LogLevel::warning, message.error().message);
      continue;
    }
    if (const auto* w = std::get_if<Welcome>(&message->body)) welcome(*w);
    step(FromBroker{std::move(*message)});
  }
}

void Supervisor::wait() {
  std::vector<transport::PollItem> items{
      {.socket = &dealer_.socket()},
      {.fd = launcher_.fd()},
      {.fd = file_thread_.fd()},
      {.fd = blob_thread_.fd()},
  };
  for (const auto& [attempt, job] : jobs_) {
    if (job.pipe) items.push_back({.fd = job.pipe->fd()});
  }
  transport::poll(items, kTurn);
  receive();
  launcher_events();
  for (const auto& done : file_thread_.take()) done();
  for (const auto& done : blob_thread_.take()) done();
  read_progress();
  tail_logs();
  watch_memory();
  write_what_failed();
  give_back_what_is_known();
}

bool Supervisor::should_end(const volatile std::sig_atomic_t& signals) {
  if (stop_) return true;
  if (signals > drain_signals_) {
    drain_signals_ = signals;
    if (signals > 1) return true;
    log(LogLevel::info, "ending: running jobs are given back");
    drain_began_ = read_clock().mono;
    step(Drain{});
  }
  const Millis now = read_clock().mono;
  const bool busy = !agent_.idle();
  if (drain_signals_ > 0) {
    for (const auto& [attempt, job] : jobs_) {
      if (agent_.holds(attempt)) return false;
    }
    // What has ended is brought to the broker, if it is there to take it.
    return !busy || drain_began_ + kLastDelivery <= now;
  }
  if (options_.once && jobs_done_ > 0 && !busy) return true;
  if (!options_.idle_exit) return false;
  if (busy) busy_at_ = now;
  return std::max(busy_at_, agent_.heard()) + *options_.idle_exit <= now;
}

Result<> Supervisor::run(const volatile std::sig_atomic_t& signals) {
  ask_welcome();
  while (!should_end(signals)) {
    step(Tick{});
    if (!welcomed_ && asked_welcome_ + kAskWelcome <= read_clock().mono) {
      ask_welcome();
    }
    wait();
  }
  stop_transfers_ = true;
  if (stop_) return *stop_;
  return {};
}

}  // namespace mlb::worker
