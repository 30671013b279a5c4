//! Five business APIs in a box: a stateful local simulator for tests, demonstrations and evaluation.
#![doc = include_str!("../README.md")]

mod bits;
mod builder;
mod clock;
mod control;
pub mod credentials;
mod digitaleo;
mod ditio;
mod dvinci;
mod environment;
mod fault;
mod home;
mod itempath;
mod log;
mod mounts;
mod seed;
mod server;
mod shared;
mod simulator;
mod site;
mod tokens;
mod vendor;
mod web;
mod webhook;

pub use builder::Builder;
pub use ditio::reporting::{DitioReporting, DitioSwitches, DitioTable};
pub use fault::Fault;
pub use log::LoggedRequest;
pub use simulator::Simulator;
pub use tokens::ExpiresIn;
pub use vendor::Vendor;
pub use webhook::{Delivery, Digest, Webhook};
