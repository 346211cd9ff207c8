// See machine.h.
#include "transport/machine.h"

#include <sys/utsname.h>

#include "base/file.h"

namespace mlb::transport {
namespace {

std::string first_line(const std::string& path) {
  auto text = read_file(path, 4096);
  if (!text) return {};
  return text->substr(0, text->find('\n'));
}

}  // namespace

std::string host_name() {
  utsname names{};
  if (::uname(&names) != 0 || names.nodename[0] == '\0') return "localhost";
  return names.nodename;
}

std::string machine_id() {
  const std::string id = first_line("/etc/machine-id");
  // Images for containers ship it empty or as this word, to be filled later.
  if (!id.empty() && id != "uninitialized") return id;
  return host_name() + "+" + first_line("/proc/sys/kernel/random/boot_id");
}

}  // namespace mlb::transport
