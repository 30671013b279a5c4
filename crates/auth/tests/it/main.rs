//! What a user of `keyfob-auth` relies on, against real servers on this machine.

mod cancellation;
mod clocks;
mod failure;
mod json_login;
mod lifetime;
mod observability;
mod rejection;
mod requests;
mod secrets;
mod server;
mod single_flight;
mod tls;
mod users_sources;
