//! The token service shared by all vendors' token endpoints and authorization checks.

mod jwt;
mod settings;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use settings::ExpiresIn;
pub(crate) use settings::TokenSettings;

use crate::state::clock::Clock;
use crate::state::random::Random;
use crate::vendor::Vendor;

/// The rights of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The client or user that the token was issued to.
    pub(crate) client: String,
    /// The vendor's kind of token, such as `access`, `refresh`, `application` or `session`.
    pub(crate) kind: &'static str,
    /// Granted scopes; some vendors check them as audiences.
    pub(crate) scopes: Vec<String>,
}

/// The format of a token.
pub(crate) enum TokenFormat {
    /// `header.claims.signature`. The claims `iat`, `nbf` and `exp` are added, and `jti` if absent.
    Jwt { algorithm: &'static str, claims: Map<String, Value> },
    /// A number of hexadecimal digits.
    Opaque { length: usize },
}

/// Reason why a token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Unknown,
    Expired,
    Revoked,
    /// The token is valid but its client is disabled.
    ClientDisabled,
}

/// An issued token.
pub(crate) struct IssuedToken {
    pub(crate) token: String,
    /// Value of the vendor's `expires_in`; `None` if it is configured as missing or the token does not expire.
    pub(crate) expires_in: Option<Value>,
    /// Expiry in the token's claims; `None` if the token does not expire.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Entry {
    vendor: Vendor,
    grant: Grant,
    /// Expiry on the clock of [`Clock::elapsed`].
    expires_at: Option<Duration>,
    revoked: bool,
}

#[derive(Debug, Default)]
struct State {
    /// Keyed by the hash of the token, because tokens can be long and many.
    entries: HashMap<[u8; 32], Entry>,
    settings: HashMap<Vendor, TokenSettings>,
    /// Requests to the token endpoints.
    requests: HashMap<Vendor, usize>,
    /// Vendors whose client is disabled.
    disabled: Vec<Vendor>,
    issued: u64,
    /// Number of entries above which expired entries are swept.
    sweep_at: usize,
}

#[derive(Debug)]
pub(crate) struct Tokens {
    seed: u64,
    state: Mutex<State>,
}

