//! Which token of a store is in use.

/// Which token a store holds: its number in the order of fetches, and what tells it from another with that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "store"), expect(unreachable_pub, reason = "public with the store"))]
pub struct TokenVersion {
    pub(crate) number: u64,
    pub(crate) nonce: u64,
}
