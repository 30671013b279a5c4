//! One client: creates, reads, changes, reads, lists and deletes, and holds the server to what it acknowledged.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyfob_simulator::{Vendor, credentials as c};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::things::{Call, Thing};

pub(crate) type Tokens = Arc<HashMap<Vendor, String>>;

/// A client for plain HTTP that needs no process-wide TLS settings.
pub(crate) fn http() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions that ring has").with_root_certificates(rustls::RootCertStore::empty());
    let builder = reqwest::Client::builder().tls_backend_preconfigured(config.with_no_client_auth());
    builder.timeout(Duration::from_secs(30)).build().expect("settings that are good")
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

/// A token for every vendor.
pub(crate) async fn tokens(http: &reqwest::Client, url: &str) -> Result<Tokens, Box<dyn Error>> {
    let mut tokens = HashMap::from([(Vendor::Ditio, c::DITIO_ACCESS_TOKEN.to_owned())]);
    for vendor in [Vendor::Bits, Vendor::ItemPath, Vendor::Dvinci, Vendor::Digitaleo] {
        let answer: Value = log_in(http, url, vendor).send().await?.json().await?;
        let token = answer["access_token"].as_str().or(answer["accessToken"].as_str()).ok_or("no token")?;
        tokens.insert(vendor, token.to_owned());
    }
    Ok(Arc::new(tokens))
}

/// A material that `ItemPath` can be asked to deliver.
pub(crate) async fn material(http: &reqwest::Client, url: &str, tokens: &Tokens) -> Result<String, Box<dyn Error>> {
    let request = http.get(format!("{url}/itempath/api/materials?limit=1")).bearer_auth(&tokens[&Vendor::ItemPath]);
    let answer: Value = request.send().await?.json().await?;
    Ok(answer["materials"][0]["id"].as_str().ok_or("no material")?.to_owned())
}

/// What happened.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) requests: u64,
    pub(crate) acknowledged: u64,
    /// Answers with the status of a fault.
    pub(crate) refused: u64,
    /// No answer, or half of one.
    pub(crate) broken: u64,
    /// Acknowledged, and not to be read.
    pub(crate) lost: u64,
    /// Answers that no fault explains.
    pub(crate) odd: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.broken += other.broken;
        self.lost += other.lost;
        self.odd += other.odd;
    }
}

pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    number: usize,
    tokens: Tokens,
    material: String,
    pub(crate) count: Count,
    kept: Vec<(Thing, String, String)>,
}

/// One record of so many is kept to the end.
const KEEP_EVERY: usize = 50;
/// A read is repeated so often while faults hit it.
const PATIENCE: usize = 20;

impl Client {
    pub(crate) fn new(number: usize, url: &str, tokens: Tokens, material: String) -> Self {
        let (count, kept) = (Count::default(), Vec::new());
        Self { http: http(), url: url.to_owned(), number, tokens, material, count, kept }
    }

    pub(crate) async fn run(mut self, end: Instant) -> (Count, Vec<(Thing, String, String)>) {
        let mut round = self.number;
        while Instant::now() < end {
            self.round(Thing::ALL[round % Thing::ALL.len()], round).await;
            round += 1;
        }
        (self.count, self.kept)
    }

    async fn round(&mut self, thing: Thing, round: usize) {
        let name = format!("S{}_{round}", self.number);
        let created = self.send(thing.create(&name, &self.material)).await;
        let Some((_, created)) = created.filter(|(status, _)| (200..300).contains(status)) else { return };
        let Some(id) = thing.id(&created) else {
            self.odd(&name, &created);
            return;
        };
        self.count.acknowledged += 1;
        let Some(now) = self.read(thing, &id).await else { return };
        let updated = self.send(thing.update(&id, &now, &name)).await;
        if updated.is_some_and(|(status, _)| (200..300).contains(&status)) {
            self.count.acknowledged += 1;
            self.check(thing, &id, &name).await;
            if round.is_multiple_of(KEEP_EVERY) {
                self.kept.push((thing, id, name));
                return;
            }
        }
        self.send(thing.list()).await;
        if round.is_multiple_of(10) {
            let vendor = thing.list().vendor;
            let _ = log_in(&self.http, &self.url, vendor).send().await;
            self.count.requests += 1;
        }
        self.delete(thing, &id).await;
    }

    /// Deletes until no fault hits it: what stays would pile up. It may be gone although a fault hit the answer.
    async fn delete(&mut self, thing: Thing, id: &str) {
        for attempt in 0..PATIENCE {
            let deletion = thing.delete(id);
            let answer = if attempt == 0 { self.send(deletion).await } else { self.exchange(&deletion).await };
            if answer.is_some_and(|(status, _)| status < 300 || status == 404) {
                return;
            }
        }
    }

    /// Holds the server to an update that it acknowledged.
    pub(crate) async fn check(&mut self, thing: Thing, id: &str, value: &str) {
        if let Some(answer) = self.read(thing, id).await
            && !thing.shows(&answer, value)
        {
            self.count.lost += 1;
            self.odd(value, &answer);
        }
    }

    /// Reads until no fault hits it; what cannot be read is lost.
    async fn read(&mut self, thing: Thing, id: &str) -> Option<Value> {
        for _ in 0..PATIENCE {
            match self.send(thing.read(id)).await {
                Some((200, answer)) => return Some(answer),
                Some((404, _)) => break,
                _ => {}
            }
        }
        self.count.lost += 1;
        None
    }

    /// Status and body, if a whole answer came. What neither succeeds nor is a fault is odd.
    async fn send(&mut self, call: Call) -> Option<(u16, Value)> {
        let (status, body) = self.exchange(&call).await?;
        if !matches!(status, 200..300 | 502 | 503) {
            self.odd(&format!("{} {}: {status}", call.method, call.path), &body);
        }
        Some((status, body))
    }

    /// Status and body, if a whole answer came.
    async fn exchange(&mut self, call: &Call) -> Option<(u16, Value)> {
        self.count.requests += 1;
        let request = self.http.request(call.method.clone(), format!("{}{}", self.url, call.path));
        let request = request.header("authorization", format!("Bearer {}", self.tokens[&call.vendor]));
        let request = call.body.iter().fold(request, RequestBuilder::json);
        let answer = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        };
        let Ok((status, body)) = answer.await else {
            self.count.broken += 1;
            return None;
        };
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status >= 300 {
            self.count.refused += 1;
        }
        Some((status, body))
    }

    fn odd(&mut self, what: &str, answer: &Value) {
        self.count.odd += 1;
        if self.number < 4 && self.count.odd <= 5 {
            crate::eprint(&format!("{what}: {answer}"));
        }
    }
}
