//! Names and content of stored tokens cannot be compared with hashes of guessed passwords.

use keyfob_auth::{Authenticator, Credentials, EncryptionKey, FileStore, JsonLogin, TokenStore};
use sha2::{Digest, Sha256};

use crate::folder::Folder;
use crate::server::{Reply, Server, token};

/// Secret of a person, which a dictionary contains.
const PASSWORD: &str = "summer2026";

/// Returns the plain hash of credentials, as anyone can compute it for a guessed password.
fn plain_hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(PASSWORD));
    for part in parts {
        hash.update(u64::try_from(part.len()).expect("short").to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn login(server: &Server) -> Credentials {
    JsonLogin::new(server.url("/login"), "user", PASSWORD).into()
}

pub(crate) async fn fetch(server: &Server, store: impl TokenStore) {
    let authenticator = Authenticator::builder(login(server)).store(store).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "a");
}

pub(crate) fn server() -> Server {
    Server::start(|_| Reply::json(200, r#"{"accessToken":"a"}"#))
}

/// Checks a stored entry against a plain hash of the right password: its name, and its content, in which a checksum
/// could be based on such a hash.
#[track_caller]
pub(crate) fn reveals_no_hash(server: &Server, name: &str, content: &[u8]) {
    let hash = plain_hash(&[&server.url("/login"), "user", "access"]);
    assert!(!name.contains(&hex(&hash)), "the name is a plain hash of the password");
    for start in 0..content.len() {
        let checksum = Sha256::new().chain_update(hash).chain_update(&content[start..]).finalize();
        let found = content.windows(32).any(|window| window == checksum.as_slice() || window == hash.as_slice());
        assert!(!found, "the content contains a plain hash of the password");
    }
}

#[tokio::test]
async fn a_password_cannot_be_guessed_from_a_token_file() {
    for encrypted in [false, true] {
        let (server, folder) = (server(), Folder::new());
        let mut store = FileStore::open(folder.store()).expect("a store");
        if encrypted {
            store = store.encrypted_with(EncryptionKey::new([3; 32]));
        }
        fetch(&server, store).await;
        let files = folder.files();
        assert!(!files.is_empty());
        for (path, content) in files {
            reveals_no_hash(&server, &path.to_string_lossy(), &content);
        }
    }
}
