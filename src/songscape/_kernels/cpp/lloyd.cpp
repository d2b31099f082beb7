// Lloyd's k-means until the centres stand still, in one call.
//
// Each row remembers by how much its nearest centre leads the next; as long as the movements since
// have not used that up its label is certain, and it is not even read (Hamerly, 2010, Making k-means
// even faster). Of many rows to a centre, the others are measured against a few centres about their
// last one where these surely suffice. Sums change only by rows that change their label. Every part
// keeps its own sums, added in order, so that the number of threads changes no bit.
#include <cmath>

#include "guide.hpp"
#include "kernels.hpp"
#include "parallel.hpp"

namespace songscape {

// How far centres may have come nearer to rows of each label, relative to their own; in the frame.
struct Drift {
  std::vector<float> loss;  // (k,)
};

template <class Real>
struct LloydPart {
  const Rows<Real>& rows;
  std::size_t begin, end;
  std::int32_t* labels;  // of all rows
  float* leads;          // of all rows, in the frame
  Lines<double> counts, sums;  // (k,), (k, width), about the frame's shift; empty at first
  double square, objective;          // about the frame's shift; by the last measurement
};

}  // namespace songscape

#define SONGSCAPE_KERNEL "lloyd.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

template <class Real>
void relabel(LloydPart<Real>& part, const Centers& centers, const Drift& drift,
             const Guide& guide) {
  SONGSCAPE_CALL(relabel_part, part, centers, drift, guide)
}

template <class Real>
void measure(LloydPart<Real>& part, const Centers& centers, double* squares) {
  SONGSCAPE_CALL(measure_part, part, centers, squares)
}

// The largest movement and, for the label that made it, the second largest.
Drift drift_of(const std::vector<double>& movements, double scale) {
  std::size_t most = 0;
  double second = 0.0;
  for (std::size_t i = 1; i < movements.size(); ++i) {
    second = std::max(second, std::min(movements[i], movements[most]));
    if (movements[i] > movements[most]) most = i;
  }
  Drift drift{std::vector<float>(movements.size())};
  for (std::size_t i = 0; i < movements.size(); ++i) {
    const double others = i == most ? second : movements[most];
    drift.loss[i] = static_cast<float>((movements[i] + others) * scale * (1.0 + 0x1p-20));
  }
  return drift;
}

// What all parts know together, and the next centres.
template <class Real>
class Run {
 public:
  Run(const Rows<Real>& rows, const CentersInPlace& centers, int threads, const Known& known);

  void relabel() {
    const Centers centers(values_, count_, dimension_, frame_);
    const Guide guide = guided_ && !parts_.front().sums.empty() ? Guide(centers) : Guide();
    for_each_part(parts_.size(), threads_, [&](std::size_t i) {
      songscape::relabel(parts_[i], centers, drift_, guide);
    });
    add();
  }
  double cost() const;
  double move();
  double measure(double* squares);
  void report(double* leads) const;

 private:
  void add();
  void fill_vacant();

  std::size_t count_, dimension_, width_;
  int threads_;
  double* values_;
  Frame frame_;
  bool guided_;
  Lines<float> leads_;
  std::vector<LloydPart<Real>> parts_;
  std::vector<double> counts_, sums_;
  double square_ = 0.0;
  Drift drift_;
};

// So that a lead stays one when it is rounded.
constexpr double kLess = 1.0 - 0x1p-20;

// Centres, and rows to each of them in every part, from which a guide spares more than it costs.
constexpr std::size_t kMany = 24, kCrowd = 2 * kBlock;

template <class Real>
Run<Real>::Run(const Rows<Real>& rows, const CentersInPlace& centers, int threads,
               const Known& known)
    : count_(centers.count), dimension_(rows.dimension), width_(padded(rows.dimension)),
      threads_(threads), values_(centers.values),
      frame_(frame_of(centers.values, centers.count, rows.dimension)), counts_(count_),
      sums_(count_ * width_), drift_{std::vector<float>(count_)} {
  const Parts parts(rows.count, kBlock);
  guided_ = count_ >= kMany && rows.count >= kCrowd * count_ * parts.count;
  leads_.resize((rows.count + kBlock - 1) / kBlock * kBlock);  // read by whole blocks
  for (std::size_t i = 0; known.leads && i < rows.count; ++i)
    leads_[i] = static_cast<float>(std::min(known.leads[i] * frame_.scale, 1e30) * kLess);
  for (std::size_t i = 0; i < parts.count; ++i)
    parts_.push_back(
        {rows, parts.begin(i), parts.begin(i + 1), known.labels, leads_.data(), {}, {}, 0.0, 0.0});
}

