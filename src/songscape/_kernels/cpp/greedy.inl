// What a further centre changes for the rows. Compiled for each CPU.

// What some rows know, once the squared distances to a further centre are known: labels and leads.
inline void learn(const double* square, std::size_t size, std::int32_t label, std::int32_t* labels,
                  double* leads, const double* squares) {
  for (std::size_t p = 0; p < size; ++p) {
    const double own = std::sqrt(squares[p]), other = std::sqrt(square[p]);
    // The old centre was the nearest of those before, so nothing is nearer than it but the new one.
    const double apart = std::abs(own - other) - 1e-14 * (own + other);
    const double gap = apart > 0.0 ? apart : 0.0;
    const bool nearer = square[p] < squares[p];
    labels[p] = nearer ? label : labels[p];
    leads[p] = nearer || gap < leads[p] ? gap : leads[p];
  }
}

// Squared distances and, unless labels are null, labels and leads with one row as a further centre.
template <class Real>
inline void add_center(const Rows<Real>& rows, std::size_t chosen, std::int32_t label,
                       const Known& known) {
  const std::size_t width = padded(rows.dimension);
  std::vector<double> center(width);
  for (std::size_t j = 0; j < rows.dimension; ++j) center[j] = rows[chosen][j];
  std::vector<Real> copy;
  double square[kBlock];
  for (std::size_t begin = 0; begin < rows.count; begin += kBlock) {
    const std::size_t size = std::min(kBlock, rows.count - begin);
    for (std::size_t p = 0; p < size; ++p)
      square[p] = square_distance(rows.readable(begin + p, copy), center.data(), rows.dimension);
    double* squares = known.squares + begin;
    if (known.labels)
      learn(square, size, label, known.labels + begin, known.leads + begin, squares);
    for (std::size_t p = 0; p < size; ++p) squares[p] = std::min(squares[p], square[p]);
  }
}
