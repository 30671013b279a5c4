//! Integration tests of `keyfob-auth` against real servers on the loopback interface.

mod cancellation;
mod clocks;
mod coordination;
mod crypto_provider;
mod custom_sources;
mod endless;
mod failure;
mod file_store;
mod fleet;
mod folder;
mod http2;
mod json_login;
mod lifetime;
#[cfg(feature = "metrics")]
mod metered;
mod names;
mod observability;
mod proxies;
mod refusals;
mod rejection;
mod requests;
mod rotation;
mod secrets;
mod server;
mod sharing;
mod single_flight;
mod stores;
mod tls;
