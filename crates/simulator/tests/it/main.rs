//! Tests of the simulator over real sockets.

mod bits;
mod control;
mod determinism;
mod digitaleo;
mod ditio_core;
mod ditio_mass_transport;
mod ditio_reporting;
mod dvinci;
mod faults;
mod hosts;
mod identity;
mod itempath;
mod modules;
mod support;
mod transport;
mod webhooks;
mod world;
