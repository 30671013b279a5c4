//! Five business APIs in a box: a stateful local simulator for tests, demonstrations and evaluation.
#![doc = include_str!("../README.md")]

mod bits;
mod control;
mod digitaleo;
mod ditio;
mod dvinci;
mod fault;
mod itempath;
mod log;
mod server;
mod simulator;
mod state;
mod vendor;
mod web;
mod webhook;

pub use ditio::reporting::{DitioReporting, DitioSwitches, DitioTable};
pub use fault::Fault;
pub use log::LoggedRequest;
pub use simulator::Simulator;
pub use simulator::builder::Builder;
pub use state::tokens::ExpiresIn;
pub use vendor::world::World;
pub use vendor::{Vendor, credentials};
pub use webhook::{Delivery, Digest, Webhook};
