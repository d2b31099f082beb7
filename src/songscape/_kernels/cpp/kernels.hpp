// What the kernels offer to the bindings. Outputs are caller's memory.
#pragma once

#include "rows.hpp"

namespace songscape {

struct CentersView {
  const double* values;  // (count, d)
  std::size_t count;
};

struct Step {
  std::int32_t* labels;  // (n,) or null
  double* counts;        // (k,)
  double* sums;          // (k, d)
  double objective = 0.0;
};

struct NearestTwo {
  std::int32_t *labels, *second_labels;  // (n,)
  double *squares, *second_squares;      // (n,)
};

struct LabelingsView {
  const std::int32_t *labels, *clusters;  // (count, n) in -1..clusters-1, (count,)
  std::size_t count;
};

template <class Real>
void kmeans_step(const Rows<Real>& rows, const CentersView& centers, int threads, Step& step);

template <class Real>
void nearest_centers(const Rows<Real>& rows, const CentersView& centers, int threads,
                     const NearestTwo& out);

template <class Real>
void potentials(const Rows<Real>& rows, const CentersView& candidates, const double* closest,
                int threads, double* out);

void silhouette(const Rows<float>& rows, const LabelingsView& labelings, int threads, double* out);

// Merges in the order of the chain: two rows that stand for their clusters, and the height.
void ward(const Rows<double>& rows, std::int32_t* merged, double* heights);

// Products x_i x_j, i <= j, of each row, at the beginning of rows `stride` apart.
void products(const Rows<double>& rows, double* out, std::size_t stride);

// Joint log densities (rows, count) to responsibilities in place, and the logs of their sums.
void normalise(double* logs, std::size_t rows, std::size_t count, double* sums);

}  // namespace songscape
