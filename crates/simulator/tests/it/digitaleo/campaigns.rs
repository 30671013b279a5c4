//! Campaigns, their contacts and their costs.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Digitaleo, expect_ok};

fn standard() -> Value {
    json!({
        "name": "Été",
        "listId": 2,
        "steps": [{
            "mode": "prioritized",
            "priorities": "SMS",
            "date": "2037-09-20 12:00:00",
            "mailings": [{ "media": "SMS", "text": "Bonjour #firstName#" }],
        }],
    })
}

#[tokio::test]
async fn a_campaign_is_created_read_and_cancelled_once() {
    let digitaleo = Digitaleo::start().await;
    let created = digitaleo.post("api/campaigns?action=create", &standard()).await;
    assert_eq!((&created["size"], &created["total"]), (&json!(1), &json!(1)));
    let campaign = &created["list"][0];
    assert_eq!((&campaign["listName"], &campaign["cancelled"]), (&json!("Clients fidèles"), &json!("0")));
    assert_eq!((&campaign["status"], &campaign["type"]), (&json!("created"), &json!("STANDARD")));
    assert_eq!(campaign.get("cost"), None);
    let last = digitaleo.get("api/campaigns?limit=1&sort=id%20DESC&properties=id,name,cost,costTTC").await;
    assert_eq!(last["list"][0]["id"], campaign["id"]);
    assert!(last["list"][0]["cost"].is_string() && last["list"][0]["costTTC"].is_string());
    let cancel = json!({ "id": campaign["id"] });
    assert_eq!(digitaleo.post("api/campaigns?action=cancel", &cancel).await, json!({ "count": 1 }));
    let id = campaign["id"].as_str().unwrap();
    assert_eq!(digitaleo.get(&format!("api/campaigns?id={id}")).await["list"][0]["cancelled"], "1");
    digitaleo.rejected(Method::POST, "api/campaigns?action=cancel", &cancel).await;
    digitaleo.rejected(Method::POST, "api/campaigns?action=cancel", &json!({ "id": 1 })).await;
}

#[tokio::test]
async fn a_form_encodes_steps_with_brackets() {
    let digitaleo = Digitaleo::start().await;
    let form = [
        ("name", "Noël"),
        ("listId", "9"),
        ("steps[0][date]", "2037-12-20 08:30"),
        ("steps[0][mailings][0][media]", "EMAIL"),
        ("steps[0][mailings][0][subject]", "Noël"),
        ("steps[0][mailings][0][html]", "<a href=\"#OPTOUTLINK#\">désabonner</a>"),
    ];
    let created = expect_ok(digitaleo.request(Method::POST, "api/campaigns").form(&form)).await;
    let id = created["list"][0]["id"].as_str().unwrap();
    let steps = digitaleo.get(&format!("api/campaigns?id={id}&properties=steps")).await["list"][0]["steps"].clone();
    assert_eq!((&steps[0]["mode"], &steps[0]["mailings"][0]["media"]), (&json!("combined"), &json!("EMAIL")));
}

#[tokio::test]
async fn incomplete_and_invalid_campaigns_are_rejected() {
    let digitaleo = Digitaleo::start().await;
    for (pointer, value) in [
        ("/name", json!("")),
        ("/listId", json!(77)),
        ("/listId", Value::Null),
        ("/steps", json!([])),
        ("/steps/0/mode", json!("random")),
        ("/steps/0/priorities", Value::Null),
        ("/steps/0/priorities", json!("FAX")),
        ("/steps/0/date", json!("20/09/2037")),
        ("/steps/0/mailings", Value::Null),
        ("/steps/0/mailings/0/media", json!("FAX")),
        ("/steps/0/mailings/0/text", Value::Null),
        ("/steps/0/mailings/0", json!({ "media": "EMAIL", "subject": "x", "html": "<p>no way out</p>" })),
    ] {
        let mut body = standard();
        *body.pointer_mut(pointer).unwrap() = value;
        digitaleo.rejected(Method::POST, "api/campaigns", &body).await;
    }
    let mut body = standard();
    body["type"] = json!("DAILY");
    digitaleo.rejected(Method::POST, "api/campaigns", &body).await;
}

#[tokio::test]
async fn a_transactional_campaign_takes_contacts_until_it_is_cancelled() {
    let digitaleo = Digitaleo::start().await;
    let body = json!({ "name": "Commandes", "type": "TRANSACTIONAL",
        "steps": [{ "mailings": [{ "media": "SMS", "text": "Prête" }] }] });
    let id = digitaleo.post("api/campaigns", &body).await["list"][0]["id"].clone();
    let contacts = json!({ "campaignId": id, "contacts": [
        { "mobile": "0605040302", "firstName": "Zoé" },
        { "email": "lea@exemple.fr" },
    ] });
    let path = "api/campaigncontacts?action=create";
    assert_eq!(digitaleo.post(path, &contacts).await, json!({ "count": 2 }));
    let read = digitaleo.get(&format!("api/campaigncontacts?campaignId={}", id.as_str().unwrap())).await;
    assert_eq!((&read["size"], &read["list"][0]["mobile"]), (&json!(2), &json!("+33605040302")));
    for bad in [
        json!({ "campaignId": id, "contacts": [{ "firstName": "Zoé" }] }),
        json!({ "campaignId": id, "contacts": [{ "email": "lea@" }] }),
        json!({ "campaignId": "500101", "contacts": [{ "email": "lea@exemple.fr" }] }),
        json!({ "campaignId": "1", "contacts": [{ "email": "lea@exemple.fr" }] }),
    ] {
        digitaleo.rejected(Method::POST, path, &bad).await;
    }
    let costs = digitaleo.post("api/campaigncosts", &json!({ "campaignId": id })).await;
    assert_eq!(costs["list"][0]["medias"]["SMS"]["units"], "1");
    digitaleo.post("api/campaigns?action=cancel", &json!({ "id": id })).await;
    digitaleo.rejected(Method::POST, path, &contacts).await;
}

#[tokio::test]
async fn costs_are_listed_by_medium_for_reachable_contacts() {
    let digitaleo = Digitaleo::start().await;
    let body = json!({ "listId": "2", "mailings": [
        { "media": "sms", "text": "é".repeat(161) },
        { "media": "EMAIL", "text": "Bonjour" },
    ] });
    let costs = digitaleo.post("api/campaigncosts", &body).await;
    assert_eq!(costs["size"], 1);
    let reach = digitaleo.get("contacts/statistics?listId=2").await["sms"].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(costs["list"][0]["medias"]["SMS"]["units"], (2 * reach).to_string());
    assert!(costs["list"][0]["medias"]["EMAIL"]["cost"].is_string());
    assert_eq!(costs["list"][0]["medias"].get("VOICE"), None);
    digitaleo.rejected(Method::POST, "api/campaigncosts", &json!({ "campaignId": "1" })).await;
    digitaleo.rejected(Method::POST, "api/campaigncosts", &json!({ "mailings": body["mailings"] })).await;
}
