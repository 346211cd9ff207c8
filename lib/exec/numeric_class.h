// The arithmetic that every program which learns or predicts has.
#pragma once

namespace mlb::exec {

/// Sets what OpenBLAS and OpenMP go by in this process and those it starts: one
/// thread (we share out the work ourselves) and the kernels of one processor,
/// so that the same numbers come out everywhere.
void set_numeric_class();

}  // namespace mlb::exec
