//! Uploads and multipart forms.

use keyfob_client::{ErrorKind, Form, Method, Part, StatusCode, Upload};

use crate::{
    auth::tokens,
    script::{Server, get, json, status},
};

fn body(server: &Server, request: usize) -> String {
    String::from_utf8_lossy(&server.requests()[request].body).into_owned()
}

#[tokio::test]
async fn a_form_is_sent_with_names_content_types_and_its_length() {
    let server = Server::start([json("1")]).await;
    let form = Form::new()
        .text("section", "Tegninger")
        .part("file", Part::new(Upload::text("pdf")).file_name("plan \"ø\"\r\n.pdf").content_type("application/pdf"))
        .text("empty", "");
    server.session().request(Method::POST, "/f").multipart(form).send::<i64>().await.unwrap();
    let request = &server.requests()[0];
    let boundary = request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    assert_eq!(request.header("content-length").unwrap().parse::<usize>().unwrap(), request.body.len());
    let expected = [
        "--B",
        "Content-Disposition: form-data; name=\"section\"",
        "",
        "Tegninger",
        "--B",
        "Content-Disposition: form-data; name=\"file\"; filename=\"plan %22ø%22%0D%0A.pdf\"",
        "Content-Type: application/pdf",
        "",
        "pdf",
        "--B",
        "Content-Disposition: form-data; name=\"empty\"",
        "",
        "",
        "--B--",
        "",
    ];
    assert_eq!(body(&server, 0), expected.join("\r\n").replace("--B", &format!("--{boundary}")));
}

#[tokio::test]
async fn a_form_with_a_part_of_unknown_length_is_sent_in_chunks() {
    let server = Server::start([json("1")]).await;
    let form = Form::new().part("file", Part::new(Upload::reader(&b"from a reader"[..], None))).text("after", "it");
    server.session().request(Method::POST, "/f").multipart(form).send::<i64>().await.unwrap();
    assert_eq!(server.requests()[0].header("transfer-encoding"), Some("chunked"));
    assert_eq!(server.requests()[0].header("content-length"), None);
    let body = body(&server, 0);
    assert!(body.contains("from a reader") && body.contains("it\r\n"), "{body}");
}

#[tokio::test]
async fn a_stream_of_unknown_length_is_sent_in_chunks() {
    let server = Server::start([json("1")]).await;
    let upload = Upload::reader(&b"from a reader"[..], None);
    server.session().request(Method::PUT, "/f").upload(upload, "text/plain").send::<i64>().await.unwrap();
    assert_eq!(server.requests()[0].header("transfer-encoding"), Some("chunked"));
    assert!(body(&server, 0).contains("from a reader"));
}

#[tokio::test]
async fn a_file_is_read_again_for_every_attempt() {
    let path = std::env::temp_dir().join(format!("keyfob-upload-{}", std::process::id()));
    tokio::fs::write(&path, "on disk").await.unwrap();
    let server = Server::start([status(503), json("1")]).await;
    let upload = Upload::path(&path);
    server.session().request(Method::PUT, "/f").upload(upload, "text/plain").send::<i64>().await.unwrap();
    tokio::fs::remove_file(&path).await.unwrap();
    assert_eq!((body(&server, 0), body(&server, 1)), ("on disk".into(), "on disk".into()));
    assert_eq!(server.requests()[1].header("content-length"), Some("7"));
}

#[tokio::test]
async fn a_missing_file_and_an_invalid_media_type_are_rejected_before_sending() {
    let server = Server::start([]).await;
    let session = server.session();
    let send = |part| session.request(Method::POST, "/f").multipart(Form::new().part("file", part)).send::<i64>();
    let error = send(Part::file_at("/no/such/canary")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(!format!("{error} {error:?}").contains("canary"));
    let error = send(Part::new(Upload::text("x")).content_type("no media type")).await.unwrap_err();
    assert!(error.to_string().contains("content type is not a media type"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_replayable_upload_is_retried_after_a_401_and_otherwise_the_next_call_has_a_new_token() {
    let send = async |server: &Server, upload: Upload| {
        let session = server.session();
        let form = Form::new().file("a.txt", upload);
        let result = session.request(Method::POST, "/files").multipart(form).send::<i64>().await;
        (session, result)
    };
    let server = Server::start([status(401), json("1")]).await;
    send(&server, Upload::text("hello")).await.1.unwrap();
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2"]);
    for request in server.requests() {
        assert!(String::from_utf8_lossy(&request.body).contains("hello"));
    }

    let stream = || Upload::stream(futures::stream::iter([Ok(bytes::Bytes::from("hello"))]), Some(5));
    let server = Server::start([status(401), json("1")]).await;
    let (session, result) = send(&server, stream()).await;
    assert_eq!(result.unwrap_err().status(), Some(StatusCode::UNAUTHORIZED));
    get(&session).await.unwrap();
    assert_eq!(tokens(&server), ["Bearer t1", "Bearer t2"]);
}

#[tokio::test]
async fn a_form_takes_the_content_of_a_path_and_not_the_path() {
    let path = std::env::temp_dir().join(format!("keyfob-form-{}.pdf", std::process::id()));
    tokio::fs::write(&path, "on disk").await.unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let server = Server::start([json("1"), json("2"), json("3")]).await;
    let session = server.session();
    let forms =
        [Form::new().file_at(&path), Form::new().file(name, Upload::path(&path)), Form::new().file(name, path.clone())];
    for form in forms {
        session.request(Method::POST, "/f").multipart(form).send::<i64>().await.unwrap();
    }
    tokio::fs::remove_file(&path).await.unwrap();
    for request in 0..3 {
        let body = body(&server, request);
        assert!(body.contains(&format!("name=\"file\"; filename=\"{name}\"")) && body.contains("on disk"), "{body}");
        assert!(!body.contains(path.to_str().unwrap()), "{body}");
    }
}
