// The templates of net.h.
#pragma once

#include "learn/net/net.h"

namespace mlb::learn {

namespace detail {

template <class T>
void dense_forward(const NetLayer& l, std::span<const T> p, const T* in,
                   std::size_t rows, T* out) {
  if (l.has_bias) {
    for (std::size_t i = 0; i < rows; ++i) {
      std::copy_n(p.data() + l.bias, l.out, out + i * l.out);
    }
  }
  ops::gemm(ops::Transpose::no, ops::Transpose::no, rows, l.out, l.in, in,
            p.data() + l.weights, l.has_bias ? T(1) : T(0), out);
}

template <class T>
void dense_backward(const NetLayer& l, std::span<const T> p, const T* in,
                    std::size_t rows, const T* out_gradient, T* in_gradient,
                    std::span<T> gradient) {
  ops::gemm(ops::Transpose::yes, ops::Transpose::no, l.in, l.out, rows, in,
            out_gradient, T(1), gradient.data() + l.weights);
  if (l.has_bias) {
    T* bias = gradient.data() + l.bias;
    for (std::size_t i = 0; i < rows; ++i) {
      const T* row = out_gradient + i * l.out;
      for (std::size_t j = 0; j < l.out; ++j) bias[j] += row[j];
    }
  }
  if (in_gradient == nullptr) return;
  ops::gemm(ops::Transpose::no, ops::Transpose::yes, rows, l.in, l.out,
            out_gradient, p.data() + l.weights, T(0), in_gradient);
}

template <class T>
void dropout_forward(const NetLayer& l, const T* in, std::size_t count,
                     Rng* rng, std::vector<T>& mask, T* out) {
  if (rng == nullptr || l.rate <= 0) {
    mask.clear();
    std::copy_n(in, count, out);
    return;
  }
  mask.resize(count);
  const T kept = static_cast<T>(1 / (1 - l.rate));
  for (std::size_t i = 0; i < count; ++i) {
    mask[i] = rng->uniform() < l.rate ? T(0) : kept;
    out[i] = in[i] * mask[i];
  }
}

template <class T>
void activate(const NetLayer& l, const T* in, std::size_t rows, T* out) {
  const std::size_t count = rows * l.out;
  switch (l.type) {
    case LayerType::relu:
      for (std::size_t i = 0; i < count; ++i) out[i] = in[i] > 0 ? in[i] : T(0);
      return;
    case LayerType::tanh:
      for (std::size_t i = 0; i < count; ++i) out[i] = ops::tanh(in[i]);
      return;
    case LayerType::sigmoid:
      for (std::size_t i = 0; i < count; ++i) out[i] = ops::sigmoid(in[i]);
      return;
    case LayerType::softmax:
      std::copy_n(in, count, out);
      softmax_rows(out, rows, l.out);
      return;
    case LayerType::dense:
    case LayerType::dropout: break;
  }
  check_that(false, "an activation layer");
}

/// dL/din from dL/dout and the layer's output.
template <class T>
void activate_backward(const NetLayer& l, const T* out, const T* g,
                       std::size_t rows, T* in_gradient) {
  const std::size_t count = rows * l.out;
  switch (l.type) {
    case LayerType::relu:
      for (std::size_t i = 0; i < count; ++i) {
        in_gradient[i] = out[i] > 0 ? g[i] : T(0);
      }
      return;
    case LayerType::tanh:
      for (std::size_t i = 0; i < count; ++i) {
        in_gradient[i] = g[i] * (1 - out[i] * out[i]);
      }
      return;
    case LayerType::sigmoid:
      for (std::size_t i = 0; i < count; ++i) {
        in_gradient[i] = g[i] * out[i] * (1 - out[i]);
      }
      return;
    case LayerType::softmax:
      for (std::size_t r = 0; r < rows; ++r) {
        const T* s = out + r * l.out;
        const T* gr = g + r * l.out;
        T dot = 0;
        for (std::size_t j = 0; j < l.out; ++j) dot += s[j] * gr[j];
        for (std::size_t j = 0; j < l.out; ++j) {
          in_gradient[r * l.out + j] = s[j] * (gr[j] - dot);
        }
      }
      return;
    case LayerType::dense:
    case LayerType::dropout: break;
  }
  check_that(false, "an activation layer");
}

}  // namespace detail

template <class T>
const T* forward(const NetShape& shape, std::span<const T> parameters,
                 const T* x, std::size_t rows, Rng* dropout,
                 NetWorkspace<T>& work) {
  work.outputs.resize(shape.layers.size());
  work.masks.resize(shape.layers.size());
  const T* in = x;
  for (std::size_t i = 0; i < shape.layers.size(); ++i) {
    const NetLayer& l = shape.layers[i];
    std::vector<T>& out = work.outputs[i];
    out.resize(rows * l.out);
    if (l.type == LayerType::dense) {
      detail::dense_forward(l, parameters, in, rows, out.data());
    } else if (l.type == LayerType::dropout) {
      detail::dropout_forward(l, in, rows * l.out, dropout, work.masks[i],
                              out.data());
    } else {
      detail::activate(l, in, rows, out.data());
    }
    in = out.data();
  }
  return in;
}

template <class T>
void backward(const NetShape& shape, std::span<const T> parameters, const T* x,
              std::size_t rows, const T* output_gradient, NetWorkspace<T>& work,
              std::span<T> gradient) {
  work.gradients.resize(shape.layers.size());
  const T* g = output_gradient;
  for (std::size_t i = shape.layers.size(); i-- > 0;) {
    const NetLayer& l = shape.layers[i];
    const T* in = i == 0 ? x : work.outputs[i - 1].data();
    std::vector<T>& in_gradient = work.gradients[i];
    if (i > 0 || l.type != LayerType::dense) in_gradient.resize(rows * l.in);
    T* to = i == 0 ? nullptr : in_gradient.data();
    if (l.type == LayerType::dense) {
      detail::dense_backward(l, parameters, in, rows, g, to, gradient);
    } else if (i == 0) {
      return;  // nothing before it has parameters
    } else if (l.type == LayerType::dropout) {
      const std::vector<T>& mask = work.masks[i];
      for (std::size_t j = 0; j < rows * l.out; ++j) {
        to[j] = mask.empty() ? g[j] : g[j] * mask[j];
      }
    } else {
      detail::activate_backward(l, work.outputs[i].data(), g, rows, to);
    }
    g = to;
  }
}

template <class T>
void softmax_rows(T* values, std::size_t rows, std::size_t columns) {
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = values + i * columns;
    const T largest = *std::max_element(row, row + columns);
    T sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      row[j] = ops::exp(row[j] - largest);
      sum += row[j];
    }
    for (std::size_t j = 0; j < columns; ++j) row[j] /= sum;
  }
}

