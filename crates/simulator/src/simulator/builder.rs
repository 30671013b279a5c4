//! Settings and start of a simulator.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::server::site::Site;
use crate::server::{self, Identity, Tls};
use crate::simulator::Simulator;
use crate::state::Options;
use crate::state::clock::Start;
use crate::vendor::world::World;

/// Settings of a simulator before its start.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    listen: SocketAddr,
    tls: bool,
    options: Options,
    world: World,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: false,
            options: Options { seed: 1, scale: 1_000, control: true, start: Start::Default },
            world: World::default(),
        }
    }

    /// Sets the address to listen on. Default: a free port of `127.0.0.1`.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.listen = address.into();
        self
    }

    /// Sets the seed of names, ids and data. Default: 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Sets the number of rows of the largest table; the other large tables scale along. Default: 1,000.
    pub fn scale(mut self, rows: u64) -> Self {
        self.options.scale = rows;
        self
    }

    /// Replaces seeded data by those of a world. Default: all data are seeded.
    pub fn world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// Serves over TLS with [`Simulator::certificate_pem`]. Default: off.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Serves the control API under `/_control`, to this machine only. Default: on.
    pub fn control(mut self, control: bool) -> Self {
        self.options.control = control;
        self
    }

    /// Sets the start of simulated time. Default: 2026-03-02T08:00:00Z, where it stands still except for writes and
    /// [`Simulator::advance`], so that a test gets the same responses in each run.
    ///
    /// The times inside tokens are pinned to it too, so that token responses are the same in each run.
    pub fn epoch(mut self, instant: DateTime<Utc>) -> Self {
        self.options.start = Start::Fixed(instant);
        self
    }

    /// Makes simulated time follow this machine's clock, as `keyfob simulate` does.
    pub fn real_time(mut self) -> Self {
        self.options.start = Start::Real;
        self
    }

    /// Starts the simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if the address cannot be bound or the certificate cannot be generated.
    pub async fn start(self) -> io::Result<Simulator> {
        let identity = Identity::generate()?;
        let tls = Tls { acceptor: identity.acceptor()?, on_port: self.tls };
        let listener = TcpListener::bind(self.listen).await?;
        let mut address = listener.local_addr()?;
        if address.ip().is_unspecified() {
            let loopback = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            address.set_ip(loopback);
        }
        let scheme = if self.tls { "https" } else { "http" };
        let site = Arc::new(Site::new(self.options, self.world, format!("{scheme}://{address}")));
        let (stop, stopped) = watch::channel(());
        let task = tokio::spawn(server::run(listener, Arc::clone(&site), tls, stopped));
        Ok(Simulator::new(site, identity.certificate_pem, stop, task))
    }
}
