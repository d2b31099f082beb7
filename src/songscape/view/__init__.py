"""Draw what the record says: charts, report, map."""
