//! The token service that every vendor's token endpoint and every vendor's guard share.

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

/// What a token may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The client or user that it was issued to.
    pub(crate) client: String,
    /// `access`, `refresh`, `application`, `session`: the vendor's own kinds.
    pub(crate) kind: &'static str,
    /// Scopes, which are audiences at Ditio.
    pub(crate) scopes: Vec<String>,
}

/// How a token looks.
pub(crate) enum TokenFormat {
    /// `header.claims.signature`. The times (`iat`, `nbf`, `exp`) are added to the claims, and `jti` if there is none.
    Jwt { algorithm: &'static str, claims: Map<String, Value> },
    /// So many hexadecimal digits.
    Opaque { length: usize },
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Unknown,
    Expired,
    Revoked,
    /// The token is good, its client is not.
    ClientDisabled,
}

/// A token as it was issued.
pub(crate) struct IssuedToken {
    pub(crate) token: String,
    /// What the vendor's `expires_in` says: none when it was configured away or the token does not expire.
    pub(crate) expires_in: Option<Value>,
    /// The instant that the token's own claims name, if it expires.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct Entry {
    vendor: Vendor,
    grant: Grant,
    dies_at: Option<Duration>,
    revoked: bool,
}

#[derive(Debug, Default)]
struct State {
    /// By the hash of the token: tokens may be long, and there may be many.
    entries: HashMap<[u8; 32], Entry>,
    settings: HashMap<Vendor, TokenSettings>,
    requests: HashMap<Vendor, usize>,
    disabled: Vec<Vendor>,
    issued: u64,
    /// The number of entries at which they are looked through again.
    sweep_at: usize,
}

#[derive(Debug)]
pub(crate) struct Tokens {
    seed: u64,
    state: Mutex<State>,
}

/// Expired entries are swept when there are more entries than this, and each time their number has doubled.
const SWEEP_ABOVE: usize = 10_000;
/// Of more tokens than this, the half that dies first is forgotten.
const MAX_TOKENS: usize = 100_000;

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Issues a token. `lifetime` is the vendor's own (none: for ever); a configured lifetime wins for kind `access`.
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
        let settings = state.settings.get(&vendor).copied().unwrap_or_default();
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
        let dies_at = lifetime.map(|lifetime| now + lifetime);
        state.entries.insert(hash(&token), Entry { vendor, grant, dies_at, revoked: false });
        let expires_at = lifetime.and_then(|lifetime| TimeDelta::from_std(lifetime).ok()).map(|life| claims_now + life);
        IssuedToken { token, expires_in: lifetime.and_then(|lifetime| settings.expires_in.value(lifetime)), expires_at }
    }

    /// Makes a token of the caller's known, for ever.
    pub(crate) fn register(&self, vendor: Vendor, token: &str, grant: Grant) {
        self.state().entries.insert(hash(token), Entry { vendor, grant, dies_at: None, revoked: false });
    }

    /// Says what a token may do now.
    pub(crate) fn check(&self, clock: &Clock, vendor: Vendor, token: &str) -> Result<Grant, TokenError> {
        let state = self.state();
        let entry =
            state.entries.get(&hash(token)).filter(|entry| entry.vendor == vendor).ok_or(TokenError::Unknown)?;
        if entry.revoked {
            return Err(TokenError::Revoked);
        }
        if entry.dies_at.is_some_and(|dies_at| dies_at <= clock.elapsed()) {
            return Err(TokenError::Expired);
        }
        if state.disabled.contains(&vendor) {
            return Err(TokenError::ClientDisabled);
        }
        Ok(entry.grant.clone())
    }

    /// Ends one token, as a vendor's logout or rotation does.
    #[expect(dead_code, reason = "for the vendors that rotate tokens")]
    pub(crate) fn revoke_one(&self, token: &str) {
        if let Some(entry) = self.state().entries.get_mut(&hash(token)) {
            entry.revoked = true;
        }
    }

    pub(crate) fn expire(&self, clock: &Clock, vendor: Vendor) {
        let now = clock.elapsed();
        for entry in self.state().entries.values_mut().filter(|entry| entry.vendor == vendor) {
            entry.dies_at = Some(entry.dies_at.map_or(now, |dies_at| dies_at.min(now)));
        }
    }

    pub(crate) fn revoke(&self, vendor: Vendor) {
        for entry in self.state().entries.values_mut().filter(|entry| entry.vendor == vendor) {
            entry.revoked = true;
        }
    }

    pub(crate) fn disable(&self, vendor: Vendor) {
        let mut state = self.state();
        if !state.disabled.contains(&vendor) {
            state.disabled.push(vendor);
        }
    }

    pub(crate) fn enable(&self, vendor: Vendor) {
        self.state().disabled.retain(|disabled| *disabled != vendor);
    }

    pub(crate) fn is_client_disabled(&self, vendor: Vendor) -> bool {
        self.state().disabled.contains(&vendor)
    }

    /// Changes how the next tokens of a vendor come out.
    pub(crate) fn configure(&self, vendor: Vendor, change: impl FnOnce(&mut TokenSettings)) {
        change(self.state().settings.entry(vendor).or_default());
    }

    pub(crate) fn count_request(&self, vendor: Vendor) {
        *self.state().requests.entry(vendor).or_default() += 1;
    }

    pub(crate) fn requests(&self, vendor: Vendor) -> usize {
        self.state().requests.get(&vendor).copied().unwrap_or_default()
    }

    /// How many of a vendor's tokens are good now.
    pub(crate) fn live(&self, clock: &Clock, vendor: Vendor) -> usize {
        let now = clock.elapsed();
        let state = self.state();
        let of_vendor = state.entries.values().filter(|entry| entry.vendor == vendor && !entry.revoked);
        of_vendor.filter(|entry| entry.dies_at.is_none_or(|dies_at| dies_at > now)).count()
    }

    /// Forgets everything, settings and counters too.
    pub(crate) fn reset(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps the number of entries bounded.
    fn sweep(&mut self, now: Duration) {
        if self.entries.len() <= self.sweep_at.max(SWEEP_ABOVE) {
            return;
        }
        self.entries.retain(|_, entry| entry.dies_at.is_none_or(|dies_at| dies_at > now));
        if self.entries.len() > MAX_TOKENS {
            let mut ends: Vec<_> = self.entries.values().filter_map(|entry| entry.dies_at).collect();
            let middle = ends.len() / 2;
            if middle < ends.len() {
                let (_, &mut middle, _) = ends.select_nth_unstable(middle);
                self.entries.retain(|_, entry| entry.dies_at.is_none_or(|dies_at| dies_at > middle));
            }
        }
        self.sweep_at = (self.entries.len() * 2).min(MAX_TOKENS);
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The bearer token of a request; the scheme in any case, as RFC 9110 has it.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::clock::Start;

    #[test]
    fn tokens_that_nobody_lets_expire_do_not_pile_up() {
        let clock = Clock::new(Start::Default);
        let tokens = Tokens::new(1);
        let issue = || {
            let grant = Grant { client: "c".to_owned(), kind: "access", scopes: Vec::new() };
            let lifetime = Some(Duration::from_secs(1800));
            tokens.issue(&clock, Vendor::Bits, grant, lifetime, TokenFormat::Opaque { length: 16 }).token
        };
        tokens.register(Vendor::Bits, "fixed", Grant { client: "c".to_owned(), kind: "access", scopes: Vec::new() });
        for _ in 0..MAX_TOKENS + 10 {
            issue();
        }
        assert!((MAX_TOKENS / 4..MAX_TOKENS).contains(&tokens.state().entries.len()));
        assert!(tokens.check(&clock, Vendor::Bits, &issue()).is_ok());
        assert!(tokens.check(&clock, Vendor::Bits, "fixed").is_ok());
    }
}
