// Exact Euclidean silhouettes of many labelings in one pass over the pairs.
//
// Every pair's distance is computed once, in float32, and added to the sums of both its points, by
// the cluster of the other, under each labeling. Blocks of points are gathered into panels, and pairs
// of panels into rounds in which every panel plays once, as teams do in a league: within a round no
// two threads add to the same sums, and the order of rounds is the order of additions, so that the
// number of threads changes no bit. Where the sums of all points would take too much memory, each
// block is measured against all others by itself, every distance twice.
// (Rousseeuw, 1987, Silhouettes: a graphical aid to the interpretation and validation of cluster
// analysis.)
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {
namespace {

// Labels of all blocks, -1 for rows that do not count, and each block's rows ordered by label.
struct Labeling {
  std::vector<std::int32_t> labels;
  std::vector<std::uint8_t> order, skipped;  // (blocks * kBlock,), (blocks,) rows without a label
  std::vector<double> cluster_weights;
};

struct SilhouetteData {
  const float* turned(std::size_t block) const {
    return memory.data() + block * dimension * kBlock;
  }
  double* sums_of(std::size_t block) { return sums.data() + block * clusters * kBlock; }

  std::size_t count, dimension, blocks, clusters = 0;
  Lines<float> memory;
  std::vector<float> weights;
  std::vector<double> exact_weights;
  std::vector<Labeling> labelings;
  std::vector<double> sums;  // (blocks, clusters of all labelings, kBlock)
};

// Blocks that are worked on together.
struct Panel {
  std::size_t begin, end;
};

SilhouetteData turned_data(const Rows<float>& rows) {
  SilhouetteData data{rows.count, rows.dimension, (rows.count + kBlock - 1) / kBlock, 0, {}, {}, {},
                      {}, {}};
  data.memory.resize(data.blocks * kBlock * rows.dimension);
  data.weights.resize(data.blocks * kBlock);
  for (std::size_t i = 0; i < rows.count; ++i) {
    float* block = data.memory.data() + i / kBlock * kBlock * rows.dimension;
    for (std::size_t j = 0; j < rows.dimension; ++j) block[j * kBlock + i % kBlock] = rows[i][j];
    data.weights[i] = static_cast<float>(rows.weight(i));
    data.exact_weights.push_back(rows.weight(i));
  }
  return data;
}

Labeling ordered(const SilhouetteData& data, const std::int32_t* labels, std::size_t clusters) {
  Labeling labeling{std::vector<std::int32_t>(data.blocks * kBlock, -1),
                    std::vector<std::uint8_t>(data.blocks * kBlock),
                    std::vector<std::uint8_t>(data.blocks), std::vector<double>(clusters)};
  std::copy_n(labels, data.count, labeling.labels.begin());
  for (std::size_t i = 0; i < data.count; ++i)
    if (labels[i] >= 0) labeling.cluster_weights[labels[i]] += data.exact_weights[i];
  for (std::size_t block = 0; block < data.blocks; ++block) {
    const std::int32_t* own = labeling.labels.data() + block * kBlock;
    const auto order = labeling.order.begin() + block * kBlock;
    std::iota(order, order + kBlock, 0);
    std::stable_sort(order, order + kBlock, [&](auto a, auto b) { return own[a] < own[b]; });
    labeling.skipped[block] = static_cast<std::uint8_t>(std::count(own, own + kBlock, -1));
  }
  return labeling;
}

double silhouette_of(const Labeling& labeling, std::size_t own, const double* sums) {
  const auto& weights = labeling.cluster_weights;
  if (weights[own] <= 1.0) return 0.0;
  const double within = sums[own * kBlock] / (weights[own] - 1.0);
  double between = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < weights.size(); ++c)
    if (c != own && weights[c] > 0.0) between = std::min(between, sums[c * kBlock] / weights[c]);
  const double larger = std::max(within, between);
  return larger > 0.0 ? (between - within) / larger : 0.0;
}

// From sums (cluster, point) to scores (labeling, row) of one block.
void score(const SilhouetteData& data, std::size_t block, const double* sums, double* out) {
  const std::size_t size = std::min(kBlock, data.count - block * kBlock);
  for (const auto& labeling : data.labelings) {
    for (std::size_t p = 0; p < size; ++p) {
      const std::int32_t own = labeling.labels[block * kBlock + p];
      out[block * kBlock + p] =
          own < 0 ? std::numeric_limits<double>::quiet_NaN()
                  : silhouette_of(labeling, static_cast<std::size_t>(own), sums + p);
    }
    sums += labeling.cluster_weights.size() * kBlock;
    out += data.count;
  }
}

}  // namespace
}  // namespace songscape

#define SONGSCAPE_KERNEL "silhouette.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

constexpr std::size_t kPanel = 16;          // blocks
constexpr std::size_t kMost = 32 * 1 << 20;  // sums kept at a time: a quarter of a gigabyte

void add(SilhouetteData& data, const Panel& left, const Panel& right) {
  SONGSCAPE_CALL(add_panels, data, left, right)
}

void add_alone(const SilhouetteData& data, std::size_t block, double* sums) {
  SONGSCAPE_CALL(add_alone, data, block, sums)
}

std::vector<Panel> panels_of(std::size_t blocks) {
  std::vector<Panel> panels;
  for (std::size_t begin = 0; begin < blocks; begin += kPanel)
    panels.push_back({begin, std::min(blocks, begin + kPanel)});
  return panels;
}

// Every pair of panels once: of an even number of seats the last keeps its place and the others go
// round; whoever meets a seat without a panel rests.
void add_all(SilhouetteData& data, int threads) {
  const auto panels = panels_of(data.blocks);
  for_each_part(panels.size(), threads, [&](std::size_t i) { add(data, panels[i], panels[i]); });
  const std::size_t seats = (panels.size() + 1) / 2 * 2, circle = seats - 1;
  for (std::size_t round = 0; round < circle; ++round) {
    for_each_part(seats / 2, threads, [&](std::size_t pair) {
      const std::size_t a = (round + pair) % circle;
      const std::size_t b = pair ? (round + circle - pair) % circle : circle;
      if (std::max(a, b) < panels.size())
        add(data, panels[std::min(a, b)], panels[std::max(a, b)]);
    });
  }
}

}  // namespace

void silhouette(const Rows<float>& rows, const LabelingsView& view, int threads, double* out) {
  SilhouetteData data = turned_data(rows);
  for (std::size_t i = 0; i < view.count; ++i) {
    const auto clusters = static_cast<std::size_t>(view.clusters[i]);
    data.labelings.push_back(ordered(data, view.labels + i * rows.count, clusters));
    data.clusters += clusters;
  }
  const std::size_t own = data.clusters * kBlock;
  const bool together = data.blocks * own <= kMost;
  if (together) {
    data.sums.resize(data.blocks * own);
    add_all(data, threads);
  }
  for_each_part(data.blocks, threads, [&](std::size_t block) {
    std::vector<double> alone(together ? 0 : own);
    if (!together) add_alone(data, block, alone.data());
    score(data, block, together ? data.sums_of(block) : alone.data(), out);
  });
}

}  // namespace songscape
