// Compiles SONGSCAPE_KERNEL once for each instruction set, in a namespace of its name.
//
// A kernel is written once, over vectors of kLanes floats in the vector extensions of GCC and Clang
// (no intrinsics, so that other architectures compile the same source). The whole text must stand
// under the target: GCC lowers vectors of a width the function's own target lacks to single floats
// before it inlines. Headers of the library stay outside, so that no shared inline function of
// theirs is ever built for a CPU that not everyone has. Include this last, and once.
#include "cpu.hpp"
#include "rows.hpp"

namespace songscape::baseline {
constexpr int kLanes = 4, kVectors = 2;
#include "simd.inl"
#include SONGSCAPE_KERNEL
}  // namespace songscape::baseline

#ifdef SONGSCAPE_X86_64

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace songscape::avx2 {
constexpr int kLanes = 8, kVectors = 2;
#include "simd.inl"
#include SONGSCAPE_KERNEL
}  // namespace songscape::avx2
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#endif
namespace songscape::avx512 {
constexpr int kLanes = 16, kVectors = 4;
#include "simd.inl"
#include SONGSCAPE_KERNEL
}  // namespace songscape::avx512
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
