//! What every vendor's router gets: clock, tokens, seed; and what the server looks at: faults and log.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::clock::{Clock, Start};
use crate::ditio::reporting;
use crate::fault::Faults;
use crate::log::Log;
use crate::seed::{ObjectIds, Random};
use crate::tokens::{Denied, Grant, Tokens, bearer};
use crate::vendor::Vendor;

/// A handle on the machinery; cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) options: Options,
    /// The tables of Ditio's reporting API, which tests and the core API reach too.
    pub(crate) ditio_reporting: reporting::Slot,
    /// `http://127.0.0.1:port`, known once it listens.
    pub(crate) url: String,
}

/// What a simulator is started with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    /// How many rows the large tables have: time registrations at Ditio reporting.
    pub(crate) scale: u64,
    /// Whether `/_control` answers.
    pub(crate) control: bool,
    pub(crate) start: Start,
}

impl Shared {
    pub(crate) fn new(options: Options, url: String) -> Self {
        Self(Arc::new(Inner {
            clock: Clock::new(options.start),
            tokens: Tokens::new(options.seed),
            faults: Faults::default(),
            log: Log::default(),
            options,
            ditio_reporting: reporting::Slot::default(),
            url,
        }))
    }

    /// A stream of random numbers of the caller's own, from the seed and the label.
    pub(crate) fn random(&self, label: &str) -> Random {
        Random::new(self.options.seed, label)
    }

    /// A sequence of ids of the caller's own, from the seed and the label.
    pub(crate) fn ids(&self, label: &str) -> ObjectIds {
        ObjectIds::new(self.options.seed, label)
    }

    /// Checks the bearer token of a request; no token is an unknown one.
    pub(crate) fn authorize(&self, vendor: Vendor, headers: &HeaderMap) -> Result<Grant, Denied> {
        self.tokens.check(&self.clock, vendor, bearer(headers).ok_or(Denied::Unknown)?)
    }
}

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
