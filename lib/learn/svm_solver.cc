// See svm_solver.h.  The only file that sees Dlib's machines: it takes half a
// minute and 700 MB to compile.
#include "learn/svm_solver.h"

#include <dlib/svm/svm_c_trainer.h>
#include <dlib/svm/svr_trainer.h>

#include <algorithm>

namespace mlb::learn {
namespace {

/// Thrown out of Dlib's loops, which know of no interruption.
struct Stopped {};

struct Sample {
  const float* values = nullptr;
  double norm = 0;
  std::uint32_t row = 0;
};

/// Our kernel, as Dlib wants one.
struct DlibKernel {
  using scalar_type = double;
  using sample_type = Sample;
  using mem_manager_type = dlib::default_memory_manager;

  Kernel kernel;
  std::size_t width = 0;
  StopAsked stop_asked = nullptr;

  double operator()(const Sample& a, const Sample& b) const {
    if (stop_asked()) throw Stopped{};
    return kernel(dot(a.values, b.values, width), a.norm, b.norm);
  }
};

std::vector<Sample> samples_of(const SvmProblem& p) {
  std::vector<Sample> out;
  for (const std::uint32_t row : p.rows) {
    const float* values = p.x.row(row).data();
    out.push_back({values, dot(values, values, p.x.columns), row});
  }
  return out;
}

template <class Trainer>
void prepare(Trainer& trainer, const SvmProblem& p, const SolverOptions& o) {
  constexpr double kTolerance = 1e-3;  // as LIBSVM has it
  trainer.set_kernel({o.kernel, p.x.columns, o.stop_asked});
  trainer.set_epsilon(kTolerance);
  trainer.set_cache_size(
      std::max<long>(1, static_cast<long>(o.cache_bytes >> 20)));
}

template <class Trainer>
std::optional<Machine> solve(const Trainer& trainer, const SvmProblem& p) {
  try {
    const auto found = trainer.train(samples_of(p), p.targets);
    Machine out;
    out.bias = found.b;
    for (long i = 0; i < found.alpha.size(); ++i) {
      out.rows.push_back(found.basis_vectors(i).row);
      out.alpha.push_back(found.alpha(i));
    }
    return out;
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<Machine> solve_classes(const SvmProblem& p, double cost_of_yes,
                                     double cost_of_no,
                                     const SolverOptions& options) {
  const bool yes =
      std::find(p.targets.begin(), p.targets.end(), 1.0) != p.targets.end();
  const bool no =
      std::find(p.targets.begin(), p.targets.end(), -1.0) != p.targets.end();
  if (!yes || !no) return Machine{{}, {}, yes ? -1.0 : 1.0};
  dlib::svm_c_trainer<DlibKernel> trainer;
  prepare(trainer, p, options);
  trainer.set_c_class1(cost_of_yes);
  trainer.set_c_class2(cost_of_no);
  return solve(trainer, p);
}

std::optional<Machine> solve_numbers(const SvmProblem& p, double cost,
                                     double epsilon,
                                     const SolverOptions& options) {
  dlib::svr_trainer<DlibKernel> trainer;
  prepare(trainer, p, options);
  trainer.set_c(cost);
  trainer.set_epsilon_insensitivity(epsilon);
  return solve(trainer, p);
}

}  // namespace mlb::learn
