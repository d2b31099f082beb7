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

// When Lloyd's steps end: see _lloyd.py.
struct Stop {
  std::size_t most, first;
  double shift, gain, patience, rival;
};

struct Descent {
  double cost = 0.0;
  std::size_t steps = 0;
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

struct CentersInPlace {
  double* values;  // (count, d)
  std::size_t count;
};

// Labels, and by how much at least the nearest centre of each row leads the next; 0 is unknown, and
// such a row's label may be any. Filled with what a run ends with, unless it was given up, as are
// the squared distances.
struct Known {
  std::int32_t* labels;     // (n,)
  double *leads, *squares;  // (n,), or null where a run knows and tells none
};

template <class Real>
Descent lloyd(const Rows<Real>& rows, const CentersInPlace& centers, const Stop& stop,
              int threads, const Known& known);

template <class Real>
void nearest_centers(const Rows<Real>& rows, const CentersView& centers, int threads,
                     const NearestTwo& out);

template <class Real>
void potentials(const Rows<Real>& rows, const CentersView& candidates, const double* closest,
                int threads, double* out);

// Chooses rows as further centres, one in each round, of candidates drawn by `draws` (rounds,
// candidates) in 0..1; fills the rows and costs (rounds,) and brings squared distances, and labels
// and leads unless null, up to date.
struct Draws {
  const double* values;
  std::size_t rounds, candidates, centers;  // how many centres there are before
};
template <class Real>
void greedy_draws(const Rows<Real>& rows, const Draws& draws, int threads, const Known& known,
                  std::int32_t* chosen, double* costs);

void silhouette(const Rows<float>& rows, const LabelingsView& labelings, int threads, double* out);

// Merges in the order of the chain: two rows that stand for their clusters, and the height. Axes are
// orthonormal (d, d), those along which rows differ most first; any give the same tree.
void ward(const Rows<double>& rows, const double* axes, std::int32_t* merged, double* heights);

// Joint log densities (count, rows) to responsibilities in place, and the logs of their sums (rows,).
void normalise(double* logs, std::size_t rows, std::size_t count, double* sums);

}  // namespace songscape
