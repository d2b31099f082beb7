// What a mixture's pass does between its two matrix products.
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels.hpp"

#define SONGSCAPE_KERNEL "mixture.inl"
#include "every_cpu.hpp"

namespace songscape {

void normalise(double* logs, std::size_t rows, std::size_t count, double* sums) {
  SONGSCAPE_CALL(normalise_rows, logs, rows, count, sums)
}

}  // namespace songscape
