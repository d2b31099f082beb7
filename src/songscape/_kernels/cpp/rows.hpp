// Rows of a table, and memory for a block of them turned so that points lie in SIMD lanes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace songscape {

// Memory that begins with a cache line, so that no whole vector lies across two; a large one in huge
// pages where the system lets it, since touching every small page first costs more than filling it.
template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class Other>
  LineAllocator(const LineAllocator<Other>&) {}
  T* allocate(std::size_t count) {
    const std::size_t size = count * sizeof(T);
    void* memory = ::operator new(size, kLine);
#ifdef MADV_HUGEPAGE
    constexpr std::size_t huge = std::size_t{1} << 21;
    const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + huge - 1) / huge * huge;
    const auto end = (reinterpret_cast<std::uintptr_t>(memory) + size) / huge * huge;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
  template <class Other>
  bool operator==(const LineAllocator<Other>&) const {
    return true;
  }
  template <class Other>
  bool operator!=(const LineAllocator<Other>&) const {
    return false;
  }
  static constexpr std::align_val_t kLine{64};
};
template <class T>
using Lines = std::vector<T, LineAllocator<T>>;

constexpr std::size_t kBlock = 64;  // rows turned at a time: four AVX-512 vectors of floats
constexpr std::size_t kChunk = 8;   // columns read at a time

inline std::size_t padded(std::size_t dimension) {
  return (dimension + kChunk - 1) / kChunk * kChunk;
}

// kBlock rows, each readable up to `padded(dimension)` columns.
template <class Real>
struct Block {
  using Number = Real;
  const Real* operator[](std::size_t i) const { return first + i * stride; }
  std::size_t index(std::size_t i) const { return begin + i; }

  const Real* first;
  std::size_t stride, begin, size;  // of its kBlock rows the first `size` are the table's
};

// A borrowed table, contiguous within a row. Rows are read kChunk columns at a time, beyond their
// end where another row follows; a block that would leave the table is read from a copy instead.
template <class Real>
class Rows {
 public:
  Rows(const Real* data, std::size_t count, std::size_t dimension, std::size_t stride,
       const double* weights)
      : count(count), dimension(dimension), data_(data), stride_(stride), weights_(weights) {}

  const Real* operator[](std::size_t i) const { return data_ + i * stride_; }
  double weight(std::size_t i) const { return weights_ ? weights_[i] : 1.0; }
  const double* weights() const { return weights_; }  // or null where every row counts once

  Block<Real> block(std::size_t begin, std::size_t end, std::vector<Real>& copy) const {
    const std::size_t width = padded(dimension), size = std::min(kBlock, end - begin);
    const std::size_t last = (count - 1) * stride_ + dimension;
    if (size == kBlock && (begin + kBlock - 1) * stride_ + width <= last)
      return {data_ + begin * stride_, stride_, begin, size};
    copy.assign(kBlock * width, Real{});
    for (std::size_t i = 0; i < kBlock; ++i)
      std::copy_n((*this)[begin + std::min(i, size - 1)], dimension, copy.begin() + i * width);
    return {copy.data(), width, begin, size};
  }

  // One row readable up to `padded(dimension)` columns, whatever stands in those beyond its own.
  const Real* readable(std::size_t i, std::vector<Real>& copy) const {
    const std::size_t width = padded(dimension), last = (count - 1) * stride_ + dimension;
    if (i * stride_ + width <= last) return (*this)[i];
    copy.assign(width, Real{});
    std::copy_n((*this)[i], dimension, copy.begin());
    return copy.data();
  }

  const std::size_t count, dimension;

 private:
  const Real* data_;
  std::size_t stride_;
  const double* weights_;
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
  explicit Turned(std::size_t dimension) : memory_(padded(dimension) * kBlock) {}
  float* data() { return memory_.data(); }

 private:
  Lines<float> memory_;
};

}  // namespace songscape
