//! The OData reporting service.

use keyfob_simulator::credentials;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Tenant;
use crate::support::read_response;

impl Tenant {
    async fn odata(&self, path: &str) -> (StatusCode, Value) {
        let request = self.http.get(self.url(&format!("/odata/{path}"))).bearer_auth(&self.token);
        read_response(request.send().await.unwrap()).await
    }

    async fn document(&self, path: &str) -> String {
        let request = self.http.get(self.url(path)).bearer_auth(&self.token);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/xml");
        assert_eq!(response.headers()["odata-version"], "4.0");
        response.text().await.unwrap()
    }
}

/// Returns the ids of the entities of a page.
fn ids(page: &Value) -> Vec<i64> {
    page["value"].as_array().unwrap().iter().map(|entity| entity["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_documents_name_the_entity_sets_and_their_properties() {
    let tenant = Tenant::start().await;
    for path in ["/odata", "/odata/"] {
        let document = tenant.document(path).await;
        assert_eq!(document.matches("<collection href=").count(), 3);
        assert!(document.contains(&format!("metadata:context=\"{}\"", tenant.url("/odata/$metadata"))), "{document}");
    }
    let metadata = tenant.document("/odata/$metadata").await;
    for set in ["OrgUnits", "DvinciUsers", "JobOpenings"] {
        assert!(metadata.contains(&format!("<EntitySet Name=\"{set}\"")), "{metadata}");
        let (status, page) = tenant.odata(set).await;
        assert_eq!(status, StatusCode::OK);
        for name in page["value"][0].as_object().unwrap().keys() {
            assert!(metadata.contains(&format!("<Property Name=\"{name}\" Type=\"Edm.")), "{set} {name}");
        }
    }
}

#[tokio::test]
async fn next_links_lead_through_all_pages_and_keep_the_options() {
    let tenant = Tenant::start().await;
    let (_, first) = tenant.odata("OrgUnits").await;
    assert_eq!(ids(&first), [1, 2, 3, 4, 5]);
    assert_eq!(first["@odata.context"], tenant.url("/odata/$metadata#OrgUnits"));
    let next = first["@odata.nextLink"].as_str().unwrap();
    let (_, last) = read_response(tenant.http.get(next).bearer_auth(&tenant.token).send().await.unwrap()).await;
    assert_eq!((ids(&last), last.get("@odata.nextLink")), (vec![6, 7, 8, 9], None));

    let options = "$select=id,name&$filter=id%20ne%202&$top=6";
    let (_, first) = tenant.odata(&format!("OrgUnits?{options}")).await;
    assert_eq!(first["value"][0], json!({ "id": 1, "name": "Global" }));
    let next = first["@odata.nextLink"].as_str().unwrap();
    let (_, last) = read_response(tenant.http.get(next).bearer_auth(&tenant.token).send().await.unwrap()).await;
    assert_eq!((ids(&last), last.get("@odata.nextLink")), (vec![7], None));
    assert_eq!(last["value"][0].as_object().unwrap().len(), 2);
    let (_, five) = tenant.odata("OrgUnits?$top=5").await;
    assert_eq!((ids(&five).len(), five.get("@odata.nextLink")), (5, None));
}

#[tokio::test]
async fn next_links_have_the_host_of_the_request() {
    let tenant = Tenant::start().await;
    for (host, path, link) in [
        ("localhost:8080", "/odata/OrgUnits", "http://localhost:8080/dvinci/odata/OrgUnits?%24skiptoken=5"),
        ("nordlicht.dvinci.de", "/odata/OrgUnits", "http://nordlicht.dvinci.de/odata/OrgUnits?%24skiptoken=5"),
    ] {
        let base = if host.contains("dvinci") { tenant.simulator.url().to_owned() } else { tenant.url("") };
        let request = tenant.http.get(format!("{base}{path}")).bearer_auth(&tenant.token).header("host", host);
        let (status, page) = read_response(request.send().await.unwrap()).await;
        assert_eq!((status, page["@odata.nextLink"].as_str()), (StatusCode::OK, Some(link)), "{page}");
    }
}

#[tokio::test]
async fn options_and_names_that_are_unknown_are_errors() {
    let tenant = Tenant::start().await;
    for (path, status) in [
        ("Applications", 404),
        ("OrgUnits?$select=title", 400),
        ("OrgUnits?$filter=title%20eq%201", 400),
        ("OrgUnits?$top=many", 400),
        ("OrgUnits?$top=-1", 400),
        ("OrgUnits?$orderby=name", 501),
        ("OrgUnits?$filter=contains(name,%27x%27)", 501),
    ] {
        let (found, body) = tenant.odata(path).await;
        assert_eq!(found.as_u16(), status, "{path}");
        assert!(body["error"]["message"].is_string(), "{body}");
    }
    assert_eq!(tenant.odata("OrgUnits?format=json").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_token_or_basic_authentication_with_the_permission_is_required() {
    let tenant = Tenant::start().await;
    let url = tenant.url("/odata/OrgUnits");
    let basic = async |user: &str, token: &str| {
        tenant.http.get(&url).basic_auth(user, Some(token)).send().await.unwrap().status().as_u16()
    };
    let (user, token) = (credentials::DVINCI_CLIENT_ID, credentials::DVINCI_CLIENT_SECRET);
    assert_eq!(basic(user, token).await, 200);
    assert_eq!(basic(user, "wrong").await, 401);
    assert_eq!(basic(credentials::DVINCI_LIMITED_CLIENT_ID, credentials::DVINCI_LIMITED_CLIENT_SECRET).await, 403);
    let pair = tenant.http.get(&url).header("Dvinci-API-User", user).header("Dvinci-API-Token", token);
    let response = pair.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["www-authenticate"], r#"Basic realm="d.vinci""#);
}
