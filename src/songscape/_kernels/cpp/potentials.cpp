// The D^2 step of greedy k-means++: the cost that would remain with each candidate as a new centre.
//
// Float32 distances suffice: potentials only rank candidates.
#include "centers.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {

template <class Real>
struct PotentialPart {
  const Rows<Real>& rows;
  const Centers& candidates;
  std::size_t begin, end;
  const double* closest;
  std::vector<double> sums;  // (groups * kGroup,)
};

}  // namespace songscape

#define SONGSCAPE_KERNEL "potentials.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

template <class Real>
void run(PotentialPart<Real>& part) {
  SONGSCAPE_CALL(potential_part, part)
}

}  // namespace

template <class Real>
void potentials(const Rows<Real>& rows, const CentersView& view, const double* closest, int threads,
                double* out) {
  const Centers candidates(view.values, view.count, rows.dimension, false);
  const Parts parts(rows.count, kBlock);
  std::vector<PotentialPart<Real>> results;
  for (std::size_t i = 0; i < parts.count; ++i)
    results.push_back({rows, candidates, parts.begin(i), parts.begin(i + 1), closest,
                       std::vector<double>(candidates.groups * kGroup)});
  for_each_part(parts.count, threads, [&](std::size_t i) { run(results[i]); });
  const double unit = candidates.frame.scale * candidates.frame.scale;
  std::fill_n(out, view.count, 0.0);
  for (const auto& part : results)
    for (std::size_t i = 0; i < view.count; ++i) out[i] += part.sums[i] / unit;
}

template void potentials(const Rows<float>&, const CentersView&, const double*, int, double*);
template void potentials(const Rows<double>&, const CentersView&, const double*, int, double*);

}  // namespace songscape
