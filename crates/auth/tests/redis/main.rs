//! Tests of the store in Redis, which start `redis-server`. Run by name: `cargo test` does not require the server.

#![allow(dead_code, reason = "modules of the other tests, which use all of them")]

#[path = "../it/fleet.rs"]
mod fleet;
#[path = "../it/folder.rs"]
mod folder;
#[path = "../it/names.rs"]
mod names;
mod redis_server;
mod redis_sharing;
mod redis_store;
#[path = "../it/refusals.rs"]
mod refusals;
#[path = "../it/rotation.rs"]
mod rotation;
#[path = "../it/secrets.rs"]
mod secrets;
#[path = "../it/server.rs"]
mod server;
#[path = "../it/stores.rs"]
mod stores;
