//! What goes on a request, ready to be handed out from many threads at once.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;

/// Counts the tokens of one [`Authenticator`](crate::Authenticator): which one a request was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub(crate) u64);

impl Generation {
    /// The number itself: 1 for the first token.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// The headers that authorize one request.
#[derive(Clone)]
pub struct Authorization {
    stripe: Arc<Stripe>,
    generation: Generation,
}

/// One copy of the headers. Aligned, so that the count of its owners has its cache lines for itself.
#[repr(align(128))]
pub(crate) struct Stripe {
    value: Value,
    /// Until the clock's ticks reach this a reader need not think. All copies have it in common.
    attention: Arc<AtomicU64>,
}

enum Value {
    Bearer(HeaderValue),
    Headers(Vec<(HeaderName, HeaderValue)>),
}

impl Authorization {
    #[inline]
    pub(crate) fn new(stripe: Arc<Stripe>, generation: Generation) -> Self {
        Self { stripe, generation }
    }

    /// Whether it may be handed out at this reading of the clock without a thought about its age.
    #[inline]
    pub(crate) fn may_pass(&self, ticks: u64) -> bool {
        ticks < self.stripe.attention.load(Ordering::Relaxed)
    }

    pub(crate) fn downgrade(&self) -> Weak<Stripe> {
        Arc::downgrade(&self.stripe)
    }

    /// Which token this is: what [`Authenticator::reject`](crate::Authenticator::reject) wants to know after a 401.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Sets the headers, in place of any of the same name. Their values are marked sensitive.
    pub fn apply(&self, headers: &mut HeaderMap) {
        match &self.stripe.value {
            Value::Bearer(value) => {
                headers.insert(AUTHORIZATION, value.clone());
            }
            Value::Headers(pairs) => {
                for (name, value) in pairs {
                    headers.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// So many copies of the headers are kept. Handing one out counts its owners up, and a single count that all cores change
/// moves from core to core, which costs more than everything else on the warm path.
const STRIPES: usize = 16;

/// The headers of one token, in as many copies as threads may want them at once.
pub(crate) struct Headers {
    stripes: [Arc<Stripe>; STRIPES],
    token: Option<Arc<Zeroizing<Vec<u8>>>>,
}

const BEARER: &[u8] = b"Bearer ";

impl Headers {
    /// `Authorization: Bearer …` for this token.
    pub(crate) fn bearer(token: &SecretString) -> Result<Self, Error> {
        let bytes = bearer_bytes(token)?;
        let stripes = stripes(&|| sensitive(Arc::clone(&bytes)).map(Value::Bearer))?;
        Ok(Self { stripes, token: Some(bytes) })
    }

    /// Headers of any name, as some servers want instead.
    pub(crate) fn pairs(pairs: &[(HeaderName, SecretString)]) -> Result<Self, Error> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, secret)| (name, Arc::new(Zeroizing::new(secret.expose_secret().as_bytes().to_vec()))))
            .collect();
        let stripes = stripes(&|| {
            let mut ready = Vec::with_capacity(pairs.len());
            for (name, bytes) in &pairs {
                ready.push(((*name).clone(), sensitive(Arc::clone(bytes))?));
            }
            Ok(Value::Headers(ready))
        })?;
        Ok(Self { stripes, token: None })
    }

    pub(crate) fn authorization(&self, generation: Generation) -> Authorization {
        Authorization::new(Arc::clone(&self.stripes[stripe()]), generation)
    }

    /// Lets readers pass without a thought until the clock's ticks reach this.
    pub(crate) fn let_pass_until(&self, ticks: u64) {
        self.stripes[0].attention.store(ticks, Ordering::Relaxed);
    }

    /// The token itself, where there is one.
    pub(crate) fn token(&self) -> Option<SecretString> {
        let token = std::str::from_utf8(self.token.as_ref()?.get(BEARER.len()..)?).ok()?;
        Some(SecretString::from(token))
    }
}

fn stripes(value: &dyn Fn() -> Result<Value, Error>) -> Result<[Arc<Stripe>; STRIPES], Error> {
    let attention = Arc::new(AtomicU64::new(0));
    let mut stripes = Vec::with_capacity(STRIPES);
    for _ in 0..STRIPES {
        stripes.push(Arc::new(Stripe { value: value()?, attention: Arc::clone(&attention) }));
    }
    Ok(stripes.try_into().unwrap_or_else(|_| unreachable!("as many as were asked for")))
}

/// `Bearer …` for a request to the token endpoint itself.
pub(crate) fn bearer_header(token: &SecretString) -> Result<HeaderValue, Error> {
    sensitive(bearer_bytes(token)?)
}

fn bearer_bytes(token: &SecretString) -> Result<Arc<Zeroizing<Vec<u8>>>, Error> {
    let token = token.expose_secret().as_bytes();
    if token.is_empty() {
        return Err(Error::malformed("the token is empty"));
    }
    if !token.iter().all(u8::is_ascii_graphic) {
        return Err(Error::malformed("the token holds characters that cannot stand in a header"));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(BEARER.len() + token.len()));
    bytes.extend_from_slice(BEARER);
    bytes.extend_from_slice(token);
    Ok(Arc::new(bytes))
}

/// The bytes of a header, wiped with their last owner.
///
/// Aligned, so that the count of owners, which `Bytes` keeps beside this, has its cache lines for itself.
#[repr(align(128))]
struct Owner(Arc<Zeroizing<Vec<u8>>>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn sensitive(bytes: Arc<Zeroizing<Vec<u8>>>) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Owner(bytes)))
        .map_err(|_| Error::malformed("the credential holds characters that cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The stripe of the current thread; threads take them in turn.
fn stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static STRIPE: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    STRIPE.with(|stripe| {
        if stripe.get() == usize::MAX {
            stripe.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        stripe.get() % STRIPES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_cannot_stand_in_a_header_is_malformed() {
        for token in ["", "a\nb", "a b", "a\0b", "tökén"] {
            let error = Headers::bearer(&SecretString::from(token)).err().expect("an error");
            assert_eq!(error.kind(), crate::ErrorKind::Malformed, "{token:?}");
        }
    }

    #[test]
    fn the_header_is_sensitive_and_replaces_an_older_one() {
        let headers = Headers::bearer(&SecretString::from("new")).expect("legal");
        let mut map = HeaderMap::new();
        map.insert(AUTHORIZATION, HeaderValue::from_static("Bearer old"));
        headers.authorization(Generation(1)).apply(&mut map);
        assert_eq!(map.get_all(AUTHORIZATION).iter().collect::<Vec<_>>(), ["Bearer new"]);
        assert!(map[AUTHORIZATION].is_sensitive());
        assert_eq!(headers.token().expect("a token").expose_secret(), "new");
    }
}
