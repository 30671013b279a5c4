//! The package has only tests; this library is empty.
