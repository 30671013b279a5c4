//! Filters, sorting, pages and properties of reads.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Digitaleo;
use crate::support::read_response;

fn ids(body: &Value) -> Vec<u64> {
    let list = body["list"].as_array().unwrap();
    list.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn every_scalar_of_a_contact_is_a_string() {
    let digitaleo = Digitaleo::start().await;
    let body = digitaleo.get("contacts/contacts?id=123456789").await;
    assert_eq!((&body["size"], &body["total"]), (&json!(1), &json!("1")));
    let contact = body["list"][0].as_object().unwrap();
    assert_eq!(contact["id"], "123456789");
    for (name, value) in contact {
        assert!(value.is_string() || value.is_null() || name == "listIds", "{name}: {value}");
    }
    assert!(contact["listIds"].as_array().unwrap().iter().all(Value::is_string));
    assert_eq!(contact["dateCreated"].as_str().unwrap().len(), "2026-01-02 14:00:00".len());
}

#[tokio::test]
async fn offset_pages_return_each_row_once_and_limit_zero_returns_all() {
    let digitaleo = Digitaleo::start().await;
    let all = ids(&digitaleo.get("contacts/contacts?limit=0&properties=id").await);
    assert_eq!(all.len(), 250);
    assert_eq!(ids(&digitaleo.get("contacts/contacts?properties=id").await).len(), 100);
    let mut paged = Vec::new();
    for offset in (0..250).step_by(40) {
        let page = digitaleo.get(&format!("contacts/contacts?properties=id&limit=40&offset={offset}")).await;
        assert_eq!(page["total"], "250");
        paged.extend(ids(&page));
    }
    assert_eq!(paged, all);
    let past_the_end = digitaleo.get("contacts/contacts?offset=250").await;
    assert_eq!(past_the_end, json!({ "list": [], "size": 0, "total": "250" }));
}

#[tokio::test]
async fn rows_are_sorted_by_value() {
    let digitaleo = Digitaleo::start().await;
    let down = ids(&digitaleo.get("contacts/lists?sort=id%20DESC").await);
    assert_eq!(down, [18, 15, 12, 9, 2]);
    let names = digitaleo.get("contacts/lists?sort=name+ASC&properties=name").await;
    assert_eq!(names["list"][0]["name"], "Clients fidèles");
    for bad in ["id%20SIDEWAYS", "height"] {
        let sent = digitaleo.request(Method::GET, &format!("contacts/lists?sort={bad}")).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::EXPECTATION_FAILED);
    }
}

#[tokio::test]
async fn filters_accept_one_value_lists_arrays_and_operators() {
    let digitaleo = Digitaleo::start().await;
    let found = async |query: &str| ids(&digitaleo.get(&format!("contacts/lists?{query}")).await);
    assert_eq!(found("id=9").await, [9]);
    assert_eq!(found("id=9,2").await, [2, 9]);
    assert_eq!(found("id[0]=9&id[1]=12").await, [9, 12]);
    assert_eq!(found("name=Newsletter%20d%27%C3%A9t%C3%A9").await, [12]);
    assert_eq!(found("name[0][operator]=CONTAINS&name[0][value]=%C3%8Ele").await, [15]);
    assert_eq!(found("category=RENTED").await, [15]);
    assert_eq!(found("id=77").await, Vec::<u64>::new());
    let members = digitaleo.get("contacts/contacts?listId=18&properties=id,listIds&limit=0").await;
    assert_eq!(members["size"], 10);
    for contact in members["list"].as_array().unwrap() {
        assert!(contact["listIds"].as_array().unwrap().contains(&json!("18")));
    }
    let alone = digitaleo.get("contacts/contacts?belongtolist=false&limit=1").await;
    assert_eq!(alone["list"][0]["listIds"], json!([]));
}

#[tokio::test]
async fn properties_select_the_returned_members() {
    let digitaleo = Digitaleo::start().await;
    let lists = digitaleo.get("contacts/lists?id=2").await;
    assert_eq!(
        lists["list"][0],
        json!({ "id": "2", "name": "Clients fidèles", "description": "Au moins trois achats par an" })
    );
    let more = digitaleo.get("contacts/lists?id=2&properties=DEFAULT,stats,shootCount&total=0").await;
    let list = more["list"][0].as_object().unwrap();
    assert_eq!(list.keys().collect::<Vec<_>>(), ["description", "id", "name", "shootCount", "stats"]);
    assert_eq!(list["stats"]["subscribers"], "125");
    assert_eq!(more.get("total"), None);
}

#[tokio::test]
async fn the_legacy_style_names_format_and_action() {
    let digitaleo = Digitaleo::start().await;
    let old = digitaleo.request(Method::POST, "contacts/lists.json?action=read").form(&[("id", "9")]);
    let (status, body) = read_response(old.send().await.unwrap()).await;
    assert_eq!((status, ids(&body)), (StatusCode::OK, vec![9]));
    let statistics =
        "api/statistics.json?action=read&dateStart=01-02-2026&dateEnd=28-02-2026&media=EMAIL&properties=total";
    let total = digitaleo.get(statistics).await["total"].as_str().unwrap().parse::<u64>().unwrap();
    assert!(total > 0);
}

#[tokio::test]
async fn invalid_numbers_are_rejected() {
    let digitaleo = Digitaleo::start().await;
    for query in ["limit=ten", "offset=-1"] {
        let sent = digitaleo.request(Method::GET, &format!("contacts/contacts?{query}")).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::EXPECTATION_FAILED, "{query}");
    }
}
