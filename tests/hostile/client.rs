//! Clients of the hostile server, and the calls that scenarios make.

use std::{
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{FutureExt, TryStreamExt, future::BoxFuture};
use keyfob::{
    ApiClient, Authenticator, ByteStream, ClientBuilder, Error, Method, RetryPolicy, Session, TransportConfig, Upload,
    auth::{ClientCredentials, Clock, Credentials},
    digitaleo, ditio, ditio_reporting, itempath,
};
use serde_json::{Value, json};

use crate::server::{Protocol, certificate_pem};

/// A call of a scenario. Returns the size of the result: bytes, rows or elements.
pub(crate) type Call = fn(Target) -> BoxFuture<'static, Result<usize, Error>>;

/// Maximum response size of the clients, in bytes.
pub(crate) const MAX_RESPONSE_BYTES: u64 = 1024 * 1024;
/// Read timeout of the clients, in real time; generous, so that a busy machine causes no timeout.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Read timeout of the calls that end by it.
const SHORT_TIMEOUT: Duration = Duration::from_millis(300);
/// Size of uploads, in bytes: more than the socket buffers of both sides.
pub(crate) const UPLOAD_BYTES: usize = 24 * 1024 * 1024;

static UPLOAD: [u8; UPLOAD_BYTES] = [0; UPLOAD_BYTES];

/// Transport settings by protocol. The roots are loaded here, so that their memory counts for no scenario.
static TRANSPORT: LazyLock<TransportConfig> = LazyLock::new(|| {
    let transport = TransportConfig::new().root_certificate_pem(certificate_pem().as_bytes()).unwrap();
    let transport = transport.configure_client(reqwest::ClientBuilder::no_proxy);
    let _ = transport.client_builder().unwrap();
    transport
});

/// Server of a scenario, as its clients see it.
#[derive(Clone)]
pub(crate) struct Target {
    url: String,
    clock: Clock,
    transport: TransportConfig,
    protocol: Protocol,
}

impl Target {
    pub(crate) fn new(url: &str, protocol: Protocol, clock: Clock) -> Self {
        let transport = match protocol {
            Protocol::Http1 | Protocol::Tls => TRANSPORT.clone(),
            Protocol::Http2 | Protocol::Frames => {
                TRANSPORT.clone().configure_client(reqwest::ClientBuilder::http2_prior_knowledge)
            }
        };
        Self { url: url.to_owned(), clock, transport, protocol }
    }

    fn authenticator(&self) -> Authenticator {
        let credentials = match self.protocol {
            Protocol::Frames => Credentials::bearer("canary-token"),
            _ => ClientCredentials::new(format!("{}/token", self.url), "id", "canary-secret").into(),
        };
        Authenticator::builder(credentials).transport(self.transport.clone()).clock(self.clock.clone()).build().unwrap()
    }

    fn builder<C: ApiClient>(&self, environment: C::Environment) -> ClientBuilder<C> {
        C::builder(environment, self.authenticator())
            .transport(self.transport.clone())
            .clock(self.clock.clone())
            .max_response_bytes(MAX_RESPONSE_BYTES)
            .read_timeout(READ_TIMEOUT)
    }

    fn reporting(&self) -> ClientBuilder<ditio_reporting::Client> {
        self.builder(ditio::Environment::Custom(ditio::Endpoints {
            identity: self.url.clone(),
            core: self.url.clone(),
            reporting: self.url.clone(),
            mass_transport: None,
        }))
    }

    /// Returns a session with default options.
    fn session(&self) -> Session {
        session(self.reporting())
    }
}

fn session(builder: ClientBuilder<ditio_reporting::Client>) -> Session {
    builder.build().unwrap().session().clone()
}

async fn read_with(session: &Session) -> Result<usize, Error> {
    Ok(session.request(Method::GET, "/thing").text().await?.into_inner().len())
}

async fn create_with(session: &Session) -> Result<usize, Error> {
    let request = session.request(Method::POST, "/thing").json(&json!({"name": "canary-name"}));
    Ok(request.text().await?.into_inner().len())
}

/// Reads a resource as text.
pub(crate) fn read(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { read_with(&target.session()).await }.boxed()
}

/// Reads two resources one after the other.
pub(crate) fn read_twice(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let session = target.session();
        Ok(read_with(&session).await? + read_with(&session).await?)
    }
    .boxed()
}

/// Reads a resource again after a failure, and returns the second result.
pub(crate) fn read_after_failure(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let session = target.session();
        read_with(&session).await.expect_err("the first call fails");
        read_with(&session).await
    }
    .boxed()
}

/// Reads a resource with a short read timeout.
pub(crate) fn read_briefly(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { read_with(&session(target.reporting().read_timeout(SHORT_TIMEOUT))).await }.boxed()
}

/// Reads a resource with a short time limit of each attempt.
pub(crate) fn read_within_limit(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { read_with(&session(target.reporting().timeout(SHORT_TIMEOUT))).await }.boxed()
}

