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
use crate::vendor::world::World;
use crate::webhook::{Delivery, Webhook};

/// A running simulator. It runs on the tokio runtime that started it and stops when dropped.
pub struct Simulator {
    site: Arc<Site>,
    certificate_pem: String,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Starts a simulator with default settings on a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// Fails if no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder, to start a simulator with other settings.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(site: Arc<Site>, certificate_pem: String, stop: watch::Sender<()>, task: JoinHandle<()>) -> Self {
        Self { site, certificate_pem, stop, task }
    }

    /// Returns the state that all vendors share.
    pub(crate) fn shared(&self) -> &SharedState {
        &self.site.shared
    }

    /// Returns the origin, such as `http://127.0.0.1:49152`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared().url
    }

    /// Returns the environment variables that configure clients for this simulator: base URLs and test credentials.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        environment::variables(self.shared())
    }

    /// Returns the self-signed certificate, generated at the start, for this machine and the vendors' public hosts.
    ///
    /// Clients must trust it if the simulator uses TLS, or if they use the simulator as a proxy.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Returns the simulated time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared().clock.now()
    }

    /// Moves simulated time forward, for data and for the expiry of tokens.
    ///
    /// # Panics
    ///
    /// If simulated time would pass the end of the year 9999.
    pub fn advance(&self, by: Duration) {
        assert!(self.shared().clock.advance(by), "simulated time cannot pass the end of the year 9999");
    }

    /// Makes every token of a vendor expire now.
    pub fn expire_tokens(&self, vendor: Vendor) {
        self.shared().tokens.expire(&self.shared().clock, vendor);
    }

    /// Revokes every token of a vendor.
    pub fn revoke_tokens(&self, vendor: Vendor) {
        self.shared().tokens.revoke(vendor);
    }

    /// Disables a vendor's client: its tokens are rejected, new tokens too.
    pub fn disable_client(&self, vendor: Vendor) {
        self.shared().tokens.disable(vendor);
    }

    /// Enables a vendor's client again after [`Simulator::disable_client`].
    pub fn enable_client(&self, vendor: Vendor) {
        self.shared().tokens.enable(vendor);
    }

    /// Sets the lifetime of a vendor's next access tokens, at most 1,000 years.
    pub fn set_token_lifetime(&self, vendor: Vendor, lifetime: Duration) {
        self.shared().tokens.configure(vendor, |settings| settings.lifetime = Some(lifetime));
    }

    /// Sets the form in which a vendor's next token responses state the lifetime.
    pub fn set_expires_in(&self, vendor: Vendor, form: ExpiresIn) {
        self.shared().tokens.configure(vendor, |settings| settings.expires_in = form);
    }

    /// Sets the minimum length of a vendor's next access tokens, in characters, at most 1,000,000.
    pub fn set_token_size(&self, vendor: Vendor, characters: usize) {
        self.shared().tokens.configure(vendor, |settings| settings.size = Some(characters));
    }

    /// Returns the number of requests to a vendor's token endpoint, requests hit by a fault included.
    #[must_use]
    pub fn token_requests(&self, vendor: Vendor) -> usize {
        self.shared().tokens.requests(vendor)
    }

    /// Sets a fault and returns its id for [`Simulator::remove_fault`]. If a request matches several faults, the first of them applies.
    #[expect(clippy::must_use_candidate, reason = "called for its effect; few callers need the result")]
    pub fn inject(&self, fault: Fault) -> u64 {
        self.shared().faults.add(fault)
    }

    /// Removes a fault. Returns false if no fault has the id, for example because it has hit its last request.
    #[expect(clippy::must_use_candidate, reason = "called for its effect; few callers need the result")]
    pub fn remove_fault(&self, id: u64) -> bool {
        self.shared().faults.remove(id)
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.shared().faults.clear();
    }

    /// Returns the last 10,000 requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared().log.since(0, usize::MAX)
    }

    /// Sends webhooks to a receiver on this machine, one request after the other, and returns the requests sent with the
    /// receiver's statuses.
    ///
    /// # Errors
    ///
    /// Fails if the vendor is not known to send webhooks, the URL is not plain HTTP to this machine, or the receiver does
    /// not respond within 30 seconds.
    pub async fn deliver(&self, webhook: Webhook) -> io::Result<Vec<Delivery>> {
        crate::webhook::deliver(self.shared(), &webhook).await
    }

    /// Replaces data of the tenant by those of a world. All other data are seeded again, and data written by clients are
    /// lost; clock, tokens, faults and log remain.
    pub fn load(&self, world: World) {
        self.site.load(world);
    }

    /// Resets data, clock, tokens, faults and log to the state at the start.
    pub fn reset(&self) {
        self.site.reset();
    }

    /// Stops accepting connections and waits until the port is free. Requests in progress complete.
    pub async fn stop(self) {
        drop(self.stop);
        // An error means a panic of the accept loop or a runtime shut down: the server has stopped in both cases.
        let _ = self.task.await;
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("url", &self.url()).finish_non_exhaustive()
    }
}
