//! Value of the `Authorization` header of HTTP Basic.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

/// Returns `Basic` and the encoded pair, in a buffer that does not grow: growing would leave a copy of the secret behind.
pub(super) fn value(user: &str, password: &str) -> Zeroizing<String> {
    let mut pair = Zeroizing::new(String::with_capacity(user.len() + 1 + password.len()));
    pair.push_str(user);
    pair.push(':');
    pair.push_str(password);
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    let mut header = Zeroizing::new(String::with_capacity("Basic ".len() + encoded.len()));
    header.push_str("Basic ");
    header.push_str(&encoded);
    header
}
