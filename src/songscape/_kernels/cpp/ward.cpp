// Ward's tree by nearest-neighbour chain: exact, weighted, in O(n) memory.
//
// A chain of nearest neighbours ends in a pair that are each other's nearest; Ward's criterion is
// reducible, so that pair may be merged at once, whatever else remains (Murtagh, 1983, A survey of
// recent advances in hierarchical clustering algorithms). The same property lets a cluster keep its
// nearest neighbour for as long as that one lives: a merge never brings anything nearer.
// Clusters are their centroids and weights. A scan rules out in float32, by a bound on its rounding
// error, and decides in float64. What is ruled out is mostly far off along few principal axes, so
// float32 coordinates are along those, the widest first.
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels.hpp"

namespace songscape {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr float kFarAway = 1e30f;  // where dead clusters are put: its square is infinite

struct Neighbour {
  std::size_t slot = kNone;
  double distance = std::numeric_limits<double>::infinity();
  std::uint32_t version = 0;  // of the slot when it was measured
};

struct WardState {
  WardState(const Rows<double>& rows, const double* axes);

  // Half the squared height of the merge of two clusters.
  double distance(std::size_t a, std::size_t b) const {
    double square = 0.0;
    for (std::size_t j = 0; j < dimension; ++j) {
      const double gap = centers[a * dimension + j] - centers[b * dimension + j];
      square += gap * gap;
    }
    return weights[a] * weights[b] / (weights[a] + weights[b]) * square;
  }

  // The largest float32 value of |c_i - c_j|^2 w_j / (w_i + w_j) that may stand for `distance`.
  float reach(std::size_t slot, double distance) const {
    const double length = std::sqrt(distance / weights[slot]) + blur;
    return static_cast<float>(length * length * (1.0 + static_cast<double>(dimension + 8) * 0x1p-22));
  }

  bool alive(std::size_t slot) const { return weights[slot] > 0.0; }
  bool holds(const Neighbour& known) const {
    return known.slot != kNone && versions[known.slot] == known.version;
  }
  void place(std::size_t slot);
  void merge(std::size_t kept, std::size_t lost);
  void compact(std::vector<std::size_t>& chain);

