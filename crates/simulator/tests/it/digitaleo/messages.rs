//! Mailings, text messages and the count of sent messages.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Digitaleo, expect_ok};

#[tokio::test]
async fn a_mailing_is_waiting_then_under_way_then_delivered() {
    let digitaleo = Digitaleo::start().await;
    let body = json!({ "media": "EMAIL", "name": "Été", "subject": "Soldes", "text": "Bonjour",
        "contacts": [{ "recipient": "a@exemple.fr" }, { "recipient": "b@exemple.fr" }] });
    let sent = digitaleo.post("api/mailings", &body).await;
    let id = sent["list"][0]["id"].as_str().unwrap();
    assert_eq!(sent["list"][0]["stats"], json!({ "wait": "2", "on": "0", "ok": "0" }));
    for (seconds, stats) in
        [(60, json!({ "wait": "0", "on": "2", "ok": "0" })), (300, json!({ "wait": "0", "on": "0", "ok": "2" }))]
    {
        digitaleo.simulator.advance(Duration::from_secs(seconds));
        assert_eq!(digitaleo.get(&format!("api/mailings?id={id}")).await["list"][0]["stats"], stats);
    }
    let form = [("media", "SMS"), ("text", "Salut"), ("contacts[0][recipient]", "0605040302")];
    assert_eq!(expect_ok(digitaleo.request(Method::POST, "api/mailings").form(&form)).await["size"], 1);
    for (name, value) in [
        ("media", json!("PIGEON")),
        ("subject", Value::Null),
        ("text", Value::Null),
        ("html", json!("<p>no way out</p>")),
        ("contacts", json!([{ "recipient": "0605040302" }])),
        ("contacts", Value::Null),
    ] {
        let mut bad = body.clone();
        bad[name] = value;
        digitaleo.rejected(Method::POST, "api/mailings", &bad).await;
    }
}

#[tokio::test]
async fn a_text_message_is_personalized_and_respects_opt_outs() {
    let digitaleo = Digitaleo::start().await;
    let optout = digitaleo.get("contacts/contacts?smsOptout=contact&limit=0").await;
    let known = optout["list"].as_array().unwrap().iter().find_map(|contact| contact["mobile"].as_str());
    let contacts = json!([
        { "recipient": "+33605040302", "civility": "Mme", "firstName": "Zoé", "lastName": "Lefèvre" },
        { "recipient": known.unwrap() },
    ]);
    let text = "Bonjour #civility# #firstName# #lastName#";
    let sent = digitaleo.post("sms/sms", &json!({ "text": text, "sender": "Cafe35", "contacts": contacts })).await;
    assert_eq!(sent.get("status"), None);
    assert_eq!(sent["list"][0]["text"], "Bonjour Mme Zoé Lefèvre");
    assert_eq!((&sent["list"][0]["status"], &sent["list"][1]["status"]), (&json!("wait"), &json!("optout")));
    let form = [("text", text.to_owned()), ("contacts", contacts.to_string())];
    let by_form = expect_ok(digitaleo.request(Method::POST, "sms/sms").form(&form)).await;
    assert_eq!((&by_form["size"], &by_form["list"][0]["sender"]), (&json!(2), &Value::Null));
    assert_eq!(digitaleo.get("sms/sms?recipient=%2B33605040302").await["total"], 2);
    for bad in [
        json!({ "contacts": contacts }),
        json!({ "text": text }),
        json!({ "text": text, "contacts": contacts, "sender": "Twelve chars" }),
        json!({ "text": text, "contacts": contacts, "sender": "Café" }),
        json!({ "text": text, "contacts": [{ "recipient": "nobody" }] }),
    ] {
        digitaleo.rejected(Method::POST, "sms/sms", &bad).await;
    }
}

#[tokio::test]
async fn sent_messages_are_counted_by_day_and_medium() {
    let digitaleo = Digitaleo::start().await;
    let of = async |media: &str| {
        let path = format!("api/statistics?dateStart=02-03-2026&dateEnd=02-03-2026&properties=total{media}");
        digitaleo.get(&path).await
    };
    assert_eq!(of("").await, json!({ "total": "0" }));
    let contacts = json!([{ "recipient": "0605040302" }, { "recipient": "0605040303" }]);
    digitaleo.post("sms/sms", &json!({ "text": "Salut", "contacts": contacts })).await;
    assert_eq!(of("&media=SMS").await, json!({ "total": "2" }));
    assert_eq!(of("&media=EMAIL").await, json!({ "total": "0" }));
    for bad in
        ["dateStart=2026-03-02&dateEnd=02-03-2026", "dateStart=03-03-2026&dateEnd=02-03-2026", "dateEnd=02-03-2026"]
    {
        digitaleo.rejected(Method::GET, &format!("api/statistics?{bad}"), &json!({})).await;
    }
}
