//! A client that creates, reads, updates, lists and deletes entities, and checks acknowledged writes.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyfob_simulator::{Vendor, credentials as c};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::entities::{Call, Entity};

pub(crate) type Tokens = Arc<HashMap<Vendor, String>>;

/// Returns a client for plain HTTP that needs no process-wide TLS settings.
pub(crate) fn http() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.expect("ring supports the default TLS versions").with_root_certificates(rustls::RootCertStore::empty());
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config.with_no_client_auth())
        // Digitaleo requires `Authorization` in this spelling.
        .http1_title_case_headers();
    builder.timeout(Duration::from_secs(30)).build().expect("the settings are valid")
}

fn log_in(http: &reqwest::Client, url: &str, vendor: Vendor) -> RequestBuilder {
    let grant = ("grant_type", "client_credentials");
    let form = |path: &str, id, secret| {
        http.post(format!("{url}{path}")).form(&[grant, ("client_id", id), ("client_secret", secret)])
    };
    match vendor {
        Vendor::Bits => {
            let request = http.post(format!("{url}/bits/v1/oauth2/token")).form(&[grant]);
            request.basic_auth(c::BITS_CLIENT_ID, Some(c::BITS_CLIENT_SECRET))
        }
        Vendor::ItemPath => {
            let body = json!({ "username": c::ITEMPATH_USERNAME, "password": c::ITEMPATH_PASSWORD });
            http.post(format!("{url}/itempath/api/users/login")).json(&body)
        }
        Vendor::Dvinci => form("/dvinci/plt/oauth2/token", c::DVINCI_CLIENT_ID, c::DVINCI_CLIENT_SECRET),
        Vendor::Digitaleo => form("/digitaleo/oauth/token", c::DIGITALEO_CLIENT_ID, c::DIGITALEO_CLIENT_SECRET),
        _ => form("/ditio/identity/connect/token", c::DITIO_CLIENT_ID, c::DITIO_CLIENT_SECRET),
    }
}

/// Requests a token of every vendor.
pub(crate) async fn tokens(http: &reqwest::Client, url: &str) -> Result<Tokens, Box<dyn Error>> {
    let mut tokens = HashMap::from([(Vendor::Ditio, c::DITIO_ACCESS_TOKEN.to_owned())]);
    for vendor in [Vendor::Bits, Vendor::ItemPath, Vendor::Dvinci, Vendor::Digitaleo] {
        let response: Value = log_in(http, url, vendor).send().await?.json().await?;
        let token = response["access_token"].as_str().or(response["accessToken"].as_str()).ok_or("no token")?;
        tokens.insert(vendor, token.to_owned());
    }
    Ok(Arc::new(tokens))
}

/// Returns the id of a material for `ItemPath` orders.
pub(crate) async fn material(http: &reqwest::Client, url: &str, tokens: &Tokens) -> Result<String, Box<dyn Error>> {
    let request = http.get(format!("{url}/itempath/api/materials?limit=1")).bearer_auth(&tokens[&Vendor::ItemPath]);
    let response: Value = request.send().await?.json().await?;
    Ok(response["materials"][0]["id"].as_str().ok_or("no material")?.to_owned())
}

/// Counters of requests and results.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) requests: u64,
    pub(crate) acknowledged: u64,
    /// Responses with an error status.
    pub(crate) error_responses: u64,
    /// Requests without a complete response.
    pub(crate) broken: u64,
    /// Acknowledged writes that cannot be read.
    pub(crate) lost: u64,
    /// Responses that no fault explains.
    pub(crate) unexpected: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.acknowledged += other.acknowledged;
        self.error_responses += other.error_responses;
        self.broken += other.broken;
        self.lost += other.lost;
        self.unexpected += other.unexpected;
    }
}

pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    number: usize,
    tokens: Tokens,
    material: String,
    pub(crate) count: Count,
    retained: Vec<(Entity, String, String)>,
}

/// Every n-th entity is retained until the end.
const RETAIN_EVERY: usize = 50;
/// Maximum number of attempts while faults hit a request.
const MAX_ATTEMPTS: usize = 20;

