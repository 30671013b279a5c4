#![doc = include_str!("../README.md")]

mod credentials;
mod environment;

pub use credentials::{Credentials, Scope};
pub use environment::{Endpoints, Environment};
