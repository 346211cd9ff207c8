// See serve.h.
#include "serve.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/build.h"
#include "base/file.h"
#include "blob/cas.h"
#include "broker/core.h"
#include "disk_watch.h"
#include "shell.h"
#include "store/sqlite_store.h"
#include "transfer_thread.h"
#include "transport/machine.h"
#include "transport/socket.h"

namespace mlb::tool {
namespace {

namespace fs = std::filesystem;

constexpr Millis kWait = 100ms;
constexpr Millis kLastAnswers = 1s;
constexpr Millis kLook = 1s;  // at the disk, the workers, our socket's path

Error system_error(const std::string& path, const char* what) {
  return {Fault::refused, path + ": " + what + ": " + errno_text(errno)};
}

Result<> check_options(const ServeOptions& options) {
  if (!options.no_auth) {
    return Error{Fault::usage,
                 "this version has no keys yet and cannot tell users apart: "
                 "say --no-auth to serve everyone on this machine"};
  }
  auto url = transport::check_url(options.listen);
  if (!url) return std::move(url).context("--listen");
  if (!transport::is_loopback(options.listen)) {
    return Error{Fault::usage,
                 "--listen " + options.listen +
                     ": without keys only addresses of this machine are "
                     "served: tcp://127.0.0.1:PORT, tcp://[::1]:PORT or "
                     "ipc:///PATH"};
  }
  return {};
}

/// Makes the directory for this user alone and returns its absolute path.
Result<std::string> make_data_dir(const std::string& dir) {
  std::error_code failed;
  const auto path = fs::absolute(dir, failed).lexically_normal();
  fs::create_directories(path.parent_path(), failed);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error(path, "cannot create");
  }
  return path.string();
}

/// Held as long as the descriptor is open, also over a crash of ours.
Result<Fd> lock(const std::string& dir) {
  const std::string path = dir + "/lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return system_error(path, "cannot open");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(path, "cannot lock");
    const auto pid = read_file(path, 100);
    return Error{Fault::refused, dir +
                                     ": another broker serves this "
                                     "directory (pid " +
                                     (pid ? *pid : "unknown") + ")"};
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(fd.get(), 0) != 0) return system_error(path, "cannot write");
  auto written = write_all(fd.get(), view_of(pid));
  if (!written) return std::move(written).context(path);
  return fd;
}

/// Counts this start, before anything is said.
Result<store::Loaded> begin_epoch(store::Store& store) {
  auto loaded = store.load();
  if (!loaded) return loaded;
  StoreRow& row = loaded->store;
  if (row.store.is_nil()) {
    row.store = StoreId::random();
    row.timeline = TimelineId::random();
  }
  ++row.epoch;
  const std::array<Record, 1> records{PutStore{row}};
  auto done = store.commit(records);
  if (!done) return std::move(done).fail();
  return loaded;
}

