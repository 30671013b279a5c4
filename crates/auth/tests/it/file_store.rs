//! File store: permissions, damaged files, and encryption.

use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use keyfob_auth::{
    Authenticator, BoxFuture, CacheKey, Credentials, EncryptionKey, Error, ErrorKind, FileStore, Lifetime, StorageName,
    Token, TokenRequest, TokenSource, TokenStore,
};

use crate::folder::{Folder, contains};
use crate::secrets::Log;
use crate::server::{Reply, Server, token};
use crate::stores::{key, name, stored};

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
    let path = async |key: &str| store.directory().join(format!("{}.token", name(key).await));
    std::fs::copy(path("a").await, path("b").await).expect("copied");
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
    let encryption = EncryptionKey::new([1; 32]);
    let keyed = StorageName::keyed(&key("a"), &encryption);
    std::fs::copy(folder.token_file(), store.directory().join(format!("{keyed}.token"))).expect("copied");
    let (store, log) = (store.encrypted_with(encryption), Log::start());
    assert!(store.get(&key("a")).await.expect("up").is_none());
    assert_eq!(log.end().matches("damaged or not written by this store").count(), 1);
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
async fn one_process_passes_a_holder_that_hangs_after_its_lease_and_others_at_once() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.store()).expect("a store");
    let stores: Vec<_> = (0..3).map(|_| open()).collect();
    let lease = Duration::from_millis(100);
    let hanging = stores[0].lock(&key("a"), lease).await.expect("up").expect("free");
    // Two stores wait. After the lease, one of them acquires the lock, and the other waits for that one.
    let mut acquired = Vec::new();
    while acquired.is_empty() {
        for store in &stores[1..] {
            acquired.extend(store.lock(&key("a"), lease).await.expect("up"));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(acquired.len(), 1);
    acquired.remove(0).release().await;
    // Processes that start later do not wait for the lease, however long theirs is.
    for _ in 0..3 {
        let lease = open().lock(&key("a"), Duration::from_secs(3600)).await.expect("up");
        lease.expect("at once, although the first holder still hangs").release().await;
    }
    // The first holder continues. From then on, its slot is used again.
    hanging.release().await;
    let held = open().lock(&key("a"), Duration::from_secs(3600)).await.expect("up").expect("free");
    assert!(open().lock(&key("a"), Duration::from_secs(3600)).await.expect("up").is_none());
    held.release().await;
}

#[tokio::test]
async fn a_holder_that_hangs_since_before_this_process_started_is_passed_without_its_lease() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.store()).expect("a store");
    let (lease, hour) = (Duration::from_secs(3600), Duration::from_secs(3600));
    let _hanging = open().lock(&key("a"), lease).await.expect("up").expect("free");
    let lock = folder.path().join("tokens").join(format!("{}.lock0", name("a").await));
    let file = std::fs::File::options().write(true).open(lock).expect("a lock file");
    file.set_modified(std::time::SystemTime::now() - 2 * hour).expect("changed");
    let store = open();
    assert!(store.lock(&key("a"), lease).await.expect("up").is_none(), "it may have acquired the lock just now");
    let mut acquired = None;
    while acquired.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        acquired = store.lock(&key("a"), lease).await.expect("up");
    }
}

/// Files of a key: token, temporary file, write lock, lock.
const KINDS: [&str; 4] = ["token", "new0", "write0", "lock0"];

#[test]
fn a_fifo_in_the_store_delays_neither_a_call_nor_the_end_of_the_runtime() {
    for kind in KINDS {
        let folder = Folder::new();
        let store = FileStore::open(folder.store()).expect("a store");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let path = folder.store().join(format!("{}.{kind}", runtime.block_on(name("source"))));
        assert!(std::process::Command::new("mkfifo").arg("-m600").arg(&path).status().expect("mkfifo").success());
        let source = Source::default();
        runtime.block_on(async {
            for number in 1..=3 {
                let token = source.token(&store).await;
                // A FIFO in place of the temporary file is removed.
                assert_eq!(token, if kind == "new0" { "t1".to_owned() } else { format!("t{number}") }, "{kind}");
            }
            let error = store.lock(&key("source"), Duration::from_secs(10)).await.err();
            let advice = error.map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(advice.contains("is not a regular file; delete it"), kind == "lock0", "{kind}: {advice}");
        });
        drop(runtime);
    }
}

#[tokio::test]
async fn a_symbolic_link_in_the_store_is_not_followed_and_its_target_not_changed() {
    for kind in KINDS {
        let folder = Folder::new();
        let store = FileStore::open(folder.store()).expect("a store");
        let target = folder.path().join("target");
        std::fs::write(&target, "precious").expect("written");
        std::fs::set_permissions(&target, PermissionsExt::from_mode(0o600)).expect("changed");
        let modified = || target.metadata().and_then(|metadata| metadata.modified()).expect("there");
        let before = modified();
        let link = folder.store().join(format!("{}.{kind}", name("source").await));
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        let source = Source::default();
        for _ in 0..2 {
            source.token(&store).await;
        }
        assert_eq!(std::fs::read_to_string(&target).expect("there"), "precious", "{kind}");
        assert_eq!(modified(), before, "{kind}");
        // A link in place of the temporary file is removed; any other marks the store as down.
        assert_eq!(source.fetches(), if kind == "new0" { 1 } else { 2 }, "{kind}");
    }
}

/// Number of lock files for each lock.
const SLOTS: u32 = 16;

#[tokio::test]
async fn a_write_waits_for_writers_that_hang_but_not_without_end() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    assert!(store.put_if_newer(&key("a"), &stored(1, 1)).await.expect("free"));
    let name = name("a").await;
    let lock = |slot: u32| {
        let path = folder.store().join(format!("{name}.write{slot}"));
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).expect("a lock file");
        fs4::FileExt::try_lock(&file).expect("free");
        file
    };
    let mut hanging = vec![lock(0)];
    assert!(store.put_if_newer(&key("a"), &stored(2, 2)).await.expect("the hanging writer is passed"));
    hanging.extend((1..SLOTS).map(lock));
    let write =
        tokio::time::timeout(Duration::from_secs(60), async { store.put_if_newer(&key("a"), &stored(3, 3)).await });
    let error = write.await.expect("the time limit of the write lock").expect_err("every lock file is locked");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    drop(hanging);
    assert!(store.put_if_newer(&key("a"), &stored(4, 4)).await.expect("free again"));
}
