//! Call sequences of the vendor's own libraries, reproduced exactly.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{Digitaleo, change, expect_ok};

#[tokio::test]
async fn the_python_library_reads_updates_imports_and_deletes_contacts_and_creates_a_campaign() {
    let digitaleo = Digitaleo::start().await;
    let read = "contacts/contacts?limit=2&sort=lastName%20ASC&properties=id,email,mobile";
    let contact = digitaleo.get(read).await["list"][0].clone();
    let id = contact["id"].clone();
    let read = format!("contacts/contacts?id={}", id.as_str().unwrap());
    assert_eq!(digitaleo.get(&read).await["size"], 1);
    let update = json!({ "id": id, "metaData": json!({ "firstName": "Zoé" }).to_string() });
    expect_ok(digitaleo.request(Method::PUT, "contacts/contacts").json(&update)).await;
    assert_eq!(digitaleo.get(&read).await["list"][0]["firstName"], "Zoé");
    let file = "email;firstName\nnoël@exemple.fr;Noël\n";
    let form = Form::new().part("contactFile", Part::bytes(file.as_bytes()).file_name("janvier.csv"));
    let import = digitaleo.request(Method::POST, "contacts/contacts?action=import&name=Janvier").multipart(form);
    expect_ok(import).await;
    let list = digitaleo.post("contacts/lists", &json!({ "name": "Février" })).await["list"][0]["id"].clone();
    let members = json!({ "contactIds": id });
    assert_eq!(digitaleo.post("contacts/lists?action=contactadd", &change(&list, &members)).await["count"], 1);
    let campaign = json!({
        "name": "Soldes d’été", "listId": list,
        "steps": [{
            "mode": "combined", "date": "2037-06-01 09:00:00",
            "mailings": [{ "media": "SMS", "text": "Bonjour #firstName#" }]
        }]
    });
    assert_eq!(digitaleo.post("api/campaigns?action=create", &campaign).await["size"], 1);
    let gone = json!({ "id": id });
    assert_eq!(expect_ok(digitaleo.request(Method::DELETE, "contacts/contacts").json(&gone)).await["count"], 1);
    assert_eq!(digitaleo.get(&read).await["size"], 0);
}
