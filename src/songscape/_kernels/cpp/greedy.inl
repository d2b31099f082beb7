// What a further centre changes for the rows. Compiled for each CPU.

// Squared distances and, unless labels are null, labels and leads with one row as a further centre.
template <class Real>
inline void add_center(const Rows<Real>& rows, std::size_t chosen, std::int32_t label,
                       const Known& known) {
  const std::size_t width = padded(rows.dimension);
  std::vector<double> center(width);
  for (std::size_t j = 0; j < rows.dimension; ++j) center[j] = rows[chosen][j];
  std::vector<Real> copy;
  for (std::size_t i = 0; i < rows.count; ++i) {
    const double square =
        square_distance(rows.readable(i, copy), center.data(), rows.dimension);
    const double before = known.squares[i];
    if (square < before) known.squares[i] = square;
    if (!known.labels) continue;
    const double own = std::sqrt(before), other = std::sqrt(square);
    // The old centre was the nearest of those before, so nothing is nearer than it but the new one.
    const double gap = std::max(std::abs(own - other) - 1e-14 * (own + other), 0.0);
    if (square < before) known.labels[i] = label;
    known.leads[i] = square < before ? gap : std::min(known.leads[i], gap);
  }
}
