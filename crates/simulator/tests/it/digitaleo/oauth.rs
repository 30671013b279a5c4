//! The token endpoint, and authentication of requests.

use std::time::Duration;

use keyfob_simulator::{ExpiresIn, Simulator, Vendor, credentials};
use reqwest::{Method, StatusCode, Version, multipart};
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Digitaleo, client_credentials, token_request};
use crate::support::{self, http, read_response};

#[tokio::test]
async fn a_token_is_long_and_expires_after_an_hour() {
    let digitaleo = Digitaleo::start().await;
    assert!((45_000..=50_000).contains(&digitaleo.token.len()), "{}", digitaleo.token.len());
    let request = token_request(&digitaleo.http, &digitaleo.simulator).form(&client_credentials());
    let (_, body) = read_response(request.send().await.unwrap()).await;
    assert_eq!(body["expires_in"], 3600);
    assert_eq!((&body["token_type"], &body["scope"]), (&json!("bearer"), &json!("basic")));
    assert_eq!(body["refresh_token"], Value::Null);
    assert_eq!(digitaleo.simulator.token_requests(Vendor::Digitaleo), 2);
    digitaleo.get("contacts/lists").await;
    digitaleo.simulator.advance(Duration::from_secs(3600));
    let late = digitaleo.request(Method::GET, "contacts/lists").send().await.unwrap();
    assert_eq!(late.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn token_size_and_format_of_expires_in_are_configurable() {
    let simulator = Simulator::start().await.unwrap();
    simulator.set_token_size(Vendor::Digitaleo, 0);
    simulator.set_expires_in(Vendor::Digitaleo, ExpiresIn::Text);
    let (_, body) =
        read_response(token_request(&http(), &simulator).form(&client_credentials()).send().await.unwrap()).await;
    assert!(body["access_token"].as_str().unwrap().len() < 1500);
    assert_eq!(body["expires_in"], "3600");
}

#[tokio::test]
async fn credentials_are_accepted_as_form_multipart_and_json() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    let parts =
        client_credentials().into_iter().fold(multipart::Form::new(), |form, (name, value)| form.text(name, value));
    let object: Value =
        client_credentials().into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect();
    for request in [
        token_request(&http, &simulator).form(&client_credentials()),
        token_request(&http, &simulator).multipart(parts),
        token_request(&http, &simulator).json(&object),
    ] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn token_errors_are_400_with_error_and_description() {
    let simulator = Simulator::start().await.unwrap();
    let http = http();
    for (at, value, error) in [
        (0, "", "invalid_request"),
        (0, "implicit", "unsupported_grant_type"),
        (1, "", "invalid_client"),
        (1, "nobody", "invalid_client"),
        (2, "wrong", "invalid_client"),
        (0, "password", "invalid_request"),
    ] {
        let mut bad = client_credentials();
        bad[at].1 = value;
        let (status, body) = read_response(token_request(&http, &simulator).form(&bad).send().await.unwrap()).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{value}");
        assert!(body["error_description"].is_string());
    }
    let mut wrong = client_credentials();
    wrong[2].1 = "wrong";
    let (_, body) = read_response(token_request(&http, &simulator).form(&wrong).send().await.unwrap()).await;
    assert_eq!(body["error_description"], "The client credentials are invalid");
    let basic = token_request(&http, &simulator)
        .basic_auth(credentials::DIGITALEO_CLIENT_ID, Some(credentials::DIGITALEO_CLIENT_SECRET))
        .form(&[("grant_type", "client_credentials")]);
    assert_eq!(basic.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    simulator.disable_client(Vendor::Digitaleo);
    assert_eq!(
        token_request(&http, &simulator).form(&client_credentials()).send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_user_token_is_renewed_by_a_refresh_token_without_rotation() {
    let digitaleo = Digitaleo::start().await;
    let grant = async |kind: &'static str, more: &[(&'static str, String)]| {
        let mut form: Vec<(&str, String)> = client_credentials().map(|(name, value)| (name, value.to_owned())).to_vec();
        form[0].1 = kind.to_owned();
        form.extend(more.iter().cloned());
        read_response(token_request(&digitaleo.http, &digitaleo.simulator).form(&form).send().await.unwrap()).await
    };
    let person =
        |password: &str| [("username", credentials::DIGITALEO_USERNAME.to_owned()), ("password", password.to_owned())];
    let lists = async |token: &Value| {
        let url = format!("{}/digitaleo/contacts/rest/lists", digitaleo.simulator.url());
        let request = digitaleo.http.get(url).header("Authorization", format!("Bearer {}", token.as_str().unwrap()));
        read_response(request.send().await.unwrap()).await
    };
    let (status, body) = grant("password", &person("wrong")).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let (_, body) = grant("password", &person(credentials::DIGITALEO_PASSWORD)).await;
    assert_eq!(lists(&body["access_token"]).await.0, StatusCode::OK);
    let refresh = [("refresh_token", body["refresh_token"].as_str().unwrap().to_owned())];
    assert_eq!(lists(&body["refresh_token"]).await.0, StatusCode::UNAUTHORIZED);
    for _ in 0..2 {
        let (status, renewed) = grant("refresh_token", &refresh).await;
        assert_eq!((status, &renewed["refresh_token"]), (StatusCode::OK, &Value::Null));
        assert_eq!(lists(&renewed["access_token"]).await.0, StatusCode::OK);
    }
    let facebook = [("token", credentials::DIGITALEO_FACEBOOK_TOKEN.to_owned())];
    let end_user = person(credentials::DIGITALEO_PASSWORD);
    for (kind, more) in [("digitaleo_finaluser", &end_user[..]), ("facebook_finaluser", &facebook[..])] {
        let (status, body) = grant(kind, more).await;
        assert_eq!(status, StatusCode::OK);
        let (status, error) = lists(&body["access_token"]).await;
        assert_eq!((status, &error["error"]), (StatusCode::FORBIDDEN, &json!("insufficient_scope")));
    }
}

#[tokio::test]
async fn the_bearer_scheme_is_case_sensitive() {
    let digitaleo = Digitaleo::start().await;
    let url = format!("{}/digitaleo/contacts/rest/lists", digitaleo.simulator.url());
    for (scheme, expected) in [("Bearer", 200), ("bearer", 401), ("BEARER", 401), ("Basic", 401)] {
        let request = digitaleo.http.get(&url).header("Authorization", format!("{scheme} {}", digitaleo.token));
        let (status, body) = read_response(request.send().await.unwrap()).await;
        assert_eq!(status, expected, "{scheme}");
        if expected == 401 {
            assert_eq!(body["status"], 401);
            assert!(body["message"].is_string());
        }
    }
}

#[tokio::test]
async fn the_name_of_the_authorization_header_is_case_sensitive_over_http_1() {
    let digitaleo = Digitaleo::start().await;
    let address = digitaleo.simulator.url().strip_prefix("http://").unwrap();
    for (name, expected) in [("Authorization", 200), ("authorization", 401), ("AUTHORIZATION", 401)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "GET /digitaleo/contacts/rest/lists HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{name}: Bearer {}\r\n\r\n",
            digitaleo.token
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        assert!(response.starts_with(&format!("HTTP/1.1 {expected}")), "{name}: {response}");
    }
}

#[tokio::test]
async fn unknown_resources_get_404_and_unsupported_operations_405() {
    let digitaleo = Digitaleo::start().await;
    for (method, resource, expected) in [
        (Method::GET, "contacts/contacts/123456789", 404),
        (Method::GET, "contacts/segments", 404),
        (Method::GET, "api/contacts", 404),
        (Method::GET, "sms/campaigns", 404),
        (Method::PUT, "api/campaigns", 405),
        (Method::PATCH, "contacts/contacts", 405),
        (Method::GET, "contacts/lists?action=merge", 405),
        (Method::POST, "contacts/lists?action=explode", 400),
    ] {
        let (status, body) = read_response(digitaleo.request(method, resource).send().await.unwrap()).await;
        assert_eq!(status, expected, "{resource}");
        assert_eq!(body["status"], expected, "{resource}");
    }
}

#[tokio::test]
async fn a_token_of_fifty_thousand_characters_passes_over_http_2() {
    let simulator = Simulator::builder().tls(true).start().await.unwrap();
    let mut roots = rustls::RootCertStore::empty();
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(simulator.certificate_pem().as_bytes());
    roots.add(certificate.unwrap()).unwrap();
    let http = support::client(roots).build().unwrap();
    let (_, body) =
        read_response(token_request(&http, &simulator).form(&client_credentials()).send().await.unwrap()).await;
    let token = body["access_token"].as_str().unwrap();
    let url = format!("{}/digitaleo/contacts/rest/lists", simulator.url());
    let response = http.get(url).header("Authorization", format!("Bearer {token}")).send().await.unwrap();
    assert_eq!((response.version(), response.status()), (Version::HTTP_2, StatusCode::OK));
}
