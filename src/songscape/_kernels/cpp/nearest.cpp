// The nearest and the second nearest centre of every row, with squared distances in float64.
#include "centers.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {

template <class Real>
struct NearestPart {
  const Rows<Real>& rows;
  const Centers& centers;
  std::size_t begin, end;
  const NearestTwo& out;
};

}  // namespace songscape

#define SONGSCAPE_KERNEL "nearest.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

template <class Real>
void run(const NearestPart<Real>& part) {
  SONGSCAPE_CALL(nearest_part, part)
}

}  // namespace

template <class Real>
void nearest_centers(const Rows<Real>& rows, const CentersView& view, int threads,
                     const NearestTwo& out) {
  const Centers centers(view.values, view.count, rows.dimension, false);
  const Parts parts(rows.count, kBlock);
  for_each_part(parts.count, threads, [&](std::size_t i) {
    run(NearestPart<Real>{rows, centers, parts.begin(i), parts.begin(i + 1), out});
  });
}

template void nearest_centers(const Rows<float>&, const CentersView&, int, const NearestTwo&);
template void nearest_centers(const Rows<double>&, const CentersView&, int, const NearestTwo&);

}  // namespace songscape
