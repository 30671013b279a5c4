//! Token stores, through which processes share tokens.

pub(crate) mod coordinator;
pub(crate) mod encryption_key;
mod envelope;
pub(crate) mod file;
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod storage_name;
pub(crate) mod stored_token;
mod telemetry;
pub(crate) mod token_store;