impl Client {
    pub(crate) fn new(number: usize, url: &str, tokens: Tokens, material: String) -> Self {
        let (count, retained) = (Count::default(), Vec::new());
        Self { http: http(), url: url.to_owned(), number, tokens, material, count, retained }
    }

    pub(crate) async fn run(mut self, end: Instant) -> (Count, Vec<(Entity, String, String)>) {
        let mut round = self.number;
        while Instant::now() < end {
            self.round(Entity::ALL[round % Entity::ALL.len()], round).await;
            round += 1;
        }
        (self.count, self.retained)
    }

    async fn round(&mut self, entity: Entity, round: usize) {
        let name = format!("S{}_{round}", self.number);
        let created = self.send(entity.create(&name, &self.material)).await;
        let Some((_, created)) = created.filter(|(status, _)| (200..300).contains(status)) else { return };
        let Some(id) = entity.id(&created) else {
            self.unexpected(&name, &created);
            return;
        };
        self.count.acknowledged += 1;
        let Some(now) = self.read(entity, &id).await else { return };
        let updated = self.send(entity.update(&id, &now, &name)).await;
        if updated.is_some_and(|(status, _)| (200..300).contains(&status)) {
            self.count.acknowledged += 1;
            self.check(entity, &id, &name).await;
            if round.is_multiple_of(RETAIN_EVERY) {
                self.retained.push((entity, id, name));
                return;
            }
        }
        self.send(entity.list()).await;
        if round.is_multiple_of(10) {
            let vendor = entity.list().vendor;
            let _ = log_in(&self.http, &self.url, vendor).send().await;
            self.count.requests += 1;
        }
        self.delete(entity, &id).await;
    }

    /// Deletes an entity and retries after faults, so that entities do not accumulate. A 404 counts as success: an earlier
    /// attempt may have been applied although a fault hit its response.
    async fn delete(&mut self, entity: Entity, id: &str) {
        for attempt in 0..MAX_ATTEMPTS {
            let deletion = entity.delete(id);
            let response = if attempt == 0 { self.send(deletion).await } else { self.exchange(&deletion).await };
            if response.is_some_and(|(status, _)| status < 300 || status == 404) {
                return;
            }
        }
    }

    /// Checks that an acknowledged update can be read.
    pub(crate) async fn check(&mut self, entity: Entity, id: &str, value: &str) {
        if let Some(response) = self.read(entity, id).await
            && !entity.shows(&response, value)
        {
            self.count.lost += 1;
            self.unexpected(value, &response);
        }
    }

    /// Reads an entity and retries after faults. An entity that cannot be read counts as lost.
    async fn read(&mut self, entity: Entity, id: &str) -> Option<Value> {
        for _ in 0..MAX_ATTEMPTS {
            match self.send(entity.read(id)).await {
                Some((200, response)) => return Some(response),
                Some((404, _)) => break,
                _ => {}
            }
        }
        self.count.lost += 1;
        None
    }

    /// Sends a request and returns status and body of a complete response. A status that is neither a success nor that of a
    /// fault counts as unexpected.
    async fn send(&mut self, call: Call) -> Option<(u16, Value)> {
        let (status, body) = self.exchange(&call).await?;
        if !matches!(status, 200..300 | 502 | 503) {
            self.unexpected(&format!("{} {}: {status}", call.method, call.path), &body);
        }
        Some((status, body))
    }

    /// Sends a request and returns status and body of a complete response.
    async fn exchange(&mut self, call: &Call) -> Option<(u16, Value)> {
        self.count.requests += 1;
        let request = self.http.request(call.method.clone(), format!("{}{}", self.url, call.path));
        let request = request.header("authorization", format!("Bearer {}", self.tokens[&call.vendor]));
        let request = call.body.iter().fold(request, RequestBuilder::json);
        let exchange = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        };
        let Ok((status, body)) = exchange.await else {
            self.count.broken += 1;
            return None;
        };
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status >= 300 {
            self.count.error_responses += 1;
        }
        Some((status, body))
    }

    fn unexpected(&mut self, label: &str, response: &Value) {
        self.count.unexpected += 1;
        if self.number < 4 && self.count.unexpected <= 5 {
            crate::eprint(&format!("{label}: {response}"));
        }
    }
}
