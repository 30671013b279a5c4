//! Contacts, their fields and their opt-outs.

use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};

use super::{Digitaleo, change, expect_ok};
use crate::support::read_response;

#[tokio::test]
async fn a_contact_is_created_changed_and_deleted() {
    let digitaleo = Digitaleo::start().await;
    let given = json!({ "contacts": [
        { "email": "anaïs@exemple.fr", "lastName": "Désormeaux", "mobile": "0605040302", "birthDate": "31/12/1980",
          "listIds": ["2"], "smsOptout": "user", "lastname": "ignored" },
        { "mobile": "+33611223344", "field01": 12 },
    ] });
    let created = digitaleo.post("contacts/contacts", &given).await;
    assert_eq!(created["size"], 2);
    let contact = &created["list"][0];
    assert_eq!(contact["mobile"], "+33605040302");
    assert_eq!(contact["birthDate"], "31/12/1980");
    assert_eq!((&contact["listIds"], &contact["smsOptout"]), (&json!(["2"]), &Value::Null));
    assert_eq!(contact.get("lastname"), None);
    assert_eq!(created["list"][1]["field01"], "12");
    let id = &contact["id"];
    let read = async || digitaleo.get(&format!("contacts/contacts?id={}", id.as_str().unwrap())).await;
    assert_eq!(&read().await["list"][0], contact);

    let changes = change(id, &json!({ "city": "Évry", "birthDate": null }));
    let changed = expect_ok(digitaleo.request(Method::PUT, "contacts/contacts").json(&changes)).await;
    assert_eq!(changed, json!({ "count": 1 }));
    let after = read().await;
    assert_eq!((&after["list"][0]["city"], &after["list"][0]["birthDate"]), (&json!("Évry"), &Value::Null));
    assert_eq!(after["list"][0]["lastName"], "Désormeaux");
    assert_ne!(after["list"][0]["dateUpdated"], Value::Null);

    let both = format!("{},{}", id.as_str().unwrap(), created["list"][1]["id"].as_str().unwrap());
    let deleted = expect_ok(digitaleo.request(Method::DELETE, "contacts/contacts").json(&json!({ "id": both }))).await;
    assert_eq!(deleted, json!({ "count": 2 }));
    assert_eq!(read().await["list"], json!([]));
    let again = expect_ok(digitaleo.request(Method::DELETE, &format!("contacts/contacts?id={both}"))).await;
    assert_eq!(again, json!({ "count": 0 }));
}

