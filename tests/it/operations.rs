//! Every generated operation of every API, called at least once against the simulator.
//!
//! Each [`Walk`](walk::Walk) calls the operations of one API through a recording proxy. Every call asserts the request
//! (method, path, query, body), that the typed response serializes to the JSON the simulator sent, and that lenient
//! variants of the response decode and serialize unchanged. The walk fails if an operation was not called.

mod bits;
pub(crate) mod compare;
mod digitaleo;
mod ditio_core;
mod ditio_mass_transport;
mod ditio_reporting;
mod dvinci;
mod examples;
mod itempath;
mod lenient;
mod recorder;
mod walk;
