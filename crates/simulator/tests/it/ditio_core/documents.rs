//! Documents.

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Ditio, read_response};

/// The documents of a seeded project.
async fn root(ditio: &Ditio) -> String {
    let path = "/api/v4/integration/projects/by-project-number/P-2025-001";
    let (_, project) = ditio.call(Method::GET, path, None).await;
    format!("/api/v4/integration/projects/{}/documents", project["id"].as_str().unwrap())
}

async fn upload(ditio: &Ditio, path: &str, files: &[(&str, &[u8])]) -> (StatusCode, Value) {
    let form = files.iter().fold(Form::new(), |form, (name, bytes)| {
        form.part("file", Part::bytes(bytes.to_vec()).file_name((*name).to_owned()))
    });
    read_response(ditio.request(Method::POST, path).multipart(form).send().await.unwrap()).await
}

#[tokio::test]
async fn an_uploaded_file_is_downloaded_with_the_same_bytes_and_name() {
    let ditio = Ditio::start().await;
    let root = root(&ditio).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let (_, result) = upload(&ditio, &format!("{root}?section=Drawings"), &[("plan-Ø1.dwg", &bytes)]).await;
    assert_eq!(result["successful"], true);
    assert_eq!(result["section"], "Drawings");
    assert!(result["pageExternalId"].as_str().unwrap().ends_with(":drawings"));
    let reference = &result["files"][0]["fileReference"];
    assert_eq!((&reference["fileSize"], &reference["fileType"]), (&json!(100_000), &json!("dwg")));
    let path = format!("{root}/{}", reference["id"].as_str().unwrap());
    let response = ditio.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    let name = "attachment; filename=\"plan-_1.dwg\"; filename*=UTF-8''plan-%C3%981.dwg";
    assert_eq!(response.headers()["content-disposition"], name);
    assert_eq!(response.bytes().await.unwrap(), bytes);
    let (_, pages) = ditio.call(Method::GET, &root, None).await;
    assert_eq!(pages[0]["files"], json!([{ "fileReferenceId": reference["id"], "name": "plan-Ø1.dwg" }]));
}

#[tokio::test]
async fn a_file_of_the_same_name_is_replaced_only_on_request() {
    let ditio = Ditio::start().await;
    let root = root(&ditio).await;
    let page = async |path: &str| upload(&ditio, path, &[("a.txt", b"1")]).await.1["infoPageFiles"].clone();
    assert_eq!(page(&root).await.as_array().unwrap().len(), 1);
    let two = page(&root).await;
    assert_eq!(two.as_array().unwrap().len(), 2);
    let replaced = page(&format!("{root}?replaceExistingFilesWithSameName=true")).await;
    assert_eq!(replaced.as_array().unwrap().len(), 1);
    let gone = two[0]["fileReferenceId"].as_str().unwrap();
    assert_eq!(ditio.call(Method::GET, &format!("/api/file/{gone}"), None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_upload_is_all_or_nothing() {
    let ditio = Ditio::start().await;
    let root = root(&ditio).await;
    let (status, _) = upload(&ditio, &root, &[("good.txt", b"1"), ("bad.html", b"2")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(ditio.call(Method::GET, &root, None).await.1, json!([]));
    assert_eq!(upload(&ditio, &root, &[]).await.0, StatusCode::BAD_REQUEST);
    let json = ditio.call(Method::POST, &root, Some(json!({}))).await;
    assert_eq!(json.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_request_of_thirty_million_bytes_or_more_is_too_large_regardless_of_its_content() {
    let ditio = Ditio::start().await;
    let path = "/api/v4/integration/projects/nothing/documents";
    let bytes = vec![0; 30_000_000];
    assert_eq!(upload(&ditio, path, &[("bad.html", &bytes)]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let smaller = &bytes[..29_990_000];
    assert_eq!(upload(&ditio, path, &[("good.bin", smaller)]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_is_found_on_its_owner_only() {
    let ditio = Ditio::start().await;
    let root = root(&ditio).await;
    let (_, result) = upload(&ditio, &root, &[("bilde.png", b"\x89PNG\r\n\x1a\n....")]).await;
    let id = result["files"][0]["fileReference"]["id"].as_str().unwrap();
    let (_, tasks) = ditio.call(Method::GET, "/api/v4/integration/tasks/by-project-number/P-2025-001", None).await;
    let task = format!("/api/v4/integration/tasks/{}/documents", tasks[0]["id"].as_str().unwrap());
    assert_eq!(ditio.call(Method::GET, &format!("{task}/{id}"), None).await.0, StatusCode::NOT_FOUND);
    let stream = ditio.request(Method::GET, &format!("/api/file/{id}")).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "image/png");
    assert!(stream.headers()["content-disposition"].to_str().unwrap().starts_with("inline"));
    assert_eq!(ditio.call(Method::DELETE, &format!("/api/file/{id}"), None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(ditio.call(Method::GET, &format!("{root}/{id}"), None).await.0, StatusCode::NOT_FOUND);
    let (_, page) = upload(&ditio, &task, &[("a.txt", b"1")]).await;
    assert!(page["section"].as_str().unwrap().starts_with("AO-01 "), "{page}");
}

#[tokio::test]
async fn descriptions_require_a_folder_and_have_a_limit() {
    let ditio = Ditio::start().await;
    let root = root(&ditio).await;
    let describe = async |section: &str, text: Value| {
        let path = format!("{root}/description{section}");
        ditio.call(Method::PUT, &path, Some(json!({ "description": text }))).await
    };
    assert_eq!(describe("", json!("x")).await.0, StatusCode::NOT_FOUND);
    upload(&ditio, &format!("{root}?section=Drawings"), &[("a.txt", b"1")]).await;
    let (status, body) = describe("", json!("Alle tegninger")).await;
    assert_eq!((status, &body["description"]), (StatusCode::OK, &json!("Alle tegninger")));
    assert_eq!(describe("?section=drawings", Value::Null).await.1["title"], "Drawings");
    assert_eq!(describe("?section=Photos", json!("x")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(describe("", json!("x".repeat(10_000))).await.0, StatusCode::OK);
    assert_eq!(describe("", json!("x".repeat(10_001))).await.0, StatusCode::BAD_REQUEST);
}
