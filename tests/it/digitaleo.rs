//! Digitaleo's error responses, including errors in the body of a 200 response, and the spelling of header names.

use std::sync::{Arc, Mutex};

use keyfob::{
    ErrorKind,
    client::auth::{Authenticator, ClientCredentials, TransportConfig},
    digitaleo::{Client, Credentials, Endpoints, Environment, types},
};
use keyfob_simulator::{
    Fault, Simulator, Vendor,
    credentials::{DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn client(simulator: &Simulator) -> Client {
    let host = |name: &str| format!("{}/digitaleo/{name}", simulator.url());
    let (oauth, contacts, api, sms) = (host("oauth"), host("contacts/rest"), host("api/rest"), host("sms/rest"));
    let credentials = Credentials::new(DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET);
    Client::new(Environment::Custom(Endpoints { oauth, contacts, api, sms }), credentials).unwrap()
}

fn sms(recipient: &str) -> types::SmsCreate {
    types::SmsCreate::new("Bonjour", [types::SmsRecipient::new(recipient)])
}

#[tokio::test]
async fn a_rejected_value_names_its_field() {
    let simulator = Simulator::start().await.unwrap();
    let error = client(&simulator).send_sms(sms("12")).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Rejected, 417));
    let api = error.service_error().unwrap();
    assert_eq!((api.code(), api.fields()[0].field.as_str()), (Some("INVALID_VALUE"), "recipient"));
}

#[tokio::test]
async fn an_sms_rejected_in_the_body_of_a_200_response_is_an_error() {
    let simulator = Simulator::start().await.unwrap();
    let body = r#"{"status":417,"message":"Solde insuffisant","errorCode":"CREDIT"}"#;
    simulator.inject(Fault::status(200).body(body).on(Vendor::Digitaleo).path("/digitaleo/sms/*").times(1));
    let client = client(&simulator);
    let error = client.send_sms(sms("+33611223344")).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Rejected, 417));
    assert_eq!(
        (error.service_error().unwrap().code(), error.service_error().unwrap().message()),
        (Some("CREDIT"), Some("Solde insuffisant"))
    );
    let sent = simulator.requests().iter().filter(|request| request.path.ends_with("/sms")).count();
    assert_eq!(sent, 1, "an SMS is never retried");
    client.send_sms(sms("+33611223344")).await.unwrap();
}

/// Starts a server on a raw socket that is Digitaleo's token host and its contacts host. Returns its URL and the headers
/// of each request, as received.
async fn raw_server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            let text = String::from_utf8(request).unwrap();
            let head = text.split("\r\n\r\n").next().unwrap().to_owned();
            let body = if head.starts_with("POST /token ") {
                r#"{"access_token":"t1","token_type":"bearer","expires_in":3600}"#
            } else {
                r#"{"list":[],"size":0,"total":"0"}"#
            };
            log.lock().unwrap().push(head);
            let response = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(response.as_bytes()).await.unwrap();
            let _ = stream.shutdown().await;
        }
    });
    (url, heads)
}

fn raw_environment(url: &str) -> Environment {
    let host = || url.to_owned();
    Environment::Custom(Endpoints { oauth: host(), contacts: host(), api: host(), sms: host() })
}

/// Checks that every header name starts with a capital, also after each hyphen, and that the call has exactly
/// `Authorization: Bearer`.
#[track_caller]
fn check_spelling(heads: &[String]) {
    for head in heads {
        for line in head.lines().skip(1) {
            let name = line.split(':').next().unwrap();
            let is_title = |part: &str| part.starts_with(|first: char| !first.is_ascii_lowercase());
            assert!(name.split('-').all(is_title), "{line}");
        }
    }
    let call = heads.iter().find(|head| head.starts_with("GET /contacts")).expect("the call was sent");
    assert!(call.lines().any(|line| line == "Authorization: Bearer t1"), "{call}");
}

#[tokio::test]
async fn the_exact_header_case_of_calls_and_token_requests_is_seen_on_a_raw_socket() {
    let (url, heads) = raw_server().await;
    let credentials = Credentials::new("id", "secret");
    // The caller's transport settings do not change the spelling.
    let transport = TransportConfig::new().user_agent("reports/1.0");
    Client::builder(raw_environment(&url), credentials).transport(transport).build().unwrap().contacts().await.unwrap();
    let heads = heads.lock().unwrap().clone();
    assert!(heads.len() == 2 && heads[0].contains("\r\nUser-Agent: reports/1.0"), "{heads:?}");
    check_spelling(&heads);
}

#[tokio::test]
async fn a_shared_http_client_and_authenticator_with_title_case_have_the_exact_header_case() {
    let (url, heads) = raw_server().await;
    let transport = TransportConfig::new().title_case_headers();
    let http = transport.client_builder().unwrap().build().unwrap();
    let token = ClientCredentials::new(format!("{url}/token"), "id", "secret");
    let authenticator = Authenticator::builder(token).transport(transport).build().unwrap();
    let client = Client::builder(raw_environment(&url), authenticator).http_client(http).build().unwrap();
    client.contacts().await.unwrap();
    check_spelling(&heads.lock().unwrap().clone());
}
