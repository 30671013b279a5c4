//! Names of tokens in a store, from which no secret can be guessed offline.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ring::{hmac, pbkdf2};
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::store::encryption_key::EncryptionKey;
use crate::token::cache_key::CacheKey;

/// Iterations of PBKDF2-HMAC-SHA512, as recommended by the OWASP Password Storage Cheat Sheet (2023). They take about
/// a tenth of a second of CPU time.
///
/// PBKDF2, because ring has it: scrypt or Argon2 would add crates to every program with a store.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(210_000).expect("not zero");

/// Salt, and prefix of the input of the last step. The digit is the version of the derivation.
///
/// The salt is constant because all processes must derive the same name. It need not differ among accounts: the
/// stretched digest contains issuer and user.
const LABEL: &[u8] = b"keyfob storage name 1";

/// Maximum number of stretched digests retained, about 400 KiB.
const MAX_STRETCHED: usize = 4096;

/// Digests of cache keys with their stretched form, so that each is computed once in a process.
static STRETCHED: LazyLock<Mutex<HashMap<[u8; 32], Stretched>>> = LazyLock::new(Mutex::default);

type Stretched = Arc<OnceCell<[u8; 32]>>;

/// Name under which a store outside the process retains the tokens of a [`CacheKey`].
///
/// Its `Display` form, 64 hexadecimal digits, is suitable as file name and database key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageName([u8; 32]);

impl StorageName {
    /// Derives the name by stretching the cache key with PBKDF2, for stores without an encryption key.
    ///
    /// Takes about a tenth of a second on a blocking thread, once for each key in a process.
    ///
    /// # Errors
    ///
    /// [`Unavailable`](crate::ErrorKind::Unavailable) if the runtime is shutting down.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub async fn stretched(key: &CacheKey) -> Result<Self, Error> {
        let (digest, cell) = (*key.digest(), stretched_cell(key));
        let stretched = cell.get_or_try_init(|| async move {
            let failed = |error| Error::unavailable("the runtime is shutting down").with_source(error);
            tokio::task::spawn_blocking(move || stretch(&digest)).await.map_err(failed)
        });
        Ok(Self::derive(stretched.await?, key))
    }

    /// Derives the name with an encryption key, without which it cannot be computed.
    #[must_use]
    pub fn keyed(key: &CacheKey, encryption: &EncryptionKey) -> Self {
        Self::derive(encryption.bytes(), key)
    }

    /// Returns the bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn derive(secret: &[u8; 32], key: &CacheKey) -> Self {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
        for part in [LABEL, &[u8::from(key.is_of_refusal())], key.digest()] {
            context.update(part);
        }
        let mut name = [0; 32];
        name.copy_from_slice(context.sign().as_ref());
        Self(name)
    }
}

/// Returns the cell of the stretched form of a cache key.
fn stretched_cell(key: &CacheKey) -> Stretched {
    let mut cells = STRETCHED.lock().unwrap_or_else(PoisonError::into_inner);
    if cells.len() >= MAX_STRETCHED && !cells.contains_key(key.digest()) {
        cells.clear();
    }
    Arc::clone(cells.entry(*key.digest()).or_default())
}

fn stretch(digest: &[u8; 32]) -> [u8; 32] {
    let mut stretched = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, ITERATIONS, LABEL, digest, &mut stretched);
    stretched
}

impl fmt::Display for StorageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for StorageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StorageName({self})")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn key(secret: &str) -> CacheKey {
        CacheKey::new(["issuer", "user"], &SecretString::from(secret))
    }

    #[tokio::test]
    async fn names_differ_by_secret_encryption_key_and_record_and_do_not_contain_the_digest() {
        let (key, other) = (key("a"), key("b"));
        let encryption = [[1; 32], [2; 32]].map(EncryptionKey::new);
        let names = [
            StorageName::stretched(&key).await.expect("a name"),
            StorageName::stretched(&other).await.expect("a name"),
            StorageName::stretched(&key.of_refusal()).await.expect("a name"),
            StorageName::keyed(&key, &encryption[0]),
            StorageName::keyed(&key, &encryption[1]),
            StorageName::keyed(&other, &encryption[0]),
            StorageName::keyed(&key.of_refusal(), &encryption[0]),
        ];
        for (index, name) in names.iter().enumerate() {
            assert!(names[..index].iter().all(|other| other != name), "{names:?}");
            assert!(name.as_bytes() != key.digest() && name.as_bytes() != other.digest());
            assert_eq!(name.to_string().len(), 64);
        }
        assert_eq!(StorageName::stretched(&key).await.expect("a name"), names[0], "the same name again");
    }

    #[tokio::test]
    async fn a_guess_without_the_encryption_key_costs_210_000_iterations() {
        // The derivation, written out: a change of it would lose every stored token.
        let key = key("password");
        let mut stretched = [0; 32];
        let iterations = NonZeroU32::new(210_000).expect("not zero");
        let salt = b"keyfob storage name 1";
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, iterations, salt, key.digest(), &mut stretched);
        let input = [salt.as_slice(), &[0], key.digest()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &stretched), &input);
        assert_eq!(StorageName::stretched(&key).await.expect("a name").as_bytes(), tag.as_ref());
    }

    #[tokio::test]
    async fn a_key_is_stretched_once_in_a_process_by_any_number_of_callers() {
        let key = key("once");
        let names = futures_util::future::join_all((0..100).map(|_| StorageName::stretched(&key))).await;
        let cell = stretched_cell(&key);
        assert!(cell.initialized() && names.iter().all(Result::is_ok));
        // A stretched form set by hand is used: it is not computed again.
        let planted = self::key("planted");
        stretched_cell(&planted).set([7; 32]).expect("empty");
        let name = StorageName::stretched(&planted).await.expect("a name");
        assert_eq!(name, StorageName::derive(&[7; 32], &planted));
    }
}
