//! The handle on a running simulator.

pub(crate) mod builder;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use builder::Builder;

use crate::fault::Fault;
use crate::log::LoggedRequest;
use crate::server::site::Site;
use crate::state::SharedState;
use crate::state::tokens::ExpiresIn;
use crate::vendor::Vendor;
use crate::vendor::environment;
use crate::webhook::{Delivery, Webhook};

/// A simulator that runs on the tokio runtime that started it, until it is dropped.
pub struct Simulator {
    site: Arc<Site>,
    certificate_pem: Option<String>,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Starts one on a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// When no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts one with settings of the caller's.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(
        site: Arc<Site>,
        certificate_pem: Option<String>,
        stop: watch::Sender<()>,
        task: JoinHandle<()>,
    ) -> Self {
        Self { site, certificate_pem, stop, task }
    }

    /// Returns the state that all vendors share.
    pub(crate) fn shared(&self) -> &SharedState {
        &self.site.shared
    }

    /// The origin, such as `http://127.0.0.1:49152`; no slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared().url
    }

    /// The environment variables that point a client at this simulator, test credentials included.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment::variables(self.url())
    }

    /// The certificate to trust, when it serves over TLS.
    #[must_use]
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared().clock.now()
    }

    /// Moves simulated time forward: data and tokens grow older by so much.
    pub fn advance(&self, by: Duration) {
        self.shared().clock.advance(by);
    }

    /// Ends the life of every token of a vendor.
    pub fn expire_tokens(&self, vendor: Vendor) {
        self.shared().tokens.expire(&self.shared().clock, vendor);
    }

    /// Withdraws every token of a vendor.
    pub fn revoke_tokens(&self, vendor: Vendor) {
        self.shared().tokens.revoke(vendor);
    }

    /// Disables a vendor's client: its valid tokens are refused, new ones too.
    pub fn disable_client(&self, vendor: Vendor) {
        self.shared().tokens.disable(vendor);
    }

    /// Undoes [`Simulator::disable_client`].
    pub fn enable_client(&self, vendor: Vendor) {
        self.shared().tokens.enable(vendor);
    }

    /// How long a vendor's next access tokens live.
    pub fn token_lifetime(&self, vendor: Vendor, lifetime: Duration) {
        self.shared().tokens.configure(vendor, |settings| settings.lifetime = Some(lifetime));
    }

    /// How a vendor's next token answers state the lifetime.
    pub fn expires_in(&self, vendor: Vendor, form: ExpiresIn) {
        self.shared().tokens.configure(vendor, |settings| settings.expires_in = form);
    }

    /// How many characters a vendor's next access tokens have at least.
    pub fn token_size(&self, vendor: Vendor, characters: usize) {
        self.shared().tokens.configure(vendor, |settings| settings.size = Some(characters));
    }

    /// How many requests a vendor's token endpoint has had, those hit by a fault included.
    #[must_use]
    pub fn token_requests(&self, vendor: Vendor) -> usize {
        self.shared().tokens.requests(vendor)
    }

    /// Sets a fault and gives the number to remove it by. Of several that are due, the one that was set first hits.
    #[expect(clippy::must_use_candidate, reason = "done for its effect; few need the answer")]
    pub fn inject(&self, fault: Fault) -> u64 {
        self.shared().faults.add(fault)
    }

    /// Removes one fault; false when it is gone already.
    #[expect(clippy::must_use_candidate, reason = "done for its effect; few need the answer")]
    pub fn remove_fault(&self, number: u64) -> bool {
        self.shared().faults.remove(number)
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.shared().faults.clear();
    }

    /// The requests so far, oldest first: the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared().log.since(0, usize::MAX)
    }

    /// Lets a vendor send webhooks to a receiver on this machine, one request after the other, and gives what was sent
    /// and how each was received.
    ///
    /// # Errors
    ///
    /// When the vendor is not known to send webhooks, the URL is not plain HTTP to this machine, or the receiver does
    /// not answer.
    pub async fn deliver(&self, webhook: Webhook) -> io::Result<Vec<Delivery>> {
        crate::webhook::deliver(self.shared(), &webhook).await
    }

    /// Puts everything back to the start: data, clock, tokens, faults, log.
    pub fn reset(&self) {
        self.site.reset();
    }

    /// Stops accepting connections and waits until the port is free; requests under way are still answered.
    pub async fn stop(self) {
        drop(self.stop);
        // An error is a panic of the accept loop or the end of the runtime: stopped either way.
        let _ = self.task.await;
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("url", &self.url()).finish_non_exhaustive()
    }
}
