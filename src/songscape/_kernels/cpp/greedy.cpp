// Further centres by the greedy draws of k-means++.
//
// (Arthur and Vassilvitskii, 2007, k-means++: the advantages of careful seeding.)
#include <cmath>
#include <cstring>

#include "kernels.hpp"

namespace songscape {
namespace {

// The sums of weight * closest up to and with each row.
template <class Real>
void accumulate(const Rows<Real>& rows, const double* closest, std::vector<double>& totals) {
  double total = 0.0;
  for (std::size_t i = 0; i < rows.count; ++i) totals[i] = total += rows.weight(i) * closest[i];
}

// The row that a number in 0..1 falls on; any row where all of them are centres already.
std::size_t drawn(const std::vector<double>& totals, double draw) {
  const std::size_t last = totals.size() - 1;
  if (!(totals[last] > 0.0))
    return std::min(last, static_cast<std::size_t>(draw * static_cast<double>(totals.size())));
  const auto found = std::upper_bound(totals.begin(), totals.end(), draw * totals[last]);
  return std::min(last, static_cast<std::size_t>(found - totals.begin()));
}

}  // namespace
}  // namespace songscape

#define SONGSCAPE_KERNEL "greedy.inl"
#include "every_cpu.hpp"

namespace songscape {
namespace {

template <class Real>
void bring_along(const Rows<Real>& rows, std::size_t chosen, std::int32_t label,
                 const Known& known) {
  SONGSCAPE_CALL(add_center, rows, chosen, label, known)
}

}  // namespace

template <class Real>
void greedy_draws(const Rows<Real>& rows, const Draws& draws, int threads, const Known& known,
                  std::int32_t* chosen, double* costs) {
  const std::size_t d = rows.dimension;
  std::vector<double> totals(rows.count), candidates(draws.candidates * d),
      prices(draws.candidates);
  std::vector<std::size_t> found(draws.candidates);
  for (std::size_t round = 0; round < draws.rounds; ++round) {
    accumulate(rows, known.squares, totals);
    for (std::size_t i = 0; i < draws.candidates; ++i) {
      found[i] = drawn(totals, draws.values[round * draws.candidates + i]);
      std::copy_n(rows[found[i]], d, candidates.begin() + static_cast<std::ptrdiff_t>(i * d));
    }
    potentials(rows, {candidates.data(), draws.candidates}, known.squares, threads, prices.data());
    const auto best = static_cast<std::size_t>(
        std::min_element(prices.begin(), prices.end()) - prices.begin());
    chosen[round] = static_cast<std::int32_t>(found[best]);
    costs[round] = prices[best];
    bring_along(rows, found[best], static_cast<std::int32_t>(draws.centers + round), known);
  }
}

template void greedy_draws(const Rows<float>&, const Draws&, int, const Known&, std::int32_t*,
                           double*);
template void greedy_draws(const Rows<double>&, const Draws&, int, const Known&, std::int32_t*,
                           double*);

}  // namespace songscape
