//! The simulator as a client meets it: over real sockets.

mod control;
mod ditio_core;
mod faults;
mod identity;
mod support;
mod transport;
