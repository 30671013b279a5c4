//! Log events of token stores.

use crate::error::Error;

pub(super) fn lock_timeout(label: &str, store: &str) {
    tracing::info!(source = label, store, "timed out waiting for the store's lock; fetching without it");
}

pub(super) fn store_down(store: &str, error: &Error) {
    tracing::warn!(store, error = %error, "the token store is unavailable; each process fetches its own tokens");
}

pub(super) fn store_recovered(store: &str) {
    tracing::info!(store, "the token store is available again");
}

/// Reports data in a store that failed its checksum or decryption and was deleted.
pub(super) fn damaged(location: &str) {
    tracing::warn!(location, "deleted data that was damaged or not written by this store");
}
