//! Token caches as users write them, with a ready header in them, and the floor: one shared header and no cache at all.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use http::HeaderValue;

use super::Source;

/// A header and the instant from which on it is no longer used.
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

/// The floor: a clone of one shared header. It would send an expired token for ever.
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

/// `std::sync::RwLock<Arc<…>>`: read, take the `Arc`, let go, look at the time, clone the header.
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

/// `tokio::sync::Mutex`, held while the time is looked at and the header cloned.
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

/// `tokio::sync::RwLock`, read the same way.
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
