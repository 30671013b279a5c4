//! Secrets in vendor types: no `Debug` output of a type, a builder or a response shows them.

use keyfob::{ResponseValue, StatusCode, bits, client::header::HeaderMap, itempath};

const SECRET: &str = "swordfish";

#[track_caller]
fn check(shown: &str, expected: &str) {
    assert!(shown.contains(expected), "`{expected}` is not in {shown}");
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn a_password_of_an_itempath_user_is_not_in_debug_output() {
    let create = itempath::types::UserCreate::new("kari", SECRET);
    check(&format!("{create:?}"), r#"UserCreate { username: "kari", password: [redacted]"#);
    let update = itempath::types::UserUpdate::new().username("kari").password(SECRET);
    check(&format!("{update:#?}"), "password: [redacted]");
    let environment = itempath::Environment::at("https://itempath.test");
    let client = itempath::Client::new(environment, itempath::Credentials::new("kari", SECRET)).unwrap();
    check(&format!("{:?}", client.create_user(create)), "password: [redacted]");
    check(&format!("{:?}", client.update_user(7, update)), "password: [redacted]");
}

#[test]
fn a_session_token_of_bits_and_a_cookie_are_not_in_debug_output() {
    let created: bits::types::ApplicationCreated =
        serde_json::from_value(serde_json::json!({ "id": "a-1", "sessionToken": SECRET })).unwrap();
    assert_eq!(created.session_token.as_deref(), Some(SECRET));
    check(&format!("{:?}", created.session()), "SessionToken");
    let mut headers = HeaderMap::new();
    headers.insert("set-cookie", SECRET.parse().unwrap());
    let response = ResponseValue::with_headers(StatusCode::CREATED, headers, created);
    check(&format!("{response:?}"), r#"ApplicationCreated { id: Some("a-1"), session_token: [redacted]"#);
    check(&format!("{response:?}"), "set-cookie");
}
