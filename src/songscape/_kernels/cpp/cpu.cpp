#include "cpu.hpp"

#include <cstring>

namespace songscape {
namespace {

Cpu widest() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  return avx2 && avx512 ? Cpu::avx512 : avx2 ? Cpu::avx2 : Cpu::baseline;
#else
  return Cpu::baseline;
#endif
}

Cpu chosen = widest();

}  // namespace

Cpu cpu() { return chosen; }

bool use_cpu(const char* name) {
  const char* names[] = {"baseline", "avx2", "avx512"};
  for (int i = 0; i <= static_cast<int>(widest()); ++i) {
    if (std::strcmp(name, names[i]) == 0) {
      chosen = static_cast<Cpu>(i);
      return true;
    }
  }
  return false;
}

}  // namespace songscape
