// Rows of a table, and memory for a block of them turned so that points lie in SIMD lanes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace songscape {

constexpr std::size_t kBlock = 64;  // rows turned at a time: four AVX-512 vectors of floats
constexpr std::size_t kChunk = 8;   // columns read at a time

inline std::size_t padded(std::size_t dimension) {
  return (dimension + kChunk - 1) / kChunk * kChunk;
}

// A borrowed table, contiguous within a row. Rows are read kChunk columns at a time, beyond their
// end where another row follows; the last rows are read from a zero-padded copy instead.
template <class Real>
class Rows {
 public:
  Rows(const Real* data, std::size_t count, std::size_t dimension, std::size_t stride,
       const double* weights)
      : count(count), dimension(dimension), data_(data), stride_(stride), weights_(weights) {
    const std::size_t width = padded(dimension);
    const std::size_t end = count == 0 ? 0 : (count - 1) * stride + dimension;
    safe_ = count;
    while (safe_ > 0 && (safe_ - 1) * stride + width > end) --safe_;
    last_.resize((count - safe_) * width);
    for (std::size_t i = safe_; i < count; ++i)
      std::copy_n(data + i * stride, dimension, last_.begin() + (i - safe_) * width);
  }

  const Real* operator[](std::size_t i) const {
    return i < safe_ ? data_ + i * stride_ : last_.data() + (i - safe_) * padded(dimension);
  }
  // The row a block later, for the cache: the next page is beyond the hardware's own foresight.
  void prefetch(std::size_t i, std::size_t column) const {
    __builtin_prefetch(data_ + (i + kBlock) * stride_ + column);
  }
  double weight(std::size_t i) const { return weights_ ? weights_[i] : 1.0; }

  const std::size_t count, dimension;

 private:
  const Real* data_;
  std::size_t stride_, safe_;
  const double* weights_;
  std::vector<Real> last_;
};

// An affine map x -> (x - shift) * scale which brings a table near the origin and near one, so that
// float32 loses nothing that matters.
struct Frame {
  std::vector<double> shift;  // (padded,)
  double scale;
};

// Memory for one turned block, aligned to a cache line.
class Turned {
 public:
  explicit Turned(std::size_t dimension) : memory_(padded(dimension) * kBlock + 16) {}
  float* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    return reinterpret_cast<float*>((address + 63) / 64 * 64);
  }

 private:
  std::vector<float> memory_;
};

}  // namespace songscape
