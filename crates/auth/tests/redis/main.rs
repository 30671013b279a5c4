//! Tests of the store in Redis, which start `redis-server`. Run by name: `cargo test` does not require the server.

#![allow(dead_code, reason = "modules of the other tests, which use all of them")]

#[path = "../it/fleet.rs"]
mod fleet;
#[path = "../it/folder.rs"]
mod folder;
mod redis_server;
mod redis_store;
#[path = "../it/secrets.rs"]
mod secrets;
#[path = "../it/server.rs"]
mod server;
#[path = "../it/stores.rs"]
mod stores;
