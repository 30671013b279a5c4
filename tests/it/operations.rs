//! Every generated operation of every API, called once or more against the simulator.
//!
//! Each walk calls the operations of one API through a proxy that records what crossed the wire. Every call asserts the
//! request (method, path, query, body), that the typed answer is written again as the simulator sent it, and that every loose
//! form of the same answer decodes and is written again as well. At its end a walk counts: no operation may be left out.

mod bits;
pub(crate) mod compare;
mod digitaleo;
mod ditio_core;
mod ditio_mass_transport;
mod ditio_reporting;
mod dvinci;
mod itempath;
mod loosen;
mod recorder;
mod walk;
