//! Replacement of a store's encryption key, during which processes write with the old and the new key.

use std::time::SystemTime;

use keyfob_auth::{EncryptionKey, FileStore, TokenStore};

use crate::folder::Folder;
use crate::secrets::Log;
use crate::stores::{key, stored};

pub(crate) fn encryption_key(number: u8) -> EncryptionKey {
    EncryptionKey::new([number; 32])
}

/// Checks a rotation from key 1 to key 2. `open` opens a store that writes with the first key and reads the second too.
pub(crate) async fn check<S: TokenStore>(open: impl Fn(u8, Option<u8>) -> S) {
    let log = Log::start();
    let (a, now) = (key("a"), SystemTime::now());
    let (old, both, new) = (open(1, None), open(2, Some(1)), open(2, None));
    let number = async |store: &S| store.get(&a).await.expect("up").map(|token| token.version().number());

    assert!(old.put_if_newer(&a, &stored(1, 1)).await.expect("up"));
    assert_eq!(number(&both).await, Some(1), "read with the old key");
    assert_eq!(number(&new).await, None);
    assert_eq!(number(&old).await, Some(1), "not deleted by processes with the new key");

    assert!(!both.put_if_newer(&a, &stored(1, 2)).await.expect("up"), "not newer than the token of the old key");
    assert!(both.put_if_newer(&a, &stored(2, 2)).await.expect("up"));
    assert_eq!((number(&both).await, number(&new).await, number(&old).await), (Some(2), Some(2), Some(1)));

    assert!(old.put_if_newer(&a, &stored(3, 3)).await.expect("up"));
    assert_eq!((number(&both).await, number(&new).await), (Some(3), Some(2)), "the newer of both tokens");

    assert!(both.invalidate(&a, stored(3, 3).version(), Some(now)).await.expect("up"), "a token of the old key");
    let text = String::from_utf8(old.get(&a).await.expect("up").expect("a token").to_bytes().to_vec()).expect("text");
    assert!(text.contains(r#""token":null"#) && !text.contains("t3"), "{text}");
    assert!(both.put_if_newer(&a, &stored(4, 4)).await.expect("up"));
    assert_eq!((number(&both).await, number(&new).await), (Some(4), Some(4)));

    let text = log.end();
    assert!(!text.contains("damaged"), "{text}");
}

#[tokio::test]
async fn two_keys_of_a_file_store_are_used_side_by_side() {
    let folder = Folder::new();
    check(|current, other| {
        let store = FileStore::open(folder.store()).expect("a store").encrypted_with(encryption_key(current));
        match other {
            Some(other) => store.also_decrypted_with(encryption_key(other)),
            None => store,
        }
    })
    .await;
}
