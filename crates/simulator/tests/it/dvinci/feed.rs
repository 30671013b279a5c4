//! The feed of job publications, and applications sent to the URLs in it.

use std::time::Duration;

use keyfob_simulator::credentials;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use super::{Tenant, codes};
use crate::support::read_response;

async fn feed(tenant: &Tenant, path: &str) -> Vec<Value> {
    let response = tenant.http.get(tenant.url(path)).send().await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json;charset=UTF-8");
    let (status, body) = read_response(response).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body.as_array().unwrap().clone()
}

async fn status(tenant: &Tenant, path: &str) -> u16 {
    tenant.http.get(tenant.url(path)).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_feed_lists_online_publications_without_a_token() {
    let tenant = Tenant::start().await;
    let shown = feed(&tenant, "/jobPublication/list.json").await;
    let publications = tenant.read("/jobPublications/").await;
    let openings = tenant.read("/jobOpenings/").await;
    let is_active =
        |id: &Value| openings.as_array().unwrap().iter().any(|row| row["id"] == *id && row["status"] == "ACTIVE");
    let online: Vec<&Value> = publications
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row.get("status").is_none_or(|status| status == "ACTIVE"))
        .filter(|row| is_active(&row["jobOpeningId"]) && !row["placements"].as_array().unwrap().is_empty())
        .map(|row| &row["id"])
        .collect();
    assert_eq!(shown.iter().map(|element| &element["id"]).collect::<Vec<_>>(), online);
    let first = &shown[0];
    assert_eq!(first["jobOpening"]["locations"][0]["name"], "Görlitz");
    assert_eq!(first["jobOpening"]["salary"]["value"]["minValue"], 58_000.61);
    assert_eq!(
        first["jobOpening"]["categories"],
        json!([{ "id": 2, "internalName": "ENGINEERING", "name": "Ingenieurwesen" }])
    );
    let start = first["startDate"].as_str().unwrap();
    assert!(start.ends_with("T23:00Z"), "{start}");
    assert!(shown[1]["endDate"].as_str().unwrap().ends_with("T22:59:59.999Z"));
}

#[tokio::test]
async fn the_small_feed_omits_long_texts_and_filters_select_publications() {
    let tenant = Tenant::start().await;
    let small = feed(&tenant, "/jobPublication/list.json?fields=small&lang=en").await;
    assert!(
        small.iter().all(|element| element.get("tasks").is_none() && element["jobOpening"].get("company").is_none())
    );
    assert_eq!(small[0]["jobOpening"]["workingTimes"][0]["name"], "Full time");
    for query in ["orgUnitId=6", "categoryId=IT", "locationId=HAMBURG", "targetGroup=STUDENTS", "type=UNSOLICITED"] {
        let some = feed(&tenant, &format!("/jobPublication/list.json?{query}")).await;
        assert!(!some.is_empty() && some.len() < small.len(), "{query}: {}", some.len());
    }
    assert_eq!(status(&tenant, "/jobPublication/list.json?lang=fr").await, 422);
}

#[tokio::test]
async fn a_cached_feed_is_served_until_max_cache_age() {
    let tenant = Tenant::start().await;
    let path = "/jobPublication/list.json?maxCacheAge=60";
    let before = feed(&tenant, path).await;
    let publication = tenant.read("/jobPublications/1").await;
    tenant.replaced("/jobPublications/1", &super::with(publication, json!({ "placements": [] }))).await;
    assert_eq!(feed(&tenant, path).await, before);
    tenant.simulator.advance(Duration::from_secs(61));
    assert_eq!(feed(&tenant, path).await.len(), before.len() - 1);
}

#[tokio::test]
async fn the_xml_feed_has_the_same_publications() {
    let tenant = Tenant::start().await;
    let json = feed(&tenant, "/jobPublication/list.json").await;
    let response = tenant.http.get(tenant.url("/jobPublication/list.xml")).send().await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/xml;charset=UTF-8");
    let xml = response.text().await.unwrap();
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jobPublications>"));
    assert_eq!(xml.matches("<jobPublication>").count(), json.len());
    assert!(xml.contains("<name>Görlitz</name>") && xml.contains("Wärme &amp;amp; Strom"));
}

#[tokio::test]
async fn portals_are_public_protected_disabled_or_unknown() {
    let tenant = Tenant::start().await;
    for (portal, expected) in [("karriere", 200), ("intern", 401), ("aushang", 403), ("nirgends", 404)] {
        assert_eq!(status(&tenant, &format!("/portal/{portal}/jobPublication/list.json")).await, expected, "{portal}");
    }
    let request = tenant.http.get(tenant.url("/portal/intern/jobPublication/list.json"));
    let request = request.basic_auth(credentials::DVINCI_PORTAL_USERNAME, Some(credentials::DVINCI_PORTAL_PASSWORD));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let without_import = feed(&tenant, "/portal/karriere/jobPublication/list.json").await;
    assert_eq!(without_import[0]["applicationApplyApiURL"], Value::Null);
}

#[tokio::test]
async fn an_application_can_be_sent_to_the_url_in_the_feed() {
    let tenant = Tenant::start().await;
    let shown = feed(&tenant, "/jobPublication/list.json").await;
    let url = shown[0]["applicationApplyApiURL"].as_str().unwrap();
    let password = Some(credentials::DVINCI_PORTAL_PASSWORD);
    let call = async |body: Option<Value>| {
        let request = match &body {
            Some(body) => tenant.http.post(url).json(body),
            None => tenant.http.get(url),
        };
        read_response(request.basic_auth(credentials::DVINCI_PORTAL_USERNAME, password).send().await.unwrap()).await
    };
    let (found, form) = call(None).await;
    assert_eq!((found, &form["jobPublicationId"]), (StatusCode::OK, &shown[0]["id"]));
    let before = tenant.read("/applications/").await.as_array().unwrap().len();
    assert_eq!(codes(call(Some(json!({ "language": "de" }))).await), ["firstName mandatory", "lastName mandatory"]);
    let bad = json!({ "language": "fr", "firstName": "Zoë", "lastName": "Lefèvre" });
    assert_eq!(codes(call(Some(bad)).await), ["languageId valueNotPermitted"]);
    assert_eq!(tenant.read("/persons/").await.as_array().unwrap().len(), 40);
    let good = json!({
        "language": "de", "firstName": "Zoë", "lastName": "Lefèvre",
        "screeningQuestions": [{ "id": "EXCEL", "answer": "5" }],
        "attachments": [{ "filename": "cv.pdf", "contentAsBase64": "JVBERi0=" }],
    });
    assert_eq!(call(Some(good)).await.0, StatusCode::OK);
    let after = tenant.read("/applications/").await;
    let after = after.as_array().unwrap();
    assert_eq!(after.len(), before + 1);
    let one = tenant.read(&format!("/applications/{}", after[before]["id"])).await;
    assert_eq!(one["refJobPublication"]["id"], shown[0]["id"]);
    assert_eq!(one["screeningQuestions"][0]["displayName"], "Excel-Kenntnisse");
    assert_eq!(tenant.http.get(url).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(status(&tenant, "/p/karriere/jobs/1/applyApi").await, 403);
}
