// Writes a CSV for measurements: the same bytes for the same arguments.
//   generate numeric|twenty|mixed|text|flights|wide BYTES SEED > FILE
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace {

constexpr std::string_view kWords[] = {"pump",
                                       "valve",
                                       "bearing",
                                       "temperature",
                                       "\xc3\xbc"
                                       "ber",
                                       "night",
                                       "shift",
                                       "drift",
                                       "na\xc3\xafve",
                                       "operator"};
constexpr std::string_view kColours[] = {"red", "green", "blue", "black"};
constexpr std::size_t kFlush = 1u << 20;

class Csv {
 public:
  Csv(std::uint64_t bytes, std::uint64_t seed) : bytes_(bytes), rng_(seed) {}

  bool is_full() const { return written_ + out_.size() >= bytes_; }
  void comma() { out_ += ','; }
  void raw(std::string_view text) { out_ += text; }
  void whole(std::uint64_t value) { out_ += std::to_string(value); }
  void whole_below(std::uint64_t bound) { whole(rng_.below(bound)); }

  /// `digits` behind the point; 0: as many as the number needs.
  void real(double value, int digits) {
    char text[64];
    const auto end = digits == 0
                         ? std::to_chars(text, text + sizeof text, value)
                         : std::to_chars(text, text + sizeof text, value,
                                         std::chars_format::fixed, digits);
    out_.append(text, end.ptr);
  }
  void digits(std::uint64_t value, std::size_t width) {
    const std::string text = std::to_string(value);
    out_.append(width - std::min(width, text.size()), '0');
    out_ += text;
  }
  void date() {
    whole(2015 + rng_.below(10));
    out_ += '-';
    digits(1 + rng_.below(12), 2);
    out_ += '-';
    digits(1 + rng_.below(28), 2);
  }
  void time() {
    date();
    for (const auto& [mark, bound] :
         {std::pair('T', 24), std::pair(':', 60), std::pair(':', 60)}) {
      out_ += mark;
      digits(rng_.below(static_cast<std::uint64_t>(bound)), 2);
    }
    out_ += 'Z';
  }
  void words(std::uint64_t count) {
    out_ += '"';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) out_ += rng_.below(6) == 0 ? ", " : " ";
      if (rng_.below(25) == 0) out_ += "\"\"";
      out_ += kWords[rng_.below(std::size(kWords))];
      if (rng_.below(30) == 0) out_ += '\n';
    }
    out_ += '"';
  }
  /// One value in fifty is missing.
  bool missing() {
    if (rng_.below(50) != 0) return false;
    if (rng_.below(4) == 0) out_ += "NA";
    return true;
  }
  void end_row() {
    out_ += '\n';
    if (out_.size() > kFlush) flush();
  }
  void flush() {
    written_ += out_.size();
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    out_.clear();
  }
  mlb::Rng& rng() { return rng_; }

 private:
  std::uint64_t bytes_;
  std::uint64_t written_ = 0;
  mlb::Rng rng_;
  std::string out_;
};

void numeric_row(Csv& csv, int columns) {
  csv.whole_below(2);
  for (int i = 0; i < columns; ++i) {
    csv.comma();
    if (csv.missing()) continue;
    const double value = csv.rng().normal();
    if (i % 7 == 6) {
      csv.whole_below(1000);
    } else if (i % 7 == 5) {
      csv.real(value, 0);
    } else {
      csv.real(value, i % 7 < 3 ? 6 : 9);
    }
  }
  csv.end_row();
}

void mixed_row(Csv& csv, std::uint64_t row) {
  csv.whole(row);
  csv.comma();
  csv.digits(csv.rng().below(100000), 5);
  csv.comma();
  if (!csv.missing()) csv.whole(18 + csv.rng().below(70));
  csv.comma();
  if (!csv.missing()) csv.raw(csv.rng().below(3) == 0 ? "true" : "false");
  for (int digits : {2, 6, 0, 4, 7, 7}) {
    csv.comma();
    if (!csv.missing()) csv.real(100 * csv.rng().normal(), digits);
  }
  csv.comma();
  if (!csv.missing()) csv.date();
  csv.comma();
  if (!csv.missing()) csv.time();
  csv.comma();
  if (!csv.missing()) csv.raw(kColours[csv.rng().below(std::size(kColours))]);
  csv.comma();
  csv.raw("cust_");
  csv.whole_below(50000);
  csv.comma();
  if (!csv.missing()) csv.words(csv.rng().below(4) == 0 ? 12 : 1);
  csv.comma();
  csv.whole_below(2);
  csv.end_row();
}

std::string header(const std::string& kind, int columns) {
  if (kind == "mixed") {
    return "id,zip,age,flag,price,ratio,reading,offset,lat,lon,date,ts,colour,"
           "customer,comment,label\n";
  }
  if (kind == "text") return "id,text,label\n";
  if (kind == "flights") return "time,delay,distance,from,label\n";
  std::string out = "label";
  for (int i = 0; i < columns; ++i) out += ",f" + std::to_string(i);
  return out + "\n";
}

void flights_row(Csv& csv) {
  csv.time();
  csv.comma();
  csv.whole_below(300);
  csv.comma();
  csv.whole_below(5000);
  csv.comma();
  csv.raw("A");
  csv.whole_below(300);
  csv.comma();
  csv.whole_below(2);
  csv.end_row();
}

void text_row(Csv& csv, std::uint64_t row) {
  csv.whole(row);
  csv.comma();
  csv.words(20 + csv.rng().below(60));
  csv.comma();
  csv.whole_below(2);
  csv.end_row();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs(
        "usage: generate numeric|twenty|mixed|text|flights|wide BYTES SEED\n",
        stderr);
    return 2;
  }
  const std::string kind = argv[1];
  const int columns = kind == "wide" ? 1499 : kind == "twenty" ? 20 : 28;
  Csv csv(std::strtoull(argv[2], nullptr, 10),
          std::strtoull(argv[3], nullptr, 10));
  csv.raw(header(kind, columns));
  for (std::uint64_t row = 1; !csv.is_full(); ++row) {
    if (kind == "mixed") {
      mixed_row(csv, row);
    } else if (kind == "flights") {
      flights_row(csv);
    } else if (kind == "text") {
      text_row(csv, row);
    } else {
      numeric_row(csv, columns);
    }
  }
  csv.flush();
  return 0;
}