  const double* axes;  // (d, d), one in each row
  std::size_t dimension, slots, living;
  double scale = 1.0, blur = 0.0;      // blur: how far float32 may misplace a pair of centroids
  std::vector<double> centers, weights;  // (slots, d), (slots,)
  std::vector<float> turned, float_weights;
  std::vector<Neighbour> nearest;        // by the last scan of each cluster
  std::vector<std::uint32_t> versions;   // (slots,) changes with each merge
  std::vector<std::int32_t> row;         // (slots,) a row that stands for the cluster
};

WardState::WardState(const Rows<double>& rows, const double* axes)
    : axes(axes), dimension(rows.dimension), slots(rows.count), living(rows.count),
      centers(rows.count * rows.dimension), weights(rows.count), nearest(rows.count),
      versions(rows.count), row(rows.count) {
  std::vector<double> middle(dimension);
  for (std::size_t i = 0; i < slots; ++i)
    for (std::size_t j = 0; j < dimension; ++j) middle[j] += rows[i][j] / static_cast<double>(slots);
  double widest = 0.0;
  for (std::size_t i = 0; i < slots; ++i) {
    for (std::size_t j = 0; j < dimension; ++j) {
      centers[i * dimension + j] = rows[i][j] - middle[j];
      widest = std::max(widest, std::abs(centers[i * dimension + j]));
    }
    weights[i] = rows.weight(i);
    row[i] = static_cast<std::int32_t>(i);
  }
  if (widest > 0.0) scale = std::exp2(-std::ilogb(widest));
  for (auto& value : centers) value *= scale;
  blur = 0x1p-21 * std::sqrt(static_cast<double>(dimension)) * 2.0;
  const std::size_t blocks = (slots + kBlock - 1) / kBlock;
  turned.assign(blocks * kBlock * dimension, kFarAway);
  float_weights.assign(blocks * kBlock, 0.0f);
  for (std::size_t i = 0; i < slots; ++i) place(i);
}

void WardState::place(std::size_t slot) {
  float* to = turned.data() + slot / kBlock * kBlock * dimension + slot % kBlock;
  const double* center = centers.data() + slot * dimension;
  for (std::size_t j = 0; j < dimension; ++j) {
    double along = 0.0;
    for (std::size_t i = 0; i < dimension; ++i) along += axes[j * dimension + i] * center[i];
    to[j * kBlock] = alive(slot) ? static_cast<float>(along) : kFarAway;
  }
  float_weights[slot] = static_cast<float>(weights[slot]);
}

void WardState::merge(std::size_t kept, std::size_t lost) {
  const double total = weights[kept] + weights[lost];
  for (std::size_t j = 0; j < dimension; ++j) {
    double& center = centers[kept * dimension + j];
    center = (weights[kept] * center + weights[lost] * centers[lost * dimension + j]) / total;
  }
  weights[kept] = total, weights[lost] = 0.0;
  ++versions[kept], ++versions[lost];
  nearest[kept] = {};
  place(kept), place(lost);
  --living;
}

void WardState::compact(std::vector<std::size_t>& chain) {
  std::vector<std::size_t> moved(slots, kNone);
  std::size_t next = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (!alive(slot)) continue;
    moved[slot] = next;
    std::copy_n(centers.begin() + slot * dimension, dimension, centers.begin() + next * dimension);
    weights[next] = weights[slot], row[next] = row[slot];
    nearest[next] = holds(nearest[slot]) ? nearest[slot] : Neighbour{};
    ++next;
  }
  for (std::size_t slot = 0; slot < next; ++slot) {
    auto& known = nearest[slot];
    if (known.slot != kNone) known = {moved[known.slot], known.distance, 0};
  }
  std::fill(versions.begin(), versions.end(), 0);
  for (auto& slot : chain) slot = moved[slot];
  std::fill(weights.begin() + next, weights.end(), 0.0);
  slots = next;
  std::fill(turned.begin(), turned.end(), kFarAway);
  std::fill(float_weights.begin(), float_weights.end(), 0.0f);
  for (std::size_t slot = 0; slot < slots; ++slot) place(slot);
}

}  // namespace
}  // namespace songscape

#define SONGSCAPE_KERNEL "ward.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

Neighbour run(const WardState& state, std::size_t slot, Neighbour best) {
  SONGSCAPE_CALL(scan, state, slot, best)
}

// The nearest neighbour of the chain's end; of equals its predecessor, so that chains end.
Neighbour extend(WardState& state, const std::vector<std::size_t>& chain) {
  const std::size_t end = chain.back();
  Neighbour before;
  if (chain.size() > 1) before = {chain[chain.size() - 2], 0.0};
  if (chain.size() > 1) before.distance = state.distance(end, before.slot);
  const Neighbour known = state.nearest[end];
  if (state.holds(known)) return before.distance <= known.distance ? before : known;
  Neighbour found = run(state, end, before);
  found.version = state.versions[found.slot];
  return state.nearest[end] = found;
}

}  // namespace

void ward(const Rows<double>& rows, const double* axes, std::int32_t* merged, double* heights) {
  WardState state(rows, axes);
  std::vector<std::size_t> chain;
  std::size_t first = 0;
  for (std::size_t step = 0; step + 1 < rows.count;) {
    if (chain.empty()) {
      while (!state.alive(first)) ++first;
      chain.push_back(first);
    }
    const Neighbour next = extend(state, chain);
    if (chain.size() < 2 || next.slot != chain[chain.size() - 2]) {
      chain.push_back(next.slot);
      continue;
    }
    const std::size_t a = chain.back(), b = next.slot;
    chain.resize(chain.size() - 2);
    merged[2 * step] = state.row[a], merged[2 * step + 1] = state.row[b];
    heights[step] = std::sqrt(2.0 * next.distance) / state.scale;
    ++step;
    state.merge(std::min(a, b), std::max(a, b));
    if (state.living * 4 < state.slots * 3 && state.living > kBlock) {
      state.compact(chain);
      first = 0;
    }
  }
}

}  // namespace songscape