/// Reads a resource without retries.
pub(crate) fn read_once(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { read_with(&session(target.reporting().retry(RetryPolicy::none()))).await }.boxed()
}

/// Reads a resource as JSON, and returns the number of elements of an array or object.
pub(crate) fn read_json(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let value = target.session().request(Method::GET, "/thing").send::<Value>().await?.into_inner();
        Ok(value.as_array().map_or_else(|| value.as_object().map_or(0, serde_json::Map::len), Vec::len))
    }
    .boxed()
}

/// Reads one page of a listing with the typed method.
pub(crate) fn read_page(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { Ok(target.reporting().build().unwrap().projects().await?.data.len()) }.boxed()
}

/// Creates a resource, which is not idempotent.
pub(crate) fn create(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { create_with(&target.session()).await }.boxed()
}

/// Creates a resource with a short read timeout.
pub(crate) fn create_briefly(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move { create_with(&session(target.reporting().read_timeout(SHORT_TIMEOUT))).await }.boxed()
}

/// Replaces a resource, which is idempotent.
pub(crate) fn replace(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let request = target.session().request(Method::PUT, "/thing").json(&json!({"name": "canary-name"}));
        Ok(request.text().await?.into_inner().len())
    }
    .boxed()
}

async fn open(session: &Session) -> Result<ByteStream, Error> {
    Ok(session.request(Method::GET, "/file").download().await?.into_inner())
}

/// Downloads a file and discards its bytes.
pub(crate) fn download(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let length = open(&target.session()).await?.copy_to(&mut tokio::io::sink()).await?;
        Ok(usize::try_from(length).unwrap())
    }
    .boxed()
}

/// Downloads a file with a short read timeout.
pub(crate) fn download_briefly(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let session = session(target.reporting().read_timeout(SHORT_TIMEOUT));
        let length = open(&session).await?.copy_to(&mut tokio::io::sink()).await?;
        Ok(usize::try_from(length).unwrap())
    }
    .boxed()
}

/// Downloads the part of a file that the caller requests with a header.
pub(crate) fn download_part(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let request = target.session().request(Method::GET, "/file").header("range", "bytes=5-");
        let length = request.download().await?.into_inner().copy_to(&mut tokio::io::sink()).await?;
        Ok(usize::try_from(length).unwrap())
    }
    .boxed()
}

/// Saves a download to a file, and checks that the saved file has the returned length.
pub(crate) fn save(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keyfob-hostile-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = TemporaryDirectory::create(&name);
        let path = directory.0.join("file");
        let saved = open(&target.session()).await?.save_as(&path).await;
        let length = std::fs::metadata(&path).map(|metadata| metadata.len()).ok();
        assert_eq!(length, saved.as_ref().ok().copied(), "a failed download leaves no file");
        Ok(usize::try_from(saved?).unwrap())
    }
    .boxed()
}

/// A directory that is removed on drop.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn create(name: &str) -> Self {
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn upload_with(target: Target, method: Method, read_timeout: Duration) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let session = session(target.reporting().read_timeout(read_timeout));
        let content = Upload::bytes(Bytes::from_static(&UPLOAD));
        let request = session.request(method, "/file").upload(content, "application/octet-stream");
        Ok(request.text().await?.into_inner().len())
    }
    .boxed()
}

/// Uploads a file by POST, with a short read timeout.
pub(crate) fn upload(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    upload_with(target, Method::POST, SHORT_TIMEOUT)
}

/// Uploads a file by PUT, with a short read timeout.
pub(crate) fn upload_idempotently(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    upload_with(target, Method::PUT, SHORT_TIMEOUT)
}

/// Uploads a file by POST, with a read timeout that a busy machine does not exceed between two reads of the server.
pub(crate) fn upload_patiently(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    upload_with(target, Method::POST, Duration::from_secs(3))
}

/// Lists rows with cursors.
pub(crate) fn list_by_cursor(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let client = target.reporting().build().unwrap();
        client.projects().stream().try_fold(0, |rows, _| async move { Ok(rows + 1) }).await
    }
    .boxed()
}

/// Lists rows with page numbers, two rows a page.
pub(crate) fn list_by_page(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let environment = itempath::Environment::at(&target.url);
        let client = target.builder::<itempath::Client>(environment).build().unwrap();
        client.users().limit(2).stream().try_fold(0, |rows, _| async move { Ok(rows + 1) }).await
    }
    .boxed()
}

/// Lists rows with offsets, two rows a page.
pub(crate) fn list_by_offset(target: Target) -> BoxFuture<'static, Result<usize, Error>> {
    async move {
        let url = || target.url.clone();
        let endpoints = digitaleo::Endpoints { oauth: url(), contacts: url(), api: url(), sms: url() };
        let environment = digitaleo::Environment::Custom(endpoints);
        let client = target.builder::<digitaleo::Client>(environment).build().unwrap();
        client.contacts().limit(2).stream().try_fold(0, |rows, _| async move { Ok(rows + 1) }).await
    }
    .boxed()
}
