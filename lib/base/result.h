// Result<T>: a value or an Error.  Every expected failure of the suite (bad
// input, full disk, lost peer) is returned as one of these; nothing is thrown
// across our own functions.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace mlb {

/// What kind of failure it is.  Decides the exit code (see exit_code()).
enum class Fault {
  bug,          ///< 1: ours
  usage,        ///< 2: unknown verb, option, argument
  spec,         ///< 3: the job spec is invalid
  denied,       ///< 4: authentication or permission
  unreachable,  ///< 5: the broker does not answer
  not_found,    ///< 6: no such job, data set, artefact
  job_failed,   ///< 7: the job ran and failed
  cancelled,    ///< 8: the job was cancelled
  gate,         ///< 9: a `require` is not met
  refused,      ///< 10: quota, limit, draining, disk full, conflict
  data,         ///< 11: CSV or data set unreadable, or a file i/o error
  integrity,    ///< 12: a digest differs
};

/// The documented exit code of a failure (cli.md section 1).
int exit_code(Fault fault);

struct Error {
  Fault fault = Fault::bug;
  std::string message;
  /// Of the data, from 1, that the message is about; 0: of no row.  Who has the
  /// file knows its line.
  std::uint64_t row = 0;

  /// Puts "what: " in front of the message.
  Error context(const std::string& what) && {
    message = what + ": " + message;
    return std::move(*this);
  }
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit

  explicit operator bool() const { return state_.index() == 0; }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(value()); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const T& value() const {
    check_that(state_.index() == 0, "a result that holds a value");
    return *std::get_if<0>(&state_);
  }
  T& value() {
    check_that(state_.index() == 0, "a result that holds a value");
    return *std::get_if<0>(&state_);
  }
  const Error& error() const {
    check_that(state_.index() == 1, "a result that holds an error");
    return *std::get_if<1>(&state_);
  }
  /// The error, to be passed on: `return std::move(r).context("reading x")`.
  Error context(const std::string& what) && {
    return std::move(*std::get_if<1>(&state_)).context(what);
  }
  /// The error as it is, to be passed on.
  Error fail() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT

  explicit operator bool() const { return ok_; }
  const Error& error() const {
    check_that(!ok_, "a result that holds an error");
    return error_;
  }
  Error context(const std::string& what) && {
    return std::move(error_).context(what);
  }
  Error fail() && { return std::move(error_); }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace mlb
