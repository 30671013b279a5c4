//! Synchronization against responses that the tests define: repeated rows, clocks, resumption.

mod service;
mod sync;
