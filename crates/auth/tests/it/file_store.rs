//! File store: permissions, damaged files, and encryption.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Credentials, EncryptionKey, Error, ErrorKind, FileStore, Lifetime, Token,
    TokenRequest, TokenSource, TokenStore,
};

use crate::folder::{Folder, contains};
use crate::secrets::Log;
use crate::server::{Reply, Server, token};
use crate::stores::{key, stored};

/// Source that counts its fetches.
#[derive(Clone, Default)]
struct Source(Arc<AtomicUsize>);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, _: TokenRequest<'a>) -> BoxFuture<'a, Result<Token, Error>> {
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok(Token::new(format!("t{number}")).lifetime(Lifetime::For(Duration::from_secs(3600)))) }.boxed()
    }

    fn key(&self) -> CacheKey {
        key("source")
    }
}

impl Source {
    /// Returns the token of a new authenticator.
    async fn token(&self, store: &FileStore) -> String {
        let authenticator = Authenticator::builder(Credentials::custom(self.clone())).store(store.clone());
        token(&authenticator.build().expect("an authenticator")).await.expect("a token")
    }

    fn fetches(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Deterministic random number generator (xorshift), so that a failure is reproducible.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).expect("small")).expect("small")
    }
}

#[tokio::test]
async fn each_of_a_thousand_truncations_and_bit_flips_is_logged_rejected_and_repaired() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for encrypted in [false, true] {
        let folder = Folder::new();
        let mut store = FileStore::open(folder.store()).expect("a store");
        if encrypted {
            store = store.encrypted_with(EncryptionKey::new([3; 32]));
        }
        let source = Source::default();
        assert_eq!(source.token(&store).await, "t1");
        let path = folder.token_file();
        for round in 1..=500 {
            let mut bytes = std::fs::read(&path).expect("a file");
            let at = dice.below(bytes.len());
            if dice.below(2) == 0 {
                bytes.truncate(at);
            } else {
                bytes[at] ^= 1 << dice.below(8);
            }
            std::fs::write(&path, bytes).expect("written");
            let log = Log::start();
            let expected = format!("t{}", round + 1);
            assert_eq!(source.token(&store).await, expected, "a new token instead of the damaged one");
            assert_eq!(source.token(&store).await, expected, "the file is repaired");
            let text = log.end();
            assert_eq!(text.matches("damaged or not written by this store").count(), 1, "{text}");
            assert_eq!(source.fetches(), round + 1);
        }
    }
}

#[tokio::test]
async fn a_file_copied_to_another_key_is_rejected() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    assert!(store.put_if_newer(&key("a"), &stored(1, 1)).await.expect("up"));
    let name = |name: &str| store.directory().join(format!("{}.token", key(name)));
    std::fs::copy(name("a"), name("b")).expect("copied");
    assert!(store.get(&key("b")).await.expect("up").is_none());
    assert!(store.get(&key("a")).await.expect("up").is_some());
    assert!(store.put_if_newer(&key("b"), &stored(1, 2)).await.expect("up"));
    assert_eq!(store.get(&key("b")).await.expect("up").expect("a token").version().nonce(), 2);
}

#[tokio::test]
async fn an_unencrypted_file_is_rejected_by_an_encrypted_store() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    assert!(store.put_if_newer(&key("a"), &stored(1, 1)).await.expect("up"));
    let store = store.encrypted_with(EncryptionKey::new([1; 32]));
    assert!(store.get(&key("a")).await.expect("up").is_none());
}

#[tokio::test]
async fn directories_and_files_are_accessible_to_their_owner_only() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store().join("deeper")).expect("a store");
    let source = Source::default();
    source.token(&store).await;
    let mode = |path: &std::path::Path| path.metadata().expect("there").mode() & 0o7777;
    assert_eq!(mode(&folder.store()), 0o700);
    assert_eq!(mode(store.directory()), 0o700);
    let files: Vec<_> =
        std::fs::read_dir(store.directory()).expect("a folder").map(|file| file.expect("it").path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    assert!(files.iter().all(|path| mode(path) == 0o600), "{files:?}");
}

#[track_caller]
fn check_rejected(path: &std::path::Path, part: &str) {
    let error = FileStore::open(path).expect_err("rejected");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains(part), "{error}");
}

#[test]
fn a_directory_that_others_can_access_or_own_is_rejected() {
    let folder = Folder::new();
    for mode in [0o701, 0o710, 0o704, 0o777] {
        let path = folder.path().join(format!("{mode}"));
        std::fs::create_dir(&path).expect("made");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("changed");
        check_rejected(&path, "chmod 700");
    }
    // Only root can change an owner. For any other user, `/` belongs to another user.
    let foreign = folder.path().join("foreign");
    std::fs::create_dir(&foreign).expect("made");
    let changed = chown(&foreign, Some(12345), None).is_ok();
    check_rejected(if changed { &foreign } else { std::path::Path::new("/") }, "belongs to another user");
    let (private, link) = (folder.path().join("private"), folder.path().join("link"));
    FileStore::open(&private).expect("a store");
    std::os::unix::fs::symlink(&private, &link).expect("a link");
    check_rejected(&link, "is not a directory");
    std::fs::write(folder.path().join("file"), "").expect("written");
    check_rejected(&folder.path().join("file").join("below"), "cannot be created");
}

#[tokio::test]
async fn a_file_that_others_can_read_is_not_used_and_the_log_has_advice() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    let source = Source::default();
    assert_eq!(source.token(&store).await, "t1");
    let path = folder.token_file();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("changed");
    let log = Log::start();
    assert_eq!(source.token(&store).await, "t2");
    let text = log.end();
    assert!(text.contains("chmod 600"), "{text}");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("changed");
    assert_eq!(source.token(&store).await, "t1");
}

#[tokio::test]
async fn a_deleted_directory_does_not_fail_a_call() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    std::fs::remove_dir_all(folder.store()).expect("removed");
    assert_eq!(Source::default().token(&store).await, "t1");
}

#[tokio::test]
async fn encrypted_files_and_all_file_names_reveal_no_token_secret_or_client_id() {
    for encrypted in [false, true] {
        let folder = Folder::new();
        let mut store = FileStore::open(folder.store()).expect("a store");
        if encrypted {
            store = store.encrypted_with(EncryptionKey::new([3; 32]));
        }
        let server = Server::start(|_| Reply::token("canary-token", "3600"));
        let credentials = keyfob_auth::ClientCredentials::new(server.url("/token"), "canary-client", "canary-secret");
        let authenticator = Authenticator::builder(credentials).store(store).build().expect("an authenticator");
        token(&authenticator).await.expect("a token");
        let files = folder.files();
        let reveals = |text: &str| files.iter().any(|(_, bytes)| contains(bytes, text));
        assert_eq!(reveals("canary-token"), !encrypted, "only encryption hides the token");
        assert!(!reveals("canary-client") && !reveals("canary-secret"));
        assert!(files.iter().all(|(path, _)| !path.to_string_lossy().contains("canary")));
    }
}

#[tokio::test]
async fn one_process_passes_a_holder_that_hangs_after_its_lease() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.store()).expect("a store");
    let stores: Vec<_> = (0..3).map(|_| open()).collect();
    let lease = Duration::from_millis(100);
    let _hanging = stores[0].lock(&key("a"), lease).await.expect("up").expect("free");
    // Two stores wait. After the lease, one of them acquires the lock, and the other waits for that one.
    let mut acquired = Vec::new();
    while acquired.is_empty() {
        for store in &stores[1..] {
            acquired.extend(store.lock(&key("a"), lease).await.expect("up"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(acquired.len(), 1);
}
