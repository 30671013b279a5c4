//! History entries of external systems at applications and job openings.

use serde_json::json;

use super::{Tenant, codes};

#[tokio::test]
async fn entries_are_added_and_replaced_by_their_external_id() {
    let tenant = Tenant::start().await;
    let path = "/jobOpenings/4/history";
    let before = tenant.read(path).await.as_array().unwrap().len();
    let entries = json!([
        { "externalId": "dms-1", "type": "EXTERNAL_SYSTEM", "description": "Erste Ablage", "dvinciUserId": null },
        { "externalId": "dms-2", "description": "Zweite Ablage", "externalUser": "Käthe Weiß", "dvinciUserId": 7, "dateCreated": "2026-01-02T03:04:05.006Z" },
    ]);
    let put = tenant.replaced(path, &entries).await;
    assert_eq!(put.as_array().unwrap().len(), 2);
    assert_eq!((&put[0]["dvinciUserId"], &put[1]["dvinciUserId"]), (&json!(1), &json!(7)));
    let one = tenant.replaced(&format!("{path}/dms-2"), &json!({ "description": "Ersetzt" })).await;
    assert_eq!((&one["externalId"], &one["externalUser"]), (&json!("dms-2"), &json!(null)));
    let history = tenant.read(path).await;
    let history = history.as_array().unwrap();
    assert_eq!(history.len(), before + 2);
    assert_eq!(history[0]["type"], "JOB_OPENING_CREATE");
    assert_eq!(history[before + 1], one);
}

#[tokio::test]
async fn an_invalid_list_changes_nothing_and_reports_each_entry() {
    let tenant = Tenant::start().await;
    let path = "/applications/7/history";
    let before = tenant.read(path).await;
    let entries = json!([
        { "externalId": "dms-7", "description": "gut" },
        { "description": "ohne" },
        { "externalId": "dms-7", "description": "doppelt" },
        { "externalId": "dms-8", "dvinciUserId": 999, "dateCreated": "heute" },
    ]);
    assert_eq!(
        codes(tenant.put(path, &entries).await),
        [
            "1.externalId mandatory",
            "2.externalId uniqueOrNull.invalid",
            "3.dateCreated typeMismatch",
            "3.dvinciUserId valueNotPermitted",
            "3.description mandatory",
        ]
    );
    assert_eq!(tenant.read(path).await, before);
    tenant.replaced("/applications/8/history/dms-9", &json!({ "description": "dort" })).await;
    let response = tenant.put("/applications/7/history/dms-9", &json!({ "description": "hier" })).await;
    assert_eq!(codes(response), ["externalId uniqueOrNull.invalid"]);
}

#[tokio::test]
async fn saving_entries_of_an_application_returns_its_history_with_the_status_changes() {
    let tenant = Tenant::start().await;
    let path = "/applications/7/history";
    let before = tenant.read(path).await.as_array().unwrap().len();
    let put = tenant.replaced(path, &json!([{ "externalId": "dms-1", "description": "Ablage" }])).await;
    assert_eq!(put, tenant.read(path).await);
    assert_eq!((put.as_array().unwrap().len(), &put[0]["toApplicationStatusId"]), (before + 1, &json!("SYS_NEW")));
}
