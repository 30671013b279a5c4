//! Digitaleo's error responses, including errors in the body of a 200 response.

use keyfob::{
    ErrorKind,
    digitaleo::{Client, Credentials, Endpoints, Environment, types},
};
use keyfob_simulator::{
    Fault, Simulator, Vendor,
    credentials::{DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET},
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
