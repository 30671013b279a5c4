//! Every operation of Bits.

use keyfob::bits::{Client, Credentials, Environment, OPERATIONS, operation::*, types};
use keyfob_simulator::{
    Simulator,
    credentials::{BITS_CLIENT_ID, BITS_CLIENT_SECRET, BITS_WORKFLOW_ID},
};
use serde_json::json;

use super::walk::{Expected, Walk};

fn bits(method: &'static str, path: &str) -> Expected {
    Expected::new(method, format!("/bits/{path}"))
}

#[tokio::test]
async fn every_operation_of_bits_is_called_and_its_responses_decode_losslessly() {
    let simulator = Simulator::start().await.unwrap();
    let mut walk = Walk::start(simulator.url()).await;
    let credentials = Credentials::new(BITS_CLIENT_ID, BITS_CLIENT_SECRET);
    let client = Client::new(Environment::at(format!("{}/bits", walk.url())), credentials).unwrap();

    let body = types::ApplicationCreate::new(BITS_WORKFLOW_ID, "SE", "http://localhost:3001/klar?från=å");
    let expected = bits("POST", "v1/applications.create").json(json!({
        "workflowId": BITS_WORKFLOW_ID, "countryCode": "SE", "redirectUrl": "http://localhost:3001/klar?från=å",
    }));
    let created = walk.call(&CreateApplication::OPERATION, client.create_application(body).send(), expected).await;
    let id = created.id.clone().unwrap();
    assert!(id.starts_with("bits:application::"), "{id}");
    let address = created.session().unwrap().onboarding_url();
    assert!(address.starts_with("https://nocode.bits.bi?token=ey"), "the token is a JWT for the browser");

    let application = || types::ApplicationReference::new(&id);
    let about = |path| bits("POST", path).json(json!({"applicationId": id}));
    let call = client.application(application()).send();
    let read = walk.call(&Application::OPERATION, call, about("v1/applications.get")).await;
    assert_eq!(read.status, Some(types::ApplicationStatus::NotStarted));

    let call = client.application_organization(application()).send();
    let read = walk.call(&ApplicationOrganization::OPERATION, call, about("v1/applications.organization.get")).await;
    let number = read.organization_number.unwrap();
    assert_eq!(number.issuing_country.as_deref(), Some("SE"));
    assert!(number.id.unwrap().len() == 10 && read.organization_name.unwrap().ends_with(" AB"));

    let call = client.application_bank_accounts(application()).send();
    let read = walk.call(&ApplicationBankAccounts::OPERATION, call, about("v1/applications.bankAccounts.list")).await;
    assert!(read["bankAccounts"][0]["iban"].is_string(), "{read}");

    let owner = walk.call(&Userinfo::OPERATION, client.userinfo().send(), bits("GET", "v1/oauth2/userinfo")).await;
    let expected = bits("GET", "oauth2/userinfo");
    let same = walk.call(&UserinfoUnversioned::OPERATION, client.userinfo_unversioned().send(), expected).await;
    assert!(owner.customer_id.as_deref().unwrap().starts_with("bits:customer::"));
    assert_eq!(owner, same);
    walk.finish(OPERATIONS, "bits");
}
