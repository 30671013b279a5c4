//! Names, refusals and rotated keys in Redis: the checks of the other stores.

use keyfob_auth::EncryptionKey;

use crate::redis_server::RedisServer;
use crate::{names, refusals, rotation};

#[tokio::test]
async fn a_password_cannot_be_guessed_from_a_redis_key() {
    for encrypted in [false, true] {
        let (server, redis) = (names::server(), RedisServer::start());
        let mut store = redis.store();
        if encrypted {
            store = store.encrypted_with(EncryptionKey::new([3; 32]));
        }
        names::fetch(&server, store).await;
        let keys: Vec<String> = redis.query(redis::cmd("KEYS").arg("*"));
        assert_eq!(keys.len(), 1, "{keys:?}");
        let content: Vec<u8> = redis.query(redis::cmd("HGET").arg(&keys[0]).arg("v"));
        names::reveals_no_hash(&server, &keys[0], &content);
    }
}

#[test]
fn ten_processes_with_a_wrong_secret_send_it_once_with_redis() {
    let (server, redis) = (refusals::refusing_server(), RedisServer::start());
    refusals::check_processes(&server, redis.url());
}

#[tokio::test]
async fn a_refusal_is_shared_for_thirty_seconds_and_then_tried_once_with_redis() {
    refusals::check_period(&RedisServer::start().store()).await;
}

#[tokio::test]
async fn two_keys_of_a_redis_store_are_used_side_by_side() {
    let redis = RedisServer::start();
    rotation::check(|current, other| {
        let store = redis.store().encrypted_with(rotation::encryption_key(current));
        match other {
            Some(other) => store.also_decrypted_with(rotation::encryption_key(other)),
            None => store,
        }
    })
    .await;
}
