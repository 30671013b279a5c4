//! Attachments and photos, transferred as base64.

use reqwest::StatusCode;
use serde_json::json;

use super::{Tenant, codes};

#[tokio::test]
async fn an_attachment_is_returned_unchanged() {
    let tenant = Tenant::start().await;
    let sent =
        json!({ "filename": "Übersicht Größen.pdf", "contentAsBase64": "JVBERi0xLjQK", "description": "Prüfung" });
    let id = tenant.created("/applications/30/attachments", &sent).await["id"].clone();
    let id = id.as_str().unwrap();
    assert!(id.len() == 24 && id.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    let read = tenant.read(&format!("/applications/30/attachments/{id}")).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(read[name], *value);
    }
    assert_eq!((&read["fileSize"], &read["contentType"]), (&json!(9), &json!("application/pdf")));
    assert_eq!(read["conversionState"], "DONE");
    let pdf = tenant.read(&format!("/applications/30/attachments/{id}/pdf")).await;
    assert!(pdf.get("conversionState").is_none());
    assert_eq!(pdf["contentAsBase64"], sent["contentAsBase64"]);
    let listed = tenant.read("/applications/30/attachments").await;
    assert!(listed[0].get("contentAsBase64").is_none());
    assert_eq!(tenant.get(&format!("/applications/31/attachments/{id}")).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn file_names_sizes_and_formats_are_validated() {
    let tenant = Tenant::start().await;
    let path = "/applications/31/attachments";
    assert_eq!(codes(tenant.post(path).await), ["filename mandatory", "contentAsBase64 mandatory"]);
    let bad = json!({ "filename": "virus.exe", "contentAsBase64": "TVqQ" });
    assert_eq!(codes(tenant.create(path, &bad).await), ["filename formatNotAllowed"]);
    let bad = json!({ "filename": "a.pdf", "contentAsBase64": "Prüfung" });
    assert_eq!(codes(tenant.create(path, &bad).await), ["contentAsBase64 typeMismatch"]);
    // Four base64 characters encode three bytes.
    let full = json!({ "filename": "a.pdf", "contentAsBase64": "AAAA".repeat(10 * 1024 * 1024 / 3) });
    let over = json!({ "filename": "a.pdf", "contentAsBase64": "AAAA".repeat(10 * 1024 * 1024 / 3 + 1) });
    assert_eq!(codes(tenant.create(path, &over).await), ["contentAsBase64 maxFileSize"]);
    tenant.created(path, &full).await;
    tenant.created(path, &full).await;
    let third = json!({ "filename": "b.pdf", "contentAsBase64": "AAAA" });
    assert_eq!(codes(tenant.create(path, &third).await), ["contentAsBase64 maxFileSize"]);
}

#[tokio::test]
async fn an_attachment_that_was_not_converted_has_no_pdf() {
    let tenant = Tenant::start().await;
    for (application, state) in [(2, "DOING"), (3, "FAILED")] {
        let listed = tenant.read(&format!("/applications/{application}/attachments")).await;
        assert_eq!(listed[1]["conversionState"], state);
        let path = format!("/applications/{application}/attachments/{}/pdf", listed[1]["id"].as_str().unwrap());
        assert_eq!(tenant.get(&path).await.0, StatusCode::FORBIDDEN);
    }
    let path = "/applications/32/attachments";
    let picture = json!({ "filename": "foto.png", "contentAsBase64": "iVBORw0KGgo=" });
    tenant.created(path, &picture).await;
    assert_eq!(tenant.read(path).await[0]["conversionState"], json!(null));
}

#[tokio::test]
async fn a_missing_photo_gets_404_and_a_missing_person_403() {
    let tenant = Tenant::start().await;
    let photo = tenant.read("/persons/1/photo").await;
    assert_eq!(photo["contentType"], "image/png");
    tenant.post_ok("/persons/1/photo/delete").await;
    assert_eq!(tenant.get("/persons/1/photo").await.0, StatusCode::NOT_FOUND);
    assert_eq!(tenant.post("/persons/1/photo/delete").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(tenant.get("/persons/999/photo").await.0, StatusCode::FORBIDDEN);
    assert_eq!(codes(tenant.post("/persons/1/photo").await), ["filename mandatory", "contentAsBase64 mandatory"]);
}

#[tokio::test]
async fn onboarding_files_state_who_uploaded_them() {
    let tenant = Tenant::start().await;
    let files = tenant.read("/onboardings/1/attachments").await;
    assert_eq!(files[0]["employeeFileUpload"], false);
    assert_eq!((&files[1]["employeeFileUpload"], &files[1]["filename"]), (&json!(true), &json!("Führungszeugnis.pdf")));
    assert!(files[0].get("conversionState").is_none());
}
