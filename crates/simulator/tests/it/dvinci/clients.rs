//! Call sequences of public clients, reproduced exactly: a Python wrapper, a career page and a crawler.

use keyfob_simulator::credentials;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Tenant, application, job_opening, person, with};
use crate::support::read_response;

/// Builds a request as the wrapper does: user and token headers, no trailing slash, no body by default.
fn wrapper_request(tenant: &Tenant, method: Method, path: &str) -> RequestBuilder {
    let request = tenant.http.request(method, tenant.url(&format!("/restApi{path}")));
    let request = request.header("Accept", "application/json").header("Dvinci-API-User", credentials::DVINCI_CLIENT_ID);
    request.header("Dvinci-API-Token", credentials::DVINCI_CLIENT_SECRET)
}

async fn json(request: RequestBuilder) -> Value {
    let (status, body) = read_response(request.send().await.unwrap()).await;
    assert!(status.is_success() && !body.is_null(), "{status}: the wrapper parses JSON from every successful response");
    body
}

#[tokio::test]
async fn a_wrapper_calls_openings_applications_persons_and_master_data_with_headers() {
    let tenant = Tenant::start().await;
    let get = |path: String| json(wrapper_request(&tenant, Method::GET, &path));
    let post = |path: &str, body: &Value| json(wrapper_request(&tenant, Method::POST, path).json(body));
    let bare = |path: String| json(wrapper_request(&tenant, Method::POST, &path));
    get("/jobOpenings".into()).await;
    let opening = post("/jobOpenings", &with(job_opening("Elektroniker"), json!({ "externalId": "E-7" }))).await;
    let found = json(wrapper_request(&tenant, Method::GET, "/jobOpenings").query(&[("externalId", "E-7")])).await;
    assert_eq!(found["id"], opening["id"]);
    let changed = with(found, json!({ "name": "Elektroniker (m/w/d)" }));
    json(wrapper_request(&tenant, Method::PUT, &format!("/jobOpenings/{}", opening["id"])).json(&changed)).await;
    let who = post("/persons", &person("Grün")).await;
    let created = post("/applications", &application(&who, &opening)).await;
    let moved = bare(format!("/applications/{}/statusChange/REJECTED", created["id"]));
    assert!(moved.await.is_object());
    get(format!("/applications/{}", created["id"])).await;
    for path in ["/locations", "/dvinciUsers", "/userGroups", "/orgUnits", "/hiringRequests", "/onboardings"] {
        assert!(get(path.into()).await.is_array(), "{path}");
    }
    bare(format!("/applications/{}/delete", created["id"])).await;
    bare(format!("/persons/{}/delete", who["id"])).await;
}

#[tokio::test]
async fn a_career_page_joins_openings_publications_and_locations() {
    let tenant = Tenant::start().await;
    let list = async |path: &str| {
        let request = wrapper_request(&tenant, Method::GET, path).header("Content-Type", "application/json");
        json(request).await.as_array().unwrap().clone()
    };
    let openings = list("/jobOpenings/").await;
    let publications = list("/jobPublications/").await;
    let locations = list("/locations/").await;
    let shown = openings.iter().filter(|opening| opening["status"] == "ACTIVE").filter(|opening| {
        let own = publications.iter().filter(|row| row["jobOpeningId"] == opening["id"]);
        let placed = own.filter(|row| row["placements"].as_array().is_some_and(|list| !list.is_empty())).count() > 0;
        let place = opening["locationIds"].as_array().unwrap().iter();
        placed && place.clone().all(|id| locations.iter().any(|row| row["id"] == *id))
    });
    assert!(shown.count() > 0, "the page has no jobs");
}

#[tokio::test]
async fn a_crawler_reads_the_full_and_the_small_feed() {
    let tenant = Tenant::start().await;
    let feed = async |query: &str| {
        let request = tenant.http.get(tenant.url(&format!("/jobPublication/list.json{query}")));
        json(request).await
    };
    let full = feed("?lang=en").await;
    let small = feed("?fields=small").await;
    assert_eq!(full.as_array().map(Vec::len), small.as_array().map(Vec::len));
}