template <class Real>
void Run<Real>::report(double* leads) const {
  const double unit = kLess / frame_.scale;
  for (std::size_t i = 0; i < parts_.front().rows.count; ++i)
    leads[i] = std::max(static_cast<double>(leads_[i]), 0.0) * unit;
}

template <class Real>
void Run<Real>::add() {
  std::fill(counts_.begin(), counts_.end(), 0.0);
  std::fill(sums_.begin(), sums_.end(), 0.0);
  square_ = 0.0;
  for (const auto& part : parts_) {
    square_ += part.square;
    for (std::size_t i = 0; i < count_; ++i) counts_[i] += part.counts[i];
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += part.sums[i];
  }
}

// The sum of squared distances, from the sums: sum |x|^2 - 2 c.sum x + |c|^2 by cluster.
template <class Real>
double Run<Real>::cost() const {
  double cost = square_;
  for (std::size_t i = 0; i < count_; ++i) {
    double own = 0.0;  // of this cluster, so that no addition waits for all before
    for (std::size_t j = 0; j < dimension_; ++j) {
      const double value = values_[i * dimension_ + j] - frame_.shift[j];
      own += value * (counts_[i] * value - 2.0 * sums_[i * width_ + j]);
    }
    cost += own;
  }
  return std::max(cost, 0.0);
}

// The sums of centres without rows become those of the rows farthest from their own centres.
template <class Real>
void Run<Real>::fill_vacant() {
  const Rows<Real>& rows = parts_.front().rows;
  std::vector<double> squares(rows.count);
  measure(squares.data());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < rows.count; ++i)
    if (rows.weight(i) > 0.0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return squares[a] > squares[b]; });
  auto far = order.begin();
  for (std::size_t i = 0; i < count_ && far != order.end(); ++i) {
    if (counts_[i] > 0.0) continue;
    counts_[i] = 1.0;
    for (std::size_t j = 0; j < dimension_; ++j)
      sums_[i * width_ + j] = static_cast<double>(rows[*far][j]) - frame_.shift[j];
    ++far;
  }
}

// Every centre to the mean of its rows; returns the sum of squared movements.
template <class Real>
double Run<Real>::move() {
  if (*std::min_element(counts_.begin(), counts_.end()) <= 0.0) fill_vacant();
  std::vector<double> movements(count_);
  double total = 0.0;
  for (std::size_t i = 0; i < count_; ++i) {
    double square = 0.0;
    for (std::size_t j = 0; j < dimension_ && counts_[i] > 0.0; ++j) {
      double& value = values_[i * dimension_ + j];
      const double next = frame_.shift[j] + sums_[i * width_ + j] / counts_[i];
      square += (next - value) * (next - value);
      value = next;
    }
    movements[i] = std::sqrt(square);
    total += square;
  }
  drift_ = drift_of(movements, frame_.scale);
  return total;
}

// The objective of the centres as they are and, unless null, each row's part of it.
template <class Real>
double Run<Real>::measure(double* squares) {
  const Centers centers(values_, count_, dimension_, frame_);
  for_each_part(parts_.size(), threads_,
                [&](std::size_t i) { songscape::measure(parts_[i], centers, squares); });
  double total = 0.0;
  for (const auto& part : parts_) total += part.objective;
  return total;
}

}  // namespace

template <class Real>
Descent lloyd(const Rows<Real>& rows, const CentersInPlace& centers, const Stop& stop,
              int threads, const Known& known) {
  Run<Real> run(rows, centers, threads, known);
  Descent descent;
  double last = std::numeric_limits<double>::infinity();
  for (;;) {
    run.relabel();
    descent.cost = run.cost();
    if (descent.steps == stop.most || !std::isfinite(descent.cost)) break;
    ++descent.steps;
    const double gained = std::max(last - descent.cost, 0.0);
    last = descent.cost;
    if (descent.steps > stop.first) {
      if (descent.cost - stop.patience * gained > stop.rival) return descent;
      if (gained <= stop.gain * descent.cost) break;
    }
    if (run.move() <= stop.shift) {
      run.relabel();
      break;
    }
  }
  if (known.squares) descent.cost = run.measure(known.squares);
  if (known.leads) run.report(known.leads);
  return descent;
}

template Descent lloyd(const Rows<float>&, const CentersInPlace&, const Stop&, int, const Known&);
template Descent lloyd(const Rows<double>&, const CentersInPlace&, const Stop&, int, const Known&);

}  // namespace songscape
