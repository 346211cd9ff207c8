// What a terminal is, and how numbers, bars and texts look on it.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>

#include "base/file.h"
#include "term/progress.h"
#include "term/terminal.h"

using namespace mlb;
using namespace mlb::term;

namespace {

/// The environment that terminals are judged by; restored at the end.
class Environment {
 public:
  Environment() {
    for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS",
                             "LC_ALL", "LC_CTYPE", "LANG"}) {
      const char* value = ::getenv(name);
      if (value != nullptr)
        before_[name] = value;
      else
        before_[name] = std::nullopt;
      ::unsetenv(name);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1)
            : ::unsetenv(name.c_str());
    }
  }
  Environment& with(const char* name, const char* value) {
    ::setenv(name, value, 1);
    return *this;
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

struct Pty {
  Fd main{::posix_openpt(O_RDWR | O_NOCTTY)};
  Fd terminal;
  Pty() {
    REQUIRE(main);
    REQUIRE(::grantpt(main.get()) == 0);
    REQUIRE(::unlockpt(main.get()) == 0);
    terminal = Fd(::open(::ptsname(main.get()), O_RDWR | O_NOCTTY));
    REQUIRE(terminal);
  }
};

Terminal look(int fd, Color color = Color::automatic) {
  return look_at(fd, color);
}

}  // namespace

TEST_CASE("a file is no terminal: no colour, 80 columns") {
  Environment e;
  const Fd null(::open("/dev/null", O_WRONLY));
  const auto t = look(null.get());
  CHECK_FALSE(t.is_tty);
  CHECK_FALSE(t.color);
  CHECK(t.width == 80);
  CHECK(look(null.get(), Color::always).color);
  e.with("CLICOLOR_FORCE", "1");
  CHECK(look(null.get()).color);
  e.with("NO_COLOR", "1");
  CHECK_FALSE(look(null.get()).color);
}

TEST_CASE("a terminal has colour unless someone says no") {
  Environment e;
  e.with("TERM", "xterm");
  const Pty pty;
  const int fd = pty.terminal.get();
  CHECK(look(fd).is_tty);
  CHECK(look(fd).color);
  CHECK_FALSE(look(fd, Color::never).color);
  e.with("NO_COLOR", "1");
  CHECK_FALSE(look(fd).color);
  CHECK(look(fd, Color::always).color);
}

TEST_CASE("a dumb terminal is written to as a file is") {
  Environment e;
  e.with("TERM", "dumb");
  const Pty pty;
  CHECK_FALSE(look(pty.terminal.get()).is_tty);
  CHECK_FALSE(look(pty.terminal.get()).color);
}

TEST_CASE("UTF-8 is judged by the first locale variable that is set") {
  Environment e;
  CHECK_FALSE(look(0).utf8);
  e.with("LANG", "de_DE.UTF-8");
  CHECK(look(0).utf8);
  e.with("LC_CTYPE", "C.utf8");
  CHECK(look(0).utf8);
  e.with("LC_ALL", "C");
  CHECK_FALSE(look(0).utf8);
}

TEST_CASE("COLUMNS is the width; nonsense is not") {
  Environment e;
  e.with("COLUMNS", "123");
  CHECK(look(0).width == 123);
  e.with("COLUMNS", "-5");
  const Fd null(::open("/dev/null", O_WRONLY));
  CHECK(look(null.get()).width == 80);
}

TEST_CASE("sizes and counts have three digits") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1000) == "1.00 kB");
  CHECK(bytes_text(12'345'678) == "12.3 MB");
  CHECK(bytes_text(999'600) == "1.00 MB");
  CHECK(bytes_text(5e15) == "5000 TB");
  CHECK(count_text(850) == "850");
  CHECK(count_text(142'300) == "142 k");
  CHECK(count_text(1'200'000) == "1.20 M");
}

TEST_CASE("spans and clocks") {
  CHECK(span_text(0.04) == "0.0s");
  CHECK(span_text(9.94) == "9.9s");
  CHECK(span_text(9.96) == "10s");
  CHECK(span_text(59.6) == "1m00s");
  CHECK(span_text(192) == "3m12s");
  CHECK(span_text(3599.7) == "1h00m");
  CHECK(span_text(7500) == "2h05m");
  CHECK(clock_text(134) == "02:14");
  CHECK(clock_text(3734) == "1:02:14");
  CHECK(clock_text(-1) == "00:00");
}

TEST_CASE("numbers lose the zero before the point, and nothing else") {
  CHECK(number_text(0.43621, 4) == ".4362");
  CHECK(number_text(-0.5, 2) == "-.50");
  CHECK(number_text(0.99996, 6) == ".999960");
  CHECK(number_text(0.99996, 4) == "1.0000");
  CHECK(number_text(0, 4) == "0");
  CHECK(number_text(12.3456, 4) == "12.35");
  CHECK(number_text(3e-7, 4) == "3e-07");
  CHECK(number_text(0.0 / 0.0, 4) == "nan");
  CHECK(number_text(-1 / 0.0, 4) == "-inf");
}

TEST_CASE("a bar always has its width") {
  CHECK(bar(0, 4, false) == "....");
  CHECK(bar(0.5, 4, false) == "##..");
  CHECK(bar(1, 4, false) == "####");
  CHECK(bar(7, 4, false) == "####");
  CHECK(bar(-1, 4, false) == "....");
  CHECK(bar(0.5, 3, true) == "█▌░");
  for (int i = 0; i <= 100; ++i) CHECK(cells(bar(i / 100.0, 18, true)) == 18);
}

TEST_CASE("cells are code points; fit cuts between them") {
  CHECK(cells("") == 0);
  CHECK(cells("Zürich") == 6);
  CHECK(fit("Zürich", 2) == "Zü");
  CHECK(fit("Zürich", 6) == "Zürich");
  CHECK(fit("Zürich", 60) == "Zürich");
  CHECK(fit("Zürich", 0) == "");
  CHECK(fit("Zürich", -1) == "");
}

TEST_CASE("progress says how much, how fast, how long") {
  CHECK(progress_text(12'300'000, 24'600'000, 1) ==
        "12.3 MB  50%  12.3 MB/s  ETA 00:01");
  CHECK(progress_text(10, 0, 1) == "10 B  10 B/s");
  CHECK(progress_text(10, 10, 0) == "10 B  100%  0 B/s");
  CHECK(progress_text(3, 12, 2, "columns") == "3 columns  25%  ETA 00:06");
}
