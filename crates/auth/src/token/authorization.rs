//! Authorization of one request, handed out to many threads at once.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

/// Sequence number of a token within one [`Authenticator`](crate::Authenticator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(crate) u64);

impl Generation {
    /// Returns the sequence number; the first token has number 1.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Headers that authorize one request.
#[derive(Clone)]
pub struct Authorization {
    shard: Arc<Shard>,
    generation: Generation,
}

/// One copy of a token's headers.
///
/// Aligned to two cache lines, so that its reference count does not share a line with another shard's.
#[repr(align(128))]
pub(crate) struct Shard {
    pub(super) headers: ShardHeaders,
    /// Clock ticks from which readers must check the token's state again. Shared by all shards of a token.
    pub(super) recheck_at: Arc<AtomicU64>,
}

pub(super) enum ShardHeaders {
    Bearer(HeaderValue),
    Custom(Vec<(HeaderName, HeaderValue)>),
}

impl Authorization {
    #[inline]
    pub(crate) fn new(shard: Arc<Shard>, generation: Generation) -> Self {
        Self { shard, generation }
    }

    /// Returns true while the token may be used without checking its state.
    #[inline]
    pub(crate) fn is_fresh(&self, ticks: u64) -> bool {
        ticks < self.shard.recheck_at.load(Ordering::Relaxed)
    }

    pub(crate) fn downgrade(&self) -> Weak<Shard> {
        Arc::downgrade(&self.shard)
    }

    /// Returns the generation of the token, the argument of [`Authenticator::reject`](crate::Authenticator::reject)
    /// after a 401 response.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Inserts the headers, replacing headers of the same names. Their values are marked sensitive.
    pub fn apply(&self, headers: &mut HeaderMap) {
        match &self.shard.headers {
            ShardHeaders::Bearer(value) => {
                headers.insert(AUTHORIZATION, value.clone());
            }
            ShardHeaders::Custom(pairs) => {
                for (name, value) in pairs {
                    headers.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("generation", &self.generation).finish_non_exhaustive()
    }
}
