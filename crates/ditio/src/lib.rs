#![doc = include_str!("../README.md")]

mod credentials;
mod environment;
pub mod variables;

pub use credentials::{Credentials, Scope, authenticator};
pub use environment::{Endpoints, Environment};