#[tokio::test]
async fn forms_encode_contacts_with_brackets_and_changes_as_json() {
    let digitaleo = Digitaleo::start().await;
    let form = [("contacts[0][email]", "theo@exemple.fr"), ("contacts[1][email]", "lea@exemple.fr")];
    let created = expect_ok(digitaleo.request(Method::POST, "contacts/contacts").form(&form)).await;
    assert_eq!(created["list"][1]["email"], "lea@exemple.fr");
    let id = created["list"][0]["id"].as_str().unwrap();
    for (query, form) in [
        (format!("?id={id}"), vec![("metaData", r#"{"city":"Sète"}"#)]),
        (String::new(), vec![("id", id), ("metaData", r#"{"state":"Occitanie"}"#)]),
    ] {
        let request = digitaleo.request(Method::PUT, &format!("contacts/contacts{query}"));
        assert_eq!(expect_ok(request.form(&form)).await, json!({ "count": 1 }));
    }
    let contact = &digitaleo.get(&format!("contacts/contacts?id={id}")).await["list"][0];
    assert_eq!((&contact["city"], &contact["state"]), (&json!("Sète"), &json!("Occitanie")));
}

#[tokio::test]
async fn one_invalid_contact_is_named_and_rejects_the_whole_request() {
    let digitaleo = Digitaleo::start().await;
    let contacts = |contacts: Value| json!({ "contacts": contacts });
    let rejected = async |body: Value| digitaleo.rejected(Method::POST, "contacts/contacts", &body).await;
    let message = rejected(contacts(json!([{ "email": "good@exemple.fr" }, { "email": "bad@exemple" }]))).await;
    assert!(message.contains("bad@exemple"), "{message}");
    for bad in [
        contacts(json!([{ "firstName": "Nobody" }])),
        contacts(json!([{ "mobile": "12" }])),
        contacts(json!([{ "email": "a@exemple.fr", "birthDate": "1980" }])),
        contacts(json!([{ "email": "a@exemple.fr", "listIds": ["77"] }])),
        contacts(json!([{ "email": ["a@exemple.fr"] }])),
        contacts(json!([])),
        contacts(json!("good@exemple.fr")),
        json!({ "email": "a@exemple.fr" }),
    ] {
        rejected(bad).await;
    }
    assert_eq!(digitaleo.get("contacts/contacts?email=good@exemple.fr").await["size"], 0);
}

#[tokio::test]
async fn changes_must_be_a_json_object_in_a_string() {
    let digitaleo = Digitaleo::start().await;
    for bad in [
        json!({ "id": "123456789", "metaData": { "city": "Sète" } }),
        json!({ "id": "123456789", "metaData": "city=Sète" }),
        json!({ "id": "123456789" }),
        json!({ "metaData": "{}" }),
        json!({ "id": "me", "metaData": "{}" }),
        json!({ "id": "123456789", "metaData": r#"{"email":"nobody"}"# }),
    ] {
        digitaleo.rejected(Method::PUT, "contacts/contacts", &bad).await;
    }
    digitaleo.rejected(Method::DELETE, "contacts/contacts", &json!({})).await;
    let unknown_contact = change(&json!("1"), &json!({ "city": "Sète" }));
    let (status, body) =
        read_response(digitaleo.request(Method::PUT, "contacts/contacts").json(&unknown_contact).send().await.unwrap())
            .await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "count": 0 })));
}

#[tokio::test]
async fn malformed_json_gets_400() {
    let digitaleo = Digitaleo::start().await;
    let request = digitaleo.request(Method::POST, "contacts/contacts").header("content-type", "application/json");
    let (status, body) = read_response(request.body("{").send().await.unwrap()).await;
    assert_eq!((status, &body["status"]), (StatusCode::BAD_REQUEST, &json!(400)));
    // Without a content type, the body's first character decides.
    let plain = digitaleo.request(Method::POST, "contacts/contacts");
    let created = expect_ok(plain.body(r#"{"contacts":[{"email":"a@exemple.fr"}]}"#)).await;
    assert_eq!(created["size"], 1);
}

#[tokio::test]
async fn a_file_is_imported_with_its_parameters_in_the_query() {
    let digitaleo = Digitaleo::start().await;
    let csv = "Email;First name;numéro de plaque\nzoé@exemple.fr;Zoé;AB-123-CD\nnobody;;\n";
    let file = multipart::Part::text(csv).file_name("février.csv");
    let form = multipart::Form::new().text("name", "not this").part("contactFile", file);
    let imported =
        expect_ok(digitaleo.request(Method::POST, "contacts/contacts?action=import&name=Salon").multipart(form)).await;
    let list = &imported["list"][0];
    assert_eq!((&list["name"], &list["importStatus"]), (&json!("Salon"), &json!("on")));
    let id = list["id"].as_str().unwrap();
    let query = format!("contacts/lists?id={id}&properties=importStatus,importLines,importInvalid,importErrors");
    let states = ["on", "50", "ok", "ok"];
    let mut last = Value::Null;
    for state in states {
        last = digitaleo.get(&query).await["list"][0].clone();
        assert_eq!(last["importStatus"], state);
    }
    assert_eq!((&last["importLines"], &last["importInvalid"]), (&json!("2"), &json!("1")));
    let errors = digitaleo.http.get(last["importErrors"].as_str().unwrap()).send().await.unwrap();
    assert!(errors.text().await.unwrap().contains("nobody"));
    let contact = &digitaleo.get(&format!("contacts/contacts?listId={id}")).await["list"][0];
    assert_eq!((&contact["firstName"], &contact["field01"]), (&json!("Zoé"), &json!("AB-123-CD")));
    let wrong = multipart::Form::new().part("file", multipart::Part::text(csv).file_name("x.csv"));
    let wrong = digitaleo.request(Method::POST, "contacts/contacts?action=import").multipart(wrong);
    assert_eq!(wrong.send().await.unwrap().status(), StatusCode::EXPECTATION_FAILED);
}

#[tokio::test]
async fn fields_count_their_contacts_and_can_be_renamed() {
    let digitaleo = Digitaleo::start().await;
    let fields = digitaleo.get("contacts/fields?name=field01").await;
    assert_eq!(fields["list"][0], json!({ "name": "field01", "max": "9", "count": "50", "alias": "numéro de plaque" }));
    let change = json!({ "name": "field01", "metaData": r#"{"alias":"Immatriculation"}"# });
    let changed = expect_ok(digitaleo.request(Method::PUT, "contacts/fields").json(&change)).await;
    assert_eq!(changed, json!({ "count": 1 }));
    assert_eq!(digitaleo.get("contacts/fields?alias=Immatriculation").await["list"][0]["name"], "field01");
    let unknown = json!({ "name": "field16", "metaData": r#"{"alias":"x"}"# });
    digitaleo.rejected(Method::PUT, "contacts/fields", &unknown).await;
}

#[tokio::test]
async fn optouts_name_medium_and_cause() {
    let digitaleo = Digitaleo::start().await;
    let optouts = digitaleo.get("contacts/optouts?media=EMAIL&cause=spam").await;
    let first = &optouts["list"][0];
    let id = first["contactId"].as_str().unwrap();
    let contact = &digitaleo.get(&format!("contacts/contacts?id={id}")).await["list"][0];
    assert_eq!(contact["emailOptout"], "spam");
}
