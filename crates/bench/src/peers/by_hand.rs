//! Hand-written token caches with a ready header, and the lower bound: one shared header without a cache.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use http::HeaderValue;

use super::Source;

/// Header and the instant at which it expires.
#[derive(Clone)]
struct Cached {
    header: HeaderValue,
    until: Instant,
}

impl Cached {
    fn new(header: HeaderValue) -> Self {
        Self { header, until: Instant::now() + Duration::from_hours(1) }
    }

    fn usable(&self) -> Result<HeaderValue, String> {
        if Instant::now() < self.until { Ok(self.header.clone()) } else { Err("expired".to_owned()) }
    }
}

/// Lower bound: a clone of one shared header, without an expiry check.
#[derive(Clone)]
pub(crate) struct SharedHeader(Arc<HeaderValue>);

impl SharedHeader {
    pub(crate) fn new(header: HeaderValue) -> Self {
        Self(Arc::new(header))
    }
}

impl Source for SharedHeader {
    async fn token(&self) -> Result<impl Send, String> {
        Ok(HeaderValue::clone(&self.0))
    }
}

/// `std::sync::RwLock<Arc<…>>`: clones the `Arc` under the read lock, then checks expiry and clones the header.
#[derive(Clone)]
pub(crate) struct StdRwLock(Arc<RwLock<Arc<Cached>>>);

impl StdRwLock {
    pub(crate) fn new(header: HeaderValue) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(Cached::new(header)))))
    }
}

impl Source for StdRwLock {
    async fn token(&self) -> Result<impl Send, String> {
        let cached = self.0.read().map(|cached| Arc::clone(&cached)).map_err(|error| error.to_string())?;
        cached.usable()
    }
}

/// `tokio::sync::Mutex`, locked while checking expiry and cloning the header.
#[derive(Clone)]
pub(crate) struct TokioMutex(Arc<tokio::sync::Mutex<Cached>>);

impl TokioMutex {
    pub(crate) fn new(header: HeaderValue) -> Self {
        Self(Arc::new(tokio::sync::Mutex::new(Cached::new(header))))
    }
}

impl Source for TokioMutex {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.lock().await.usable()
    }
}

/// `tokio::sync::RwLock`, read-locked while checking expiry and cloning the header.
#[derive(Clone)]
pub(crate) struct TokioRwLock(Arc<tokio::sync::RwLock<Cached>>);

impl TokioRwLock {
    pub(crate) fn new(header: HeaderValue) -> Self {
        Self(Arc::new(tokio::sync::RwLock::new(Cached::new(header))))
    }
}

impl Source for TokioRwLock {
    async fn token(&self) -> Result<impl Send, String> {
        self.0.read().await.usable()
    }
}