/// SIGTERM and SIGINT as a descriptor; threads made later block them, too.
Fd stop_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGTERM);
  sigaddset(&wanted, SIGINT);
  sigprocmask(SIG_BLOCK, &wanted, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return Fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// The blob socket stands beside the control socket: "tcp://HOST:" or
/// "ipc://PATH.blobs".
std::string transfer_url(const std::string& listen) {
  if (listen.starts_with("ipc://")) return listen + ".blobs";
  return listen.substr(0, listen.rfind(':') + 1);
}

/// Takes the port of the last start when it is free, so that transfers that
/// a restart interrupted go on by themselves.
Result<TransferThread> start_transfer(transport::Context& context,
                                      const std::string& listen,
                                      const std::string& dir,
                                      const blob::Cas& blobs) {
  const std::string url = transfer_url(listen);
  if (url.starts_with("ipc://")) {
    return TransferThread::start(context, url, blobs);
  }
  const std::string file = dir + "/transfer-port";
  if (const auto port = read_file(file, 10)) {
    auto again = TransferThread::start(context, url + *port, blobs);
    if (again) return again;
  }
  auto fresh = TransferThread::start(context, url + "0", blobs);
  if (!fresh) return fresh;
  const std::string& endpoint = fresh->endpoint();
  const std::string port = endpoint.substr(endpoint.rfind(':') + 1);
  // Only a convenience: the next start picks another one without it.
  const auto kept = write_file_durably(file, view_of(port));
  if (!kept) log(LogLevel::warning, kept.error().message);
  return fresh;
}

/// All that lives as long as the broker serves.
struct Broker {
  const ServeOptions& options;
  Fd signals;
  Fd held;  ///< the lock on the directory
  store::SqliteStore store;
  broker::Core core;
  DiskWatch disk;
  blob::Cas blobs;
  transport::Context context;
  std::optional<TransferThread> transfer;
  std::optional<transport::Router> router;
  std::optional<Shell> shell;
  Millis looked{0};

  void look_around(Millis now);
  void wait();
  bool is_idle(Millis now) const;
  Result<bool> leave_when_idle();
  Result<> run();
  Result<> finish();
};

/// Once a second: the disk, the workers, the path of our socket.
void Broker::look_around(Millis now) {
  if (looked != Millis(0) && now - looked < kLook) return;
  looked = now;
  const bool low = disk.look();
  shell->add(broker::DiskState{low});
  transfer->set_disk_low(low);
  shell->ping_workers();
  if (router->is_in_place()) return;
  log(LogLevel::warning,
      router->endpoint() + ": the socket was removed; " + "listening again");
  const auto bound = router->rebind();
  if (!bound) log(LogLevel::error, bound.error().message);
}

void Broker::wait() {
  std::array items{
      transport::PollItem{.socket = &router->socket(), .fd = -1},
      transport::PollItem{.socket = nullptr, .fd = transfer->event_fd()},
      transport::PollItem{.socket = nullptr, .fd = signals.get()}};
  transport::poll(items, shell->has_more() ? 0ms : kWait);
  for (const auto& blob : transfer->take_stored()) {
    // It may have been removed since it came.
    if (!blobs.has(blob.digest)) continue;
    shell->add(broker::BlobStored{blob.digest, blob.bytes});
  }
}

bool Broker::is_idle(Millis now) const {
  return options.embedded && core.unfinished() == 0 &&
         now - shell->client_heard() >= options.idle_exit;
}

/// Stops listening, then looks once more: who came in between is served.
Result<bool> Broker::leave_when_idle() {
  if (!is_idle(read_clock().mono)) return false;
  router->unbind();
  auto done = shell->turn();
  if (!done) return std::move(done).fail();
  if (is_idle(read_clock().mono)) return true;
  done = router->rebind();
  if (!done) return std::move(done).fail();
  return false;
}

Result<> Broker::run() {
  for (;;) {
    wait();
    signalfd_siginfo signal{};
    if (::read(signals.get(), &signal, sizeof signal) > 0) {
      log(LogLevel::info,
          "stopping: signal " + std::to_string(signal.ssi_signo));
      return finish();
    }
    look_around(read_clock().mono);
    auto done = shell->turn();
    if (!done) return done;
    auto leave = leave_when_idle();
    if (!leave) return std::move(leave).fail();
    if (*leave) {
      log(LogLevel::info, "stopping: idle");
      return {};
    }
  }
}

/// Answers what has arrived; connections that go on talking are left.
Result<> Broker::finish() {
  router->unbind();
  const Millis began = read_clock().mono;
  do {
    auto done = shell->turn();
    if (!done) return done;
  } while (!shell->drained() && read_clock().mono - began < kLastAnswers);
  return {};
}

Result<> open_sockets(Broker& broker, const std::string& dir) {
  const std::string& url = broker.options.listen;
  auto transfer = start_transfer(broker.context, url, dir, broker.blobs);
  if (!transfer) return std::move(transfer).fail();
  broker.transfer.emplace(std::move(*transfer));
  auto router = transport::Router::bind(broker.context, url);
  if (!router) return std::move(router).fail();
  broker.router.emplace(std::move(*router));
  broker.shell.emplace(broker.core, broker.store, *broker.router, broker.blobs,
                       Identity{.build = build_id(),
                                .machine = transport::machine_id(),
                                .transfer = broker.transfer->endpoint(),
                                .blob_dir = dir + "/blobs"});
  return {};
}

/// The path that --listen names must be in a folder that is there.
void make_socket_dir(const std::string& url) {
  if (!url.starts_with("ipc://")) return;
  const auto parent = fs::path(url.substr(6)).parent_path();
  std::error_code ignored;
  if (!fs::exists(parent, ignored)) ::mkdir(parent.c_str(), 0700);
}

int print(const Error& error) {
  std::fprintf(stderr, "mlbroker: %s\n", error.message.c_str());
  return exit_code(error.fault);
}

int serve_from(Broker& broker, const std::string& dir) {
  make_socket_dir(broker.options.listen);
  auto opened = open_sockets(broker, dir);
  if (!opened) return print(opened.error());
  std::printf("ready %s\n", broker.router->endpoint().c_str());
  std::fflush(stdout);
  log(LogLevel::info,
      "serving " + dir + " on " + broker.router->endpoint() + ", start " +
          std::to_string(broker.core.store_row().epoch) + ", " +
          std::to_string(broker.core.unfinished()) + " unfinished jobs");
  const auto done = broker.run();
  if (done) return 0;
  log(LogLevel::error,
      done.error().message + "; nothing that was not saved " + "has been said");
  return kExitStoreFailed;
}

}  // namespace

int serve(const ServeOptions& options) {
  const auto checked = check_options(options);
  if (!checked) return print(checked.error());
  start_log("mlbroker", options.log_level, options.log_format);
  Fd signals = stop_signals();
  const auto dir = make_data_dir(options.data);
  if (!dir) return print(dir.error());
  auto held = lock(*dir);
  if (!held) return print(held.error());
  auto blobs = blob::Cas::open(*dir + "/blobs");
  if (!blobs) return print(blobs.error());
  auto store = store::SqliteStore::open(*dir + "/mlbatch.db");
  if (!store) return print(store.error());
  const auto loaded = begin_epoch(*store);
  if (!loaded) return print(loaded.error());
  const auto synced = sync_directory(*dir);
  if (!synced) return print(synced.error());
  Broker broker{.options = options,
                .signals = std::move(signals),
                .held = std::move(*held),
                .store = std::move(*store),
                .core = broker::Core(*loaded, broker::Limits{}, read_clock()),
                .disk = DiskWatch(*dir, options.min_free),
                .blobs = std::move(*blobs),
                .context = {},
                .transfer = {},
                .router = {},
                .shell = {}};
  return serve_from(broker, *dir);
}

}  // namespace mlb::tool
