// Which instruction set the kernels use, found at run time.
#pragma once

namespace songscape {

enum class Cpu { baseline, avx2, avx512 };

Cpu cpu();                       // the widest this machine has, unless another was forced
bool use_cpu(const char* name);  // false where this machine cannot run it

}  // namespace songscape

#if defined(__x86_64__) && defined(__GNUC__)
#define SONGSCAPE_X86_64 1
#define SONGSCAPE_CALL(function, ...)         \
  switch (::songscape::cpu()) {               \
    case ::songscape::Cpu::avx512:            \
      return avx512::function(__VA_ARGS__);   \
    case ::songscape::Cpu::avx2:              \
      return avx2::function(__VA_ARGS__);     \
    default:                                  \
      return baseline::function(__VA_ARGS__); \
  }
#else
#define SONGSCAPE_CALL(function, ...) return baseline::function(__VA_ARGS__);
#endif
