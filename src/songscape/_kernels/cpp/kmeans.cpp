// One fused pass of Lloyd's k-means: assign, count, sum, objective.
//
// Rows are cut into parts by their number alone; each part keeps its own sums, added in order.
#include "centers.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {

template <class Real>
struct Part {
  const Rows<Real>& rows;
  const Centers& centers;
  std::size_t begin, end;
  std::int32_t* labels;
  Lines<double> counts, sums, squares;  // (k,), (k, width), (width,)
};

}  // namespace songscape

#define SONGSCAPE_KERNEL "kmeans.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

template <class Real>
void run(Part<Real>& part) {
  SONGSCAPE_CALL(run_part, part)
}

}  // namespace

template <class Real>
void kmeans_step(const Rows<Real>& rows, const CentersView& view, int threads, Step& step) {
  const Centers centers(view.values, view.count, rows.dimension, true);
  const Parts parts(rows.count, kBlock);
  std::vector<Part<Real>> results;
  for (std::size_t i = 0; i < parts.count; ++i)
    results.push_back(
        {rows, centers, parts.begin(i), parts.begin(i + 1), step.labels, {}, {}, {}});
  for_each_part(parts.count, threads, [&](std::size_t i) {
    results[i].counts.resize(view.count);
    results[i].sums.resize(view.count * centers.width);
    results[i].squares.resize(centers.width);
    run(results[i]);
  });
  std::fill_n(step.counts, view.count, 0.0);
  std::fill_n(step.sums, view.count * rows.dimension, 0.0);
  for (const auto& part : results) {
    for (std::size_t j = 0; j < rows.dimension; ++j) step.objective += part.squares[j];
    for (std::size_t i = 0; i < view.count; ++i) {
      step.counts[i] += part.counts[i];
      for (std::size_t j = 0; j < rows.dimension; ++j)
        step.sums[i * rows.dimension + j] += part.sums[i * centers.width + j];
    }
  }
}

template void kmeans_step(const Rows<float>&, const CentersView&, int, Step&);
template void kmeans_step(const Rows<double>&, const CentersView&, int, Step&);

}  // namespace songscape
