// One fused pass of Lloyd's k-means: assign, count, sum, objective.
//
// Rows are cut into parts by their number alone; each part keeps its own sums, added in order.
//
// A row nearer to its guessed centre than half way to any other one has no nearer centre (Elkan,
// 2003, Using the triangle inequality to accelerate k-means) and is not measured against them all.
#include "centers.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {

// What tells whether a guess is surely right, in float32 and in the frame of the centres.
struct Guide {
  const std::int32_t* guess;  // (n,), or null
  Lines<float> centers;       // (k, width), zero-padded
  std::vector<float> reach;   // (k,), rows nearer than the root of it have no nearer centre
};

template <class Real>
struct Part {
  const Rows<Real>& rows;
  const Centers& centers;
  std::size_t begin, end;
  const Guide& guide;
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

constexpr std::size_t kMany = 24;  // centres from which a guess spares more than it costs

// Half the way from each centre to the next.
std::vector<double> half_ways(const Centers& centers) {
  std::vector<double> nearest(centers.count, kUnmeasured);
  for (std::size_t a = 0; a < centers.count; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      double square = 0.0;
      for (std::size_t j = 0; j < centers.dimension; ++j) {
        const double gap = centers[a][j] - centers[b][j];
        square += gap * gap;
      }
      nearest[a] = std::min(nearest[a], square);
      nearest[b] = std::min(nearest[b], square);
    }
  }
  for (double& square : nearest) square = std::sqrt(square) / 2;
  return nearest;
}

// With |x| <= |c| + |x - c|, rounding x, c and their distance takes less than d + 8 units of the
// distance and four of |c|.
Guide guide_by(const std::int32_t* guess, const Centers& centers) {
  if (!guess || centers.count < kMany) return {nullptr, {}, {}};
  Guide guide{guess, Lines<float>(centers.count * centers.width),
              std::vector<float>(centers.count)};
  const auto half = half_ways(centers);
  const double unit = 0x1p-23;
  for (std::size_t i = 0; i < centers.count; ++i) {
    double square = 0.0;
    for (std::size_t j = 0; j < centers.dimension; ++j) {
      const double value = (centers[i][j] - centers.frame.shift[j]) * centers.frame.scale;
      guide.centers[i * centers.width + j] = static_cast<float>(value);
      square += value * value;
    }
    const double least = half[i] * centers.frame.scale * (1.0 - unit * (centers.dimension + 8)) -
                         4 * unit * std::sqrt(square);
    guide.reach[i] = least > 0.0 ? static_cast<float>(least * least * (1.0 - unit)) : 0.0f;
  }
  return guide;
}

}  // namespace

template <class Real>
void kmeans_step(const Rows<Real>& rows, const CentersView& view, int threads, Step& step) {
  const Centers centers(view.values, view.count, rows.dimension, true);
  const Parts parts(rows.count, kBlock);
  const Guide guide = guide_by(step.guess, centers);
  std::vector<Part<Real>> results;
  for (std::size_t i = 0; i < parts.count; ++i)
    results.push_back(
        {rows, centers, parts.begin(i), parts.begin(i + 1), guide, step.labels, {}, {}, {}});
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