template <class T>
double cross_entropy(T* values, const float* y, std::size_t rows,
                     std::size_t columns, T* gradient, const float* weights) {
  double loss = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    T* row = values + i * columns;
    const T largest = *std::max_element(row, row + columns);
    const auto wanted = static_cast<std::size_t>(y[i]);
    const T score = row[wanted] - largest;
    T sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      row[j] = ops::exp(row[j] - largest);
      sum += row[j];
    }
    // log of the sum rather than of a probability that may be zero.
    const T weight = weights == nullptr ? T{1} : static_cast<T>(weights[i]);
    loss += static_cast<double>(weight * (ops::log(sum) - score));
    for (std::size_t j = 0; j < columns; ++j) {
      row[j] /= sum;
      gradient[i * columns + j] = weight * row[j];
    }
    gradient[i * columns + wanted] -= weight;
  }
  return loss;
}

template <class T>
double squared_error(const T* values, const T* y, std::size_t rows, T* gradient,
                     const float* weights) {
  double loss = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const T d = values[i] - y[i];
    const T weight = weights == nullptr ? T{1} : static_cast<T>(weights[i]);
    loss += static_cast<double>(weight) * static_cast<double>(d) *
            static_cast<double>(d);
    gradient[i] = weight * 2 * d;
  }
  return loss;
}

}  // namespace mlb::learn
