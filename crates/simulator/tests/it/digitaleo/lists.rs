//! Lists, their contacts and their statistics.

use std::collections::BTreeSet;

use reqwest::{Method, multipart};
use serde_json::{Value, json};

use super::{Digitaleo, change, expect_ok};

async fn members(digitaleo: &Digitaleo, list: &str) -> BTreeSet<String> {
    let response = digitaleo.get(&format!("contacts/contacts?listId={list}&limit=0&properties=id")).await;
    let list = response["list"].as_array().unwrap();
    list.iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_is_created_renamed_and_deleted_and_its_contacts_stay() {
    let digitaleo = Digitaleo::start().await;
    let created = digitaleo.post("contacts/lists", &json!({ "name": "Forêt", "description": "Amis" })).await;
    let id = created["list"][0]["id"].clone();
    assert_eq!(created["list"][0], json!({ "id": id, "name": "Forêt", "description": "Amis" }));
    let text = id.as_str().unwrap();
    let renamed = change(&id, &json!({ "name": "Forêts" }));
    assert_eq!(expect_ok(digitaleo.request(Method::PUT, "contacts/lists").json(&renamed)).await, json!({ "count": 1 }));
    let read = digitaleo.get(&format!("contacts/lists?id={text}")).await;
    assert_eq!((&read["list"][0]["name"], &read["list"][0]["description"]), (&json!("Forêts"), &json!("Amis")));
    let add = change(&id, &json!({ "contactIds": "123456789" }));
    digitaleo.post("contacts/lists?action=contactadd", &add).await;
    let deleted = expect_ok(digitaleo.request(Method::DELETE, &format!("contacts/lists?id={text}"))).await;
    assert_eq!(deleted, json!({ "count": 1 }));
    let contact = &digitaleo.get("contacts/contacts?id=123456789").await["list"][0];
    assert!(!contact["listIds"].as_array().unwrap().contains(&id));
    digitaleo.rejected(Method::POST, "contacts/lists", &json!({ "description": "?" })).await;
    digitaleo.rejected(Method::PUT, "contacts/lists", &change(&json!("2"), &json!({ "name": "" }))).await;
}

#[tokio::test]
async fn contacts_are_added_and_removed_once() {
    let digitaleo = Digitaleo::start().await;
    let before = members(&digitaleo, "2").await;
    // One contact is new to the list, one is a member already, one does not exist.
    let body = change(&json!("2"), &json!({ "contactIds": "123456790,123456789,1" }));
    assert_eq!(digitaleo.post("contacts/lists?action=contactadd", &body).await, json!({ "count": 1 }));
    let mut expected = before.clone();
    expected.insert("123456790".to_owned());
    assert_eq!(members(&digitaleo, "2").await, expected);
    let body = [("id", "2"), ("metaData", r#"{"contactIds":"123456790"}"#)];
    for count in [1, 0] {
        let request = digitaleo.request(Method::POST, "contacts/lists?action=contactremove").form(&body);
        assert_eq!(expect_ok(request).await, json!({ "count": count }));
    }
    assert_eq!(members(&digitaleo, "2").await, before);
    for bad in [
        change(&json!("77"), &json!({ "contactIds": "123456789" })),
        change(&json!("15"), &json!({ "contactIds": "123456789" })),
        change(&json!("2"), &json!({ "contactIds": "" })),
        change(&json!("2"), &json!({ "contactIds": ["123456789"] })),
        change(&json!("2"), &json!({ "contactIds": "me" })),
    ] {
        digitaleo.rejected(Method::POST, "contacts/lists?action=contactadd", &bad).await;
    }
}

#[tokio::test]
async fn lists_are_merged_into_a_new_one() {
    let digitaleo = Digitaleo::start().await;
    let body = json!({ "id": "9,18", "name": "Réunis" });
    let merged = digitaleo.post("contacts/lists?action=merge", &body).await;
    let id = merged["list"][0]["id"].as_str().unwrap();
    let (nine, eighteen) = (members(&digitaleo, "9").await, members(&digitaleo, "18").await);
    assert_eq!(members(&digitaleo, id).await, nine.union(&eighteen).cloned().collect());
    digitaleo.rejected(Method::POST, "contacts/lists?action=merge", &json!({ "name": "x" })).await;
    digitaleo.rejected(Method::POST, "contacts/lists?action=merge", &json!({ "id": "9,77" })).await;
}

#[tokio::test]
async fn a_list_is_imported_under_the_name_of_its_file() {
    let digitaleo = Digitaleo::start().await;
    let file = multipart::Part::bytes(b"email\na@exemple.fr\nb@exemple.fr\n".to_vec()).file_name("salon.csv");
    let form = multipart::Form::new().part("contactFile", file);
    let imported = expect_ok(digitaleo.request(Method::POST, "contacts/lists?action=import").multipart(form)).await;
    assert_eq!(imported["list"][0]["name"], "salon.csv");
    let id = imported["list"][0]["id"].as_str().unwrap();
    let read = digitaleo.get(&format!("contacts/lists?id={id}&properties=stats,importErrors")).await;
    assert_eq!(read["list"][0]["importErrors"], Value::Null);
    let stats = json!({ "subscribers": "2", "sms": "0", "email": "2", "voice": "0", "voicemail": "0" });
    assert_eq!(read["list"][0]["stats"], stats);
}

#[tokio::test]
async fn statistics_are_an_object_and_priorities_count_each_contact_once() {
    let digitaleo = Digitaleo::start().await;
    let of = |statistics: &Value, name: &str| statistics[name].as_str().unwrap().parse::<u64>().unwrap();
    let all = digitaleo.get("contacts/statistics").await;
    assert_eq!(of(&all, "subscribers"), 250);
    assert!(of(&all, "sms") < 250 && of(&all, "email") < 250);
    let stats = digitaleo.get("contacts/lists?id=2&properties=stats").await["list"][0]["stats"].clone();
    assert_eq!(digitaleo.get("contacts/statistics?listId=2").await, stats);
    let first = digitaleo.get("contacts/statistics?listId=2&priorities=SMS,EMAIL").await;
    assert_eq!(of(&first, "sms"), of(&stats, "sms"));
    assert!(of(&first, "email") < of(&stats, "email"));
    assert!(of(&first, "sms") + of(&first, "email") <= of(&first, "subscribers"));
    assert_eq!((of(&first, "voice"), of(&first, "voicemail")), (0, 0));
    let arrays = digitaleo.get("contacts/statistics?listId[0]=2&priorities[]=SMS&priorities[]=EMAIL").await;
    assert_eq!(arrays, first);
    digitaleo.rejected(Method::GET, "contacts/statistics?priorities=FAX", &json!({})).await;
}
