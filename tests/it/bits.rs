//! Scopes at Bits, and the claims of session tokens.

use std::error::Error as _;

use keyfob::{
    ErrorKind,
    bits::{Client, Credentials, Environment, Scope, types},
};
use keyfob_simulator::{Simulator, credentials as c};

fn client(simulator: &Simulator, credentials: Credentials) -> Client {
    Client::new(Environment::at(format!("{}/bits", simulator.url())), credentials).unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(c::BITS_CLIENT_ID, c::BITS_CLIENT_SECRET)
}

fn create() -> types::ApplicationCreate {
    types::ApplicationCreate::new(c::BITS_WORKFLOW_ID, "SE", "https://shop.example/done?order=7")
}

fn granted(client: &Client) -> Vec<String> {
    client.session().authenticator().unwrap().token_info().unwrap().scopes
}

#[tokio::test]
async fn scopes_at_bits_can_be_chosen_and_a_token_to_read_cannot_create() {
    let simulator = Simulator::start().await.unwrap();
    let full = client(&simulator, credentials());
    let id = full.create_application(create()).await.unwrap().into_inner().id.unwrap();
    assert_eq!(granted(&full), ["application"]);

    let vars = [("BITS_CLIENT_ID", c::BITS_CLIENT_ID), ("BITS_CLIENT_SECRET", c::BITS_CLIENT_SECRET)];
    let from_vars = Credentials::from_vars(&[vars[0], vars[1], ("BITS_SCOPE", "application.read")]).unwrap();
    let limited = Credentials::new(c::BITS_READ_CLIENT_ID, c::BITS_READ_CLIENT_SECRET);
    for credentials in [
        credentials().with_scope(Scope::ApplicationRead),
        from_vars,
        limited.clone().with_scope(Scope::ApplicationRead),
    ] {
        let reader = client(&simulator, credentials);
        reader.application(types::ApplicationReference::new(&id)).await.unwrap();
        assert_eq!(granted(&reader), ["application.read"]);
        let error = reader.create_application(create()).await.unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Auth, 403));
    }

    let error = client(&simulator, limited.with_scope(Scope::Application)).userinfo().await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("the scopes `application`") && !cause.contains("secret;"), "{cause}");

    let error = Credentials::from_vars(&[vars[0], vars[1], ("BITS_SCOPE", "application.session")]).unwrap_err();
    assert!(error.to_string().contains("BITS_SCOPE is no scope: set `application` or"), "{error}");
}

#[tokio::test]
async fn a_session_token_tells_its_expiry_and_claims() {
    let simulator = Simulator::builder().epoch("2026-03-02T08:00:00Z".parse().unwrap()).start().await.unwrap();
    let created = client(&simulator, credentials()).create_application(create()).await.unwrap().into_inner();
    let session = created.session().unwrap();
    assert_eq!(session.expires_at(), Some("2026-03-02T09:00:00Z".parse().unwrap()));
    let claims = session.claims().unwrap();
    assert_eq!(claims.application_id, created.id);
    assert_eq!(claims.workflow_id.as_deref(), Some(c::BITS_WORKFLOW_ID));
    assert_eq!(claims.redirect_url.as_deref(), Some("https://shop.example/done?order=7"));
}
