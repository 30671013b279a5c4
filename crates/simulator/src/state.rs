//! State that all vendors' routers share: clock, tokens, seed, and what the server reads: faults and log.

pub(crate) mod clock;
pub(crate) mod extensions;
pub(crate) mod random;
pub(crate) mod tokens;

use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::fault::Faults;
use crate::log::Log;
use crate::vendor::Vendor;
use clock::{Clock, Start};
use extensions::Extensions;
use random::{ObjectIds, Random};
use tokens::{Grant, TokenError, Tokens, bearer_token};

/// Handle on the shared state; clones share it.
#[derive(Clone)]
pub(crate) struct SharedState(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) options: Options,
    /// State of one API that other APIs or the control API read.
    pub(crate) extensions: Extensions,
    /// Origin of the server, such as `http://127.0.0.1:49152`.
    pub(crate) url: String,
}

/// Settings that a simulator is started with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    /// Number of rows in the largest table.
    pub(crate) scale: u64,
    /// True if the control API is served.
    pub(crate) control: bool,
    pub(crate) start: Start,
}

impl SharedState {
    pub(crate) fn new(options: Options, url: String) -> Self {
        Self(Arc::new(Inner {
            clock: Clock::new(options.start),
            tokens: Tokens::new(options.seed),
            faults: Faults::default(),
            log: Log::default(),
            options,
            extensions: Extensions::default(),
            url,
        }))
    }

    /// Returns the stream of random numbers for a label, derived from the seed.
    pub(crate) fn random(&self, label: &str) -> Random {
        Random::new(self.options.seed, label)
    }

    /// Returns the sequence of ids for a label, derived from the seed.
    pub(crate) fn ids(&self, label: &str) -> ObjectIds {
        ObjectIds::new(self.options.seed, label)
    }

    /// Checks the bearer token of a request. A missing token is [`TokenError::Unknown`].
    pub(crate) fn authorize(&self, vendor: Vendor, headers: &HeaderMap) -> Result<Grant, TokenError> {
        self.tokens.check(&self.clock, vendor, bearer_token(headers).ok_or(TokenError::Unknown)?)
    }
}

impl Deref for SharedState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
