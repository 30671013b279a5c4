//! Synchronization against responses that the tests define: repeated rows, clocks, resumption.

mod left_out;
mod service;
mod sync;
