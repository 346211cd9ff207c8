// Kernel functions, and machines that sum them over support vectors: what
// classification and regression by support vectors share.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "learn/trainer.h"

namespace mlb::learn {

/// A kernel with its numbers, `gamma` resolved.
struct Kernel {
  KernelType type = KernelType::rbf;
  double gamma = 1;
  double coef0 = 0;
  int degree = 3;

  /// Of rows with this product and squared lengths.
  double operator()(double product, double a, double b) const;
};

/// gamma `scale` is 1 / (width x variance of all values), `auto` 1 / width.
Kernel kernel_for(const KernelSpec& spec, const prep::Matrix& x);

/// Sum of products, in an order that the compiler can use registers for.
double dot(const float* a, const float* b, std::size_t width);

/// f(x) = sum alpha K(row, x) - bias over some of the vectors.
struct Machine {
  std::vector<std::uint32_t> rows;  ///< places among the vectors
  std::vector<double> alpha;
  double bias = 0;
};

/// Machines that share their support vectors.
class Machines {
 public:
  Machines(Kernel kernel, prep::Matrix vectors, std::vector<Machine> machines);
  /// Keeps of `x` only the rows that a machine uses.
  static Machines keep_used(Kernel kernel, const prep::Matrix& x,
                            std::vector<Machine> machines);
  std::size_t count() const { return machines_.size(); }
  std::size_t width() const { return vectors_.columns; }
  std::size_t vectors() const { return vectors_.rows; }
  const Kernel& kernel() const { return kernel_; }
  const prep::Matrix& matrix() const { return vectors_; }
  const std::vector<Machine>& machines() const { return machines_; }
  Facts facts() const;
  /// rows x machines.
  std::vector<double> scores(const prep::Matrix& x) const;
  void save(Writer& writer) const;
  static Result<Machines> load(std::size_t width, std::size_t count,
                               Reader& reader);

 private:
  Kernel kernel_;
  prep::Matrix vectors_;
  std::vector<double> norms_;  ///< squared lengths of the vectors
  std::vector<Machine> machines_;
};

}  // namespace mlb::learn
