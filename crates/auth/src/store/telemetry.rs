//! What is told about a store.

use crate::error::Error;

/// Waiting for another process has taken too long.
pub(super) fn impatient(label: &str, store: &str) {
    tracing::info!(source = label, store, "another process holds the lock for too long; fetching without it");
}

pub(super) fn is_down(store: &str, error: &Error) {
    tracing::warn!(store, error = %error, "the token store cannot be used; each process fetches for itself");
}

pub(super) fn is_back(store: &str) {
    tracing::info!(store, "the token store can be used again");
}
