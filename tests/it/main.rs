//! Everything is tested here.
