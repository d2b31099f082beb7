// The Python module: borrowed arrays in, the caller's arrays filled, the GIL released.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include "cpu.hpp"
#include "kernels.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using namespace songscape;

namespace {

// Rows are contiguous within themselves; anything may lie between them.
template <class Real>
using Table = nb::ndarray<const Real, nb::ndim<2>, nb::device::cpu>;
template <class T, int Dimensions>
using Given = nb::ndarray<const T, nb::ndim<Dimensions>, nb::c_contig, nb::device::cpu>;
template <class T, int Dimensions>
using Filled = nb::ndarray<T, nb::ndim<Dimensions>, nb::c_contig, nb::device::cpu>;
using Weights = Given<double, 1>;

template <class Real>
Rows<Real> rows_of(const Table<Real>& points, const double* weights = nullptr) {
  return {points.data(), points.shape(0), points.shape(1),
          static_cast<std::size_t>(points.stride(0)), weights};
}

// Empty weights count every row once.
template <class Real>
Rows<Real> rows_of(const Table<Real>& points, const Weights& weights) {
  return rows_of(points, weights.shape(0) ? weights.data() : nullptr);
}

CentersView view_of(const Given<double, 2>& centers) {
  return {centers.data(), centers.shape(0)};
}

template <class Real>
void bind_for(nb::module_& module) {
  module.def(
      "kmeans_step",
      [](const Table<Real>& points, const Given<double, 2>& centers, const Weights& weights,
         int threads, const Filled<std::int32_t, 1>& labels, const Filled<double, 1>& counts,
         const Filled<double, 2>& sums) {
        Step step{labels.shape(0) ? labels.data() : nullptr, counts.data(), sums.data()};
        kmeans_step(rows_of(points, weights), view_of(centers), threads, step);
        return step.objective;
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "lloyd",
      [](const Table<Real>& points, const Weights& weights, const Filled<double, 2>& centers,
         const std::tuple<std::size_t, std::size_t, double, double, double, double>& rules,
         int threads, const Filled<std::int32_t, 1>& labels, const Filled<double, 1>& leads,
         const Filled<double, 1>& squares) {
        const auto& [most, first, shift, gain, patience, rival] = rules;
        const Descent found = lloyd(
            rows_of(points, weights), CentersInPlace{centers.data(), centers.shape(0)},
            Stop{most, first, shift, gain, patience, rival}, threads,
            Known{labels.data(), leads.shape(0) ? leads.data() : nullptr,
                  squares.shape(0) ? squares.data() : nullptr});
        return std::pair(found.cost, found.steps);
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "greedy_draws",
      [](const Table<Real>& points, const Weights& weights, const Given<double, 2>& draws,
         std::size_t centers, int threads, const Filled<std::int32_t, 1>& labels,
         const Filled<double, 1>& leads, const Filled<double, 1>& squares,
         const Filled<std::int32_t, 1>& chosen, const Filled<double, 1>& costs) {
        greedy_draws(rows_of(points, weights),
                     Draws{draws.data(), draws.shape(0), draws.shape(1), centers}, threads,
                     Known{labels.shape(0) ? labels.data() : nullptr, leads.data(), squares.data()},
                     chosen.data(), costs.data());
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "nearest_centers",
      [](const Table<Real>& points, const Given<double, 2>& centers, int threads,
         const Filled<std::int32_t, 2>& labels, const Filled<double, 2>& squares) {
        const std::size_t n = points.shape(0);
        nearest_centers(rows_of(points), view_of(centers), threads,
                        {labels.data(), labels.data() + n, squares.data(), squares.data() + n});
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "potentials",
      [](const Table<Real>& points, const Given<double, 2>& candidates, const Weights& weights,
         const Given<double, 1>& closest, int threads, const Filled<double, 1>& out) {
        potentials(rows_of(points, weights), view_of(candidates), closest.data(), threads,
                   out.data());
      },
      nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace

NB_MODULE(_compiled, module) {
  bind_for<float>(module);
  bind_for<double>(module);
  module.def(
      "silhouette",
      [](const Table<float>& points, const Given<std::int32_t, 2>& labelings,
         const Given<std::int32_t, 1>& clusters, const Weights& weights, int threads,
         const Filled<double, 2>& out) {
        silhouette(rows_of(points, weights),
                   {labelings.data(), clusters.data(), labelings.shape(0)}, threads, out.data());
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "ward",
      [](const Table<double>& points, const Weights& weights, const Given<double, 2>& axes,
         const Filled<std::int32_t, 2>& merged, const Filled<double, 1>& heights) {
        ward(rows_of(points, weights), axes.data(), merged.data(), heights.data());
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def(
      "normalise",
      [](const Filled<double, 2>& logs, const Filled<double, 1>& sums) {
        normalise(logs.data(), logs.shape(1), logs.shape(0), sums.data());
      },
      nb::call_guard<nb::gil_scoped_release>());
  module.def("use_cpu", &use_cpu, "name"_a);
}
