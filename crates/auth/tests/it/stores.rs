//! Contract of [`TokenStore`], checked for every implementation.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyfob_auth::{
    CacheKey, EncryptionKey, FileStore, Lease, MemoryStore, SecretString, StorageName, StoredToken, TokenStore,
};

use crate::folder::Folder;
use crate::server::until;

pub(crate) fn key(name: &str) -> CacheKey {
    CacheKey::new([name], &SecretString::from("secret"))
}

/// Returns the name of a key in stores without encryption.
pub(crate) async fn name(name: &str) -> StorageName {
    StorageName::stretched(&key(name)).await.expect("a name")
}

/// Creates a stored token with this version.
pub(crate) fn stored(number: u64, nonce: u64) -> StoredToken {
    stored_at(number, nonce, SystemTime::now())
}

/// Creates a stored token with this version, issued at this time for an hour.
pub(crate) fn stored_at(number: u64, nonce: u64, issued: SystemTime) -> StoredToken {
    let issued = issued.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let json = format!(
        r#"{{"number":{number},"nonce":{nonce},"token":"t{nonce}","issued_ms":{issued},"lifetime_ms":3600000,
            "token_type":null,"scopes":[],"refresh_token":"refresh_token","rejected_ms":null}}"#
    );
    StoredToken::from_bytes(json.as_bytes()).expect("a token")
}

fn text(token: &StoredToken) -> String {
    String::from_utf8(token.to_bytes().to_vec()).expect("text")
}

/// Checks the contract of two handles to the same store.
pub(crate) async fn fulfils_the_contract(stores: [&dyn TokenStore; 2]) {
    let [one, other] = stores;
    let (a, b) = (key("a"), key("b"));
    let content = async |store: &dyn TokenStore| store.get(&a).await.expect("up").map(|token| token.version());
    assert!(content(one).await.is_none());

    let first = stored(1, u64::MAX);
    assert!(one.put_if_newer(&a, &first).await.expect("up"));
    let read = other.get(&a).await.expect("up").expect("a token");
    assert_eq!(text(&read), text(&first));
    assert!(other.get(&b).await.expect("up").is_none(), "another key has another token");

    // A version with the same or a lower number is not newer.
    assert!(!other.put_if_newer(&a, &stored(1, 2)).await.expect("up"));
    assert!(!other.put_if_newer(&a, &stored(0, 3)).await.expect("up"));
    assert_eq!(content(one).await, Some(first.version()));
    let second = stored(2, 4);
    assert!(other.put_if_newer(&a, &second).await.expect("up"));
    assert_eq!(content(one).await, Some(second.version()));

    // Invalidating another version does not change the token.
    let now = SystemTime::now();
    for version in [first.version(), stored(2, 5).version(), stored(3, 4).version()] {
        assert!(!one.invalidate(&a, version, Some(now)).await.expect("up"));
        assert_eq!(text(&one.get(&a).await.expect("up").expect("a token")), text(&second));
    }
    assert!(one.invalidate(&a, second.version(), Some(now)).await.expect("up"));
    let invalidated = other.get(&a).await.expect("up").expect("an invalidated token");
    assert_eq!(invalidated.version(), second.version());
    assert!(
        !text(&invalidated).contains("t4") && text(&invalidated).contains("refresh_token"),
        "{}",
        text(&invalidated)
    );
    assert!(!other.put_if_newer(&a, &stored(2, 6)).await.expect("up"), "an invalidated token retains its version");
    assert!(other.put_if_newer(&a, &stored(3, 7)).await.expect("up"));

    // A key's lock has one holder until it is released.
    let long = Duration::from_secs(3600);
    let lock = async |store: &dyn TokenStore, lease| store.lock(&a, lease).await.expect("up");
    let lease = lock(one, long).await.expect("free");
    assert!(lock(other, long).await.is_none());
    assert!(lock(one, long).await.is_none());
    assert!(other.lock(&b, long).await.expect("up").is_some());
    lease.release().await;
    let lease = lock(other, long).await.expect("free again");
    assert!(lock(one, long).await.is_none());
    drop(lease);
    until_locked(one, long).await.release().await;

    // A lock that is never released expires with its lease.
    let dead = lock(one, Duration::from_millis(50)).await.expect("free");
    let next = until_locked(other, Duration::from_millis(50)).await;

    // Its late release does not release the lock of the next holder.
    next.release().await;
    let next = until_locked(other, long).await;
    dead.release().await;
    assert!(lock(one, long).await.is_none(), "the lock of another holder was released");
    next.release().await;

    // A lease may be without an end.
    let lease = until_locked(one, Duration::MAX).await;
    assert!(lock(other, Duration::MAX).await.is_none());
    lease.release().await;
    until_locked(other, Duration::MAX).await.release().await;
}

async fn until_locked(store: &dyn TokenStore, lease: Duration) -> Box<dyn Lease> {
    for _ in 0..5000 {
        if let Some(lease) = store.lock(&key("a"), lease).await.expect("up") {
            return lease;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the lock was never released");
}

#[tokio::test]
async fn a_memory_store_fulfils_the_contract() {
    let store = MemoryStore::new();
    fulfils_the_contract([&store, &store.clone()]).await;
}

#[tokio::test]
async fn a_shared_pointer_to_a_store_fulfils_the_contract_of_the_store() {
    let store = Arc::new(MemoryStore::new());
    let dynamic: Arc<dyn TokenStore> = Arc::<MemoryStore>::clone(&store);
    fulfils_the_contract([&store, &dynamic]).await;
    assert_eq!((store.label(), dynamic.label()), ("memory", "memory"));
}

#[tokio::test]
async fn a_file_store_fulfils_the_contract_plain_and_encrypted() {
    let folder = Folder::new();
    let open = || FileStore::open(folder.store()).expect("a store");
    fulfils_the_contract([&open(), &open()]).await;
    let folder = Folder::new();
    let open = || FileStore::open(folder.store()).expect("a store").encrypted_with(EncryptionKey::new([7; 32]));
    fulfils_the_contract([&open(), &open()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_concurrent_puts_the_highest_number_remains() {
    let folder = Folder::new();
    let store = FileStore::open(folder.store()).expect("a store");
    let puts = (1..=64).map(|number| {
        let store = FileStore::open(folder.store()).expect("a store");
        tokio::spawn(async move { store.put_if_newer(&key("a"), &stored(number * 37 % 65, number)).await })
    });
    for put in futures::future::join_all(puts).await {
        put.expect("no panic").expect("up");
    }
    let last = store.get(&key("a")).await.expect("up").expect("a token");
    assert_eq!(last.version().number(), 64);
    until("no temporary file remains", || {
        folder
            .files()
            .iter()
            .all(|(path, _)| path.extension().is_some_and(|kind| !kind.to_string_lossy().starts_with("new")))
    })
    .await;
}