/// Number of entries above which expired entries are swept, and again each time their number has doubled.
const SWEEP_ABOVE: usize = 10_000;
/// Maximum number of tokens: above it, the half with the earliest expiry is dropped, to bound memory.
const MAX_TOKENS: usize = 100_000;

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Issues a token.
    ///
    /// `lifetime` is the vendor's default; `None` means no expiry. A configured lifetime overrides it for kind
    /// `access`.
    pub(crate) fn issue(
        &self,
        clock: &Clock,
        vendor: Vendor,
        grant: Grant,
        lifetime: Option<Duration>,
        form: TokenFormat,
    ) -> IssuedToken {
        let mut state = self.state();
        state.issued += 1;
        let settings = state.settings.get(&vendor).copied().unwrap_or_default().limited();
        let lifetime = if grant.kind == "access" { settings.lifetime.or(lifetime) } else { lifetime };
        let mut random = Random::new(self.seed, &format!("{vendor}/token/{}", state.issued));
        let size = settings.size.filter(|_| grant.kind == "access");
        let claims_now = clock.claims_now();
        let token = match form {
            TokenFormat::Jwt { algorithm, claims } => {
                jwt::encode(algorithm, claims, claims_now, lifetime, size, &mut random)
            }
            TokenFormat::Opaque { length } => random.hex(size.unwrap_or(length)),
        };
        let now = clock.elapsed();
        state.sweep(now);
        let entry = Entry { vendor, grant, expires_at: lifetime.map(|lifetime| now + lifetime), revoked: false };
        state.entries.insert(hash(&token), entry);
        let expires_at = lifetime.and_then(|lifetime| TimeDelta::from_std(lifetime).ok()).map(|life| claims_now + life);
        IssuedToken { token, expires_in: lifetime.and_then(|lifetime| settings.expires_in.value(lifetime)), expires_at }
    }

    /// Registers a token with a fixed text that does not expire.
    pub(crate) fn register(&self, vendor: Vendor, token: &str, grant: Grant) {
        self.state().entries.insert(hash(token), Entry { vendor, grant, expires_at: None, revoked: false });
    }

    /// Returns the rights of a token, or the reason why it is not valid now.
    pub(crate) fn check(&self, clock: &Clock, vendor: Vendor, token: &str) -> Result<Grant, TokenError> {
        let state = self.state();
        let entry =
            state.entries.get(&hash(token)).filter(|entry| entry.vendor == vendor).ok_or(TokenError::Unknown)?;
        if entry.revoked {
            return Err(TokenError::Revoked);
        }
        if entry.expires_at.is_some_and(|expires_at| expires_at <= clock.elapsed()) {
            return Err(TokenError::Expired);
        }
        if state.disabled.contains(&vendor) {
            return Err(TokenError::ClientDisabled);
        }
        Ok(entry.grant.clone())
    }

    /// Revokes one token, as a vendor's logout or rotation does.
    #[expect(dead_code, reason = "for the vendors that rotate tokens")]
    pub(crate) fn revoke_one(&self, token: &str) {
        if let Some(entry) = self.state().entries.get_mut(&hash(token)) {
            entry.revoked = true;
        }
    }

    /// Makes every token of a vendor expire now.
    pub(crate) fn expire(&self, clock: &Clock, vendor: Vendor) {
        let now = clock.elapsed();
        for entry in self.state().entries.values_mut().filter(|entry| entry.vendor == vendor) {
            entry.expires_at = Some(entry.expires_at.map_or(now, |expires_at| expires_at.min(now)));
        }
    }

    /// Revokes every token of a vendor.
    pub(crate) fn revoke(&self, vendor: Vendor) {
        for entry in self.state().entries.values_mut().filter(|entry| entry.vendor == vendor) {
            entry.revoked = true;
        }
    }

    /// Disables a vendor's client: its tokens are rejected.
    pub(crate) fn disable(&self, vendor: Vendor) {
        let mut state = self.state();
        if !state.disabled.contains(&vendor) {
            state.disabled.push(vendor);
        }
    }

    /// Enables a vendor's client again.
    pub(crate) fn enable(&self, vendor: Vendor) {
        self.state().disabled.retain(|disabled| *disabled != vendor);
    }

    pub(crate) fn is_client_disabled(&self, vendor: Vendor) -> bool {
        self.state().disabled.contains(&vendor)
    }

    /// Changes the settings of a vendor's next tokens.
    pub(crate) fn configure(&self, vendor: Vendor, change: impl FnOnce(&mut TokenSettings)) {
        change(self.state().settings.entry(vendor).or_default());
    }

    /// Counts a request to a vendor's token endpoint.
    pub(crate) fn count_request(&self, vendor: Vendor) {
        *self.state().requests.entry(vendor).or_default() += 1;
    }

    /// Returns the number of requests to a vendor's token endpoint.
    pub(crate) fn requests(&self, vendor: Vendor) -> usize {
        self.state().requests.get(&vendor).copied().unwrap_or_default()
    }

    /// Returns the number of a vendor's valid tokens.
    pub(crate) fn live(&self, clock: &Clock, vendor: Vendor) -> usize {
        let now = clock.elapsed();
        let state = self.state();
        let of_vendor = state.entries.values().filter(|entry| entry.vendor == vendor && !entry.revoked);
        of_vendor.filter(|entry| entry.expires_at.is_none_or(|expires_at| expires_at > now)).count()
    }

    /// Drops all tokens, settings and counters.
    pub(crate) fn reset(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Bounds the number of entries.
    fn sweep(&mut self, now: Duration) {
        if self.entries.len() <= self.sweep_at.max(SWEEP_ABOVE) {
            return;
        }
        self.entries.retain(|_, entry| entry.expires_at.is_none_or(|expires_at| expires_at > now));
        if self.entries.len() > MAX_TOKENS {
            let mut ends: Vec<_> = self.entries.values().filter_map(|entry| entry.expires_at).collect();
            let middle = ends.len() / 2;
            if middle < ends.len() {
                let (_, &mut middle, _) = ends.select_nth_unstable(middle);
                self.entries.retain(|_, entry| entry.expires_at.is_none_or(|expires_at| expires_at > middle));
            }
        }
        self.sweep_at = (self.entries.len() * 2).min(MAX_TOKENS);
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Returns the bearer token of a request. The scheme is case-insensitive (RFC 9110, section 11.1).
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::clock::Start;

    const VENDOR: Vendor = Vendor::ALL[0];

    #[test]
    fn tokens_that_never_expire_in_time_do_not_accumulate() {
        let clock = Clock::new(Start::Default);
        let tokens = Tokens::new(1);
        let issue = || {
            let grant = Grant { client: "c".to_owned(), kind: "access", scopes: Vec::new() };
            let lifetime = Some(Duration::from_secs(1800));
            tokens.issue(&clock, VENDOR, grant, lifetime, TokenFormat::Opaque { length: 16 }).token
        };
        tokens.register(VENDOR, "fixed", Grant { client: "c".to_owned(), kind: "access", scopes: Vec::new() });
        for _ in 0..MAX_TOKENS + 10 {
            issue();
        }
        assert!((MAX_TOKENS / 4..MAX_TOKENS).contains(&tokens.state().entries.len()));
        assert!(tokens.check(&clock, VENDOR, &issue()).is_ok());
        assert!(tokens.check(&clock, VENDOR, "fixed").is_ok());
    }
}
