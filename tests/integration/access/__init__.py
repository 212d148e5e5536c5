"""Who may do what, on real pages: the matrix by hand, mutations, two worlds, parallel posts, counts of queries."""
