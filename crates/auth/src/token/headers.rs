//! Header values of one token, in several copies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::error::Error;
use crate::token::authorization::{Authorization, Generation, Shard, ShardHeaders};

/// Number of copies of a token's headers.
///
/// Handing out an [`Authorization`] increments a reference count. A single count, contended by all cores, would cost
/// more than the rest of the warm path.
const SHARDS: usize = 16;

const BEARER: &[u8] = b"Bearer ";

/// Headers of one token, with one copy for each of [`SHARDS`] groups of threads.
pub(crate) struct Headers {
    shards: [Arc<Shard>; SHARDS],
    token: Option<Arc<Zeroizing<Vec<u8>>>>,
}

impl Headers {
    /// Creates an `Authorization: Bearer …` header.
    pub(crate) fn bearer(token: &SecretString) -> Result<Self, Error> {
        let bytes = bearer_bytes(token)?;
        let shards = shards(&|| sensitive(Arc::clone(&bytes)).map(ShardHeaders::Bearer))?;
        Ok(Self { shards, token: Some(bytes) })
    }

    /// Creates headers with custom names, for services that do not use bearer tokens.
    pub(crate) fn custom(pairs: &[(HeaderName, SecretString)]) -> Result<Self, Error> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, secret)| (name, Arc::new(Zeroizing::new(secret.expose_secret().as_bytes().to_vec()))))
            .collect();
        let shards = shards(&|| {
            let mut values = Vec::with_capacity(pairs.len());
            for (name, bytes) in &pairs {
                values.push(((*name).clone(), sensitive(Arc::clone(bytes))?));
            }
            Ok(ShardHeaders::Custom(values))
        })?;
        Ok(Self { shards, token: None })
    }

    /// Returns the authorization of one shard; any `thread_index` selects one.
    pub(crate) fn authorization(&self, generation: Generation, thread_index: usize) -> Authorization {
        Authorization::new(Arc::clone(&self.shards[thread_index % SHARDS]), generation)
    }

    /// Sets the clock ticks up to which readers need not check the token's state.
    pub(crate) fn set_recheck_at(&self, ticks: u64) {
        self.shards[0].recheck_at.store(ticks, Ordering::Relaxed);
    }

    /// Returns the access token; `None` for custom headers.
    pub(crate) fn token(&self) -> Option<SecretString> {
        let token = std::str::from_utf8(self.token.as_ref()?.get(BEARER.len()..)?).ok()?;
        Some(SecretString::from(token))
    }
}

fn shards(headers: &dyn Fn() -> Result<ShardHeaders, Error>) -> Result<[Arc<Shard>; SHARDS], Error> {
    let recheck_at = Arc::new(AtomicU64::new(0));
    let mut shards = Vec::with_capacity(SHARDS);
    for _ in 0..SHARDS {
        shards.push(Arc::new(Shard { headers: headers()?, recheck_at: Arc::clone(&recheck_at) }));
    }
    Ok(shards.try_into().unwrap_or_else(|_| unreachable!("the loop pushes SHARDS elements")))
}

/// Creates the `Authorization` header of a request to the token endpoint itself.
pub(crate) fn bearer_header(token: &SecretString) -> Result<HeaderValue, Error> {
    sensitive(bearer_bytes(token)?)
}

fn bearer_bytes(token: &SecretString) -> Result<Arc<Zeroizing<Vec<u8>>>, Error> {
    let token = token.expose_secret().as_bytes();
    if token.is_empty() {
        return Err(Error::malformed("the token is empty"));
    }
    if !token.iter().all(u8::is_ascii_graphic) {
        return Err(Error::malformed("the token contains characters that are not allowed in a header"));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(BEARER.len() + token.len()));
    bytes.extend_from_slice(BEARER);
    bytes.extend_from_slice(token);
    Ok(Arc::new(bytes))
}

/// Owner of a header's bytes, which are zeroized when the last owner is dropped.
///
/// Aligned to two cache lines, so that the reference count that `Bytes` allocates beside it has its own.
#[repr(align(128))]
struct Owner(Arc<Zeroizing<Vec<u8>>>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn sensitive(bytes: Arc<Zeroizing<Vec<u8>>>) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Owner(bytes)))
        .map_err(|_| Error::malformed("the credential contains characters that are not allowed in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, HeaderMap};

    use super::*;

    #[test]
    fn a_token_with_characters_not_allowed_in_a_header_is_malformed() {
        for token in ["", "a\nb", "a b", "a\0b", "tökén"] {
            let error = Headers::bearer(&SecretString::from(token)).err().expect("an error");
            assert_eq!(error.kind(), crate::ErrorKind::Malformed, "{token:?}");
        }
    }

    #[test]
    fn a_header_leaves_no_copy_of_a_token_in_a_buffer_that_was_too_small() {
        for length in [1, 100_000] {
            let token = SecretString::from("t".repeat(length));
            // The bytes and their reference count.
            assert_eq!(allocation_counter::measure(|| drop(bearer_bytes(&token))).count_total, 2, "the buffer grew");
        }
    }

    #[test]
    fn the_header_is_sensitive_and_replaces_an_existing_one() {
        let headers = Headers::bearer(&SecretString::from("new")).expect("legal");
        let mut map = HeaderMap::new();
        map.insert(AUTHORIZATION, HeaderValue::from_static("Bearer old"));
        headers.authorization(Generation(1), 0).apply(&mut map);
        assert_eq!(map.get_all(AUTHORIZATION).iter().collect::<Vec<_>>(), ["Bearer new"]);
        assert!(map[AUTHORIZATION].is_sensitive());
        assert_eq!(headers.token().expect("a token").expose_secret(), "new");
    }
}
