//! Downloads: resuming without mixing two versions of a file, and saving complete or not at all.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use futures::{FutureExt, TryStreamExt};
use keyfob_client::{
    ByteStream, CallOptions, Error, ErrorKind, Method, ResponseValue, ResumePoint, RetryPolicy, Session,
};

use crate::{
    files::file_server::{FileServer, Plan},
    script::{Response, Server, response, status},
};

const TAG: &[(&str, &str)] = &[("accept-ranges", "bytes"), ("etag", "\"v1\"")];

/// A response with less body than announced.
fn cut(headers: &[(&str, &str)], announced: usize, body: &str) -> Response {
    let headers = headers.iter().fold(String::new(), |lines, (name, value)| lines + name + ": " + value + "\r\n");
    Response::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {announced}\r\nconnection: close\r\n{headers}\r\n{body}"))
}

fn part(range: &str, body: &str) -> Response {
    response(206, &[("content-range", range), ("etag", "\"v1\"")], body)
}

async fn open(session: &Session) -> ByteStream {
    session.request(Method::GET, "/file").download().await.unwrap().into_inner()
}

/// Reads a download as text. An error is returned with the text received before it.
async fn text(mut download: ByteStream) -> Result<String, (Error, String)> {
    let mut text = String::new();
    loop {
        match download.try_next().await {
            Ok(Some(bytes)) => text += std::str::from_utf8(&bytes).unwrap(),
            Ok(None) => return Ok(text),
            Err(error) => {
                assert!(download.try_next().await.unwrap().is_none(), "the stream ends after an error");
                return Err((error, text));
            }
        }
    }
}

/// A temporary directory, removed on drop.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keyfob-downloads-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn an_interrupted_download_resumes_at_its_offset() {
    let server = Server::start([cut(TAG, 10, "01234"), status(503), part("bytes 5-9/10", "56789")]).await;
    assert_eq!(text(open(&server.session()).await).await.unwrap(), "0123456789");
    let requests = server.requests();
    assert_eq!((requests[0].header("range"), requests[0].header("if-range")), (None, None));
    for again in &requests[1..] {
        assert_eq!((again.header("range"), again.header("if-range")), (Some("bytes=5-"), Some("\"v1\"")));
        assert_eq!(again.header("authorization"), Some("Bearer t1"));
    }
}

#[tokio::test]
async fn a_partial_response_shorter_than_requested_is_continued() {
    let parts = [part("bytes 2-4/10", "234"), part("bytes 5-9/10", "56789")];
    let server = Server::start([cut(TAG, 10, "01")].into_iter().chain(parts)).await;
    assert_eq!(text(open(&server.session()).await).await.unwrap(), "0123456789");
    assert_eq!(server.requests()[2].header("range"), Some("bytes=5-"));
}

#[tokio::test]
async fn without_ranges_or_a_strong_validator_a_download_is_not_resumed() {
    for headers in [
        &[][..],
        &[("etag", "\"v1\"")],
        &[("accept-ranges", "bytes"), ("etag", "W/\"v1\"")],
        &[("accept-ranges", "none"), ("etag", "\"v1\"")],
    ] {
        let server = Server::start([cut(headers, 10, "01234")]).await;
        let download = open(&server.session()).await;
        assert_eq!(download.resume_point(), None);
        let (error, text) = text(download).await.unwrap_err();
        assert_eq!((error.kind(), text.as_str(), server.count()), (ErrorKind::Unavailable, "01234", 1), "{headers:?}");
    }
}

#[tokio::test]
async fn a_call_that_is_not_retryable_is_not_resumed() {
    let broken = || async { Server::start([cut(TAG, 10, "01234")]).await };
    let server = broken().await;
    let options = CallOptions::default().no_retry();
    let download = server.session().request(Method::GET, "/file").options(options).download().await.unwrap();
    text(download.into_inner()).await.unwrap_err();
    assert_eq!(server.count(), 1);

    let server = broken().await;
    let download = server.session().request(Method::POST, "/file").download().await.unwrap().into_inner();
    text(download).await.unwrap_err();
    assert_eq!(server.count(), 1);

    let server = broken().await;
    let session: Session = server.builder().retry(RetryPolicy::none()).build().unwrap();
    text(open(&session).await).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_number_of_resumptions_is_limited() {
    let parts = (1..9).map(|at| {
        Response::Raw(format!(
            "HTTP/1.1 206 X\r\ncontent-range: bytes {at}-9/10\r\ncontent-length: {}\r\n\r\n{at}",
            10 - at
        ))
    });
    let server = Server::start([cut(TAG, 10, "0")].into_iter().chain(parts)).await;
    let (error, text) = text(open(&server.session()).await).await.unwrap_err();
    assert_eq!((error.kind(), text.as_str(), server.count()), (ErrorKind::Unavailable, "012", 3), "three attempts");
}

#[tokio::test]
async fn another_version_of_the_file_is_an_error_and_never_mixed_in() {
    let other = response(200, &[("accept-ranges", "bytes"), ("etag", "\"v2\"")], "abcdefghij");
    let server = Server::start([cut(TAG, 10, "01234"), other]).await;
    let (error, received) = text(open(&server.session()).await).await.unwrap_err();
    assert_eq!((error.kind(), received.as_str()), (ErrorKind::Conflict, "01234"));
    assert!(error.to_string().starts_with("test-api request: the file changed during its download"), "{error}");

    for wrong in [
        part("bytes 4-9/10", "x56789"),
        part("bytes 5-9/11", "56789"),
        response(206, &[("content-range", "bytes 5-9/10"), ("etag", "\"v2\"")], "56789"),
        response(206, &[("content-type", "multipart/byteranges; boundary=x")], "56789"),
    ] {
        let server = Server::start([cut(TAG, 10, "01234"), wrong]).await;
        let (error, received) = text(open(&server.session()).await).await.unwrap_err();
        assert_eq!((error.kind(), received.as_str(), server.count()), (ErrorKind::Unexpected, "01234", 2));
    }
}

#[tokio::test]
async fn a_resumed_download_never_contains_more_than_announced() {
    let longer = |range: &str, body: &str| {
        Response::Raw(format!(
            "HTTP/1.1 206 X\r\ncontent-range: {range}\r\netag: \"v1\"\r\nconnection: close\r\n\r\n{body}"
        ))
    };
    for range in ["bytes 5-9/10", "bytes 5-9/*", "bytes 5-6/10"] {
        let server = Server::start([cut(TAG, 10, "01234"), longer(range, "56789-and-more")]).await;
        let (error, received) = text(open(&server.session()).await).await.unwrap_err();
        assert_eq!((error.kind(), server.count()), (ErrorKind::Unexpected, 2), "{range}");
        assert_eq!(received, "01234", "{range}");
        assert!(error.to_string().contains("more of the file than announced"), "{error}");
    }
    let directory = Directory::new();
    let server = Server::start([cut(TAG, 10, "01234"), longer("bytes 5-9/10", "56789-and-more")]).await;
    open(&server.session()).await.save_as(directory.0.join("file")).await.unwrap_err();
    assert_eq!(directory.names(), [""; 0]);

    // The length of the file becomes known with the first part.
    let chunked = Response::Raw(
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\netag: \"v1\"\r\naccept-ranges: bytes\r\n\r\n5\r\n01234\r\n"
            .into(),
    );
    let parts = [part("bytes 5-7/10", "567"), part("bytes 8-9/10", "89")];
    let server = Server::start([chunked].into_iter().chain(parts)).await;
    assert_eq!(text(open(&server.session()).await).await.unwrap(), "0123456789");
}

#[tokio::test]
async fn a_file_with_a_new_version_in_every_response_does_not_start_over_for_ever() {
    // More than the number of bytes that counts as progress.
    let (half, length) = ("x".repeat(2 * 1024 * 1024), 4 * 1024 * 1024);
    let directory = Directory::new();
    let version = |number: usize| {
        let tag = format!("\"v{number}\"");
        cut(&[("accept-ranges", "bytes"), ("etag", &tag)], length, &half)
    };
    for (policy, most) in [
        (RetryPolicy::default().attempts(3), 3),
        (RetryPolicy::default().attempts(1000), 7),
        (RetryPolicy::default().retry_for(std::time::Duration::MAX), 7),
    ] {
        let server = Server::start((0..50).map(version)).await;
        let session: Session = server.builder().retry(policy).build().unwrap();
        let error = open(&session).await.save_as(directory.0.join("file")).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Unavailable), "{error}");
        assert_eq!(server.count(), most);
    }
    assert_eq!(directory.names(), [""; 0]);
}

#[tokio::test]
async fn an_incomplete_download_is_a_hidden_file_in_the_directory_of_its_target() {
    let directory = Directory::new();
    let stalled = || Response::Stall("HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\n01234".into());
    let server = Server::start([stalled(), stalled()]).await;
    let session = server.session();
    let (target, folder) = (directory.0.join("target.txt"), directory.0.clone());
    let (first, second) = (open(&session).await, open(&session).await);
    for save in [
        async move { first.save_as(target).await.map(drop) }.boxed(),
        async move { second.save_in(folder, "target.txt").await.map(drop) }.boxed(),
    ] {
        let save = tokio::spawn(save);
        let name = loop {
            match directory.names().as_slice() {
                [] => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
                [name] if directory.read(name).is_empty() => {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
                [name] => break name.clone(),
                names => panic!("{names:?}"),
            }
        };
        assert!(name.starts_with(".keyfob-"), "{name}");
        assert_eq!(directory.read(&name), "01234");
        save.abort();
        save.await.unwrap_err();
        assert_eq!(directory.names(), [""; 0], "a dropped download leaves nothing");
    }
}

#[tokio::test]
async fn a_download_is_resumed_by_another_process() {
    let server = Server::start([cut(TAG, 10, "01234"), cut(TAG, 10, ""), part("bytes 5-9/10", "56789")]).await;
    let session: Session = server.builder().retry(RetryPolicy::none()).build().unwrap();
    let mut download = open(&session).await;
    assert_eq!(download.try_next().await.unwrap().unwrap(), "01234");
    download.try_next().await.unwrap_err();
    let stored = serde_json::to_string(&download.resume_point().unwrap()).unwrap();
    assert_eq!(stored, r#"{"offset":5,"version":{"tag":"\"v1\""}}"#);

    let point: ResumePoint = serde_json::from_str(&stored).unwrap();
    let download = open(&session).await.resume_at(&point).await.unwrap();
    assert_eq!((download.offset(), download.content_length()), (5, Some(10)));
    assert_eq!(text(download).await.unwrap(), "56789");
}

#[tokio::test]
async fn a_file_replaced_since_the_resume_point_is_downloaded_from_its_start() {
    let point: ResumePoint = serde_json::from_str(r#"{"offset":5,"version":{"tag":"\"v0\""}}"#).unwrap();
    let server = Server::start([response(200, TAG, "0123456789")]).await;
    let download = open(&server.session()).await.resume_at(&point).await.unwrap();
    assert_eq!((download.offset(), server.count()), (0, 1), "the validator already differs");
    assert_eq!(text(download).await.unwrap(), "0123456789");

    let point: ResumePoint = serde_json::from_str(r#"{"offset":5,"version":{"tag":"\"v1\""}}"#).unwrap();
    let server = Server::start([response(200, TAG, "0123456789"), response(200, &[("etag", "\"v2\"")], "abc")]).await;
    let download = open(&server.session()).await.resume_at(&point).await.unwrap();
    assert_eq!((download.offset(), download.content_length()), (0, Some(3)));
    assert_eq!(text(download).await.unwrap(), "abc");
}

#[tokio::test]
async fn a_file_is_saved_under_its_own_name_without_replacing_others() {
    let named = |name: &str, body: &str| response(200, &[("content-disposition", name)], body);
    let server = Server::start([
        named("attachment; filename=\"n.pdf\"; filename*=UTF-8''..%2F..%2Fplan%20%C3%B8.pdf", "1"),
        named("inline; filename=\"plan ø.pdf\"", "2"),
        named("attachment", "3"),
        named("attachment; filename=\"..\"", "4"),
        named("attachment; filename=\".plan ø.pdf\"", "5"),
    ])
    .await;
    let (session, directory) = (server.session(), Directory::new());
    for expected in ["plan ø.pdf", "plan ø (2).pdf", "report", "report (2)", "plan ø (3).pdf"] {
        let path = open(&session).await.save_in(&directory.0, "a/report").await.unwrap();
        assert_eq!(path, directory.0.join(expected));
    }
    assert_eq!(directory.names(), ["plan ø (2).pdf", "plan ø (3).pdf", "plan ø.pdf", "report", "report (2)"]);
    assert_eq!((directory.read("plan ø.pdf"), directory.read("plan ø (2).pdf")), ("1".into(), "2".into()));
}

#[tokio::test]
async fn a_failed_save_leaves_no_file_and_preserves_the_old_one() {
    let directory = Directory::new();
    let target = directory.0.join("target.txt");
    std::fs::write(&target, "before").unwrap();
    let server = Server::start([cut(&[], 10, "01234"), cut(&[], 10, "01234"), response(200, &[], "whole")]).await;
    let session = server.session();
    let error = open(&session).await.save_as(&target).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    open(&session).await.save_in(&directory.0, "target.txt").await.unwrap_err();
    assert_eq!((directory.names(), directory.read("target.txt")), (vec!["target.txt".to_owned()], "before".to_owned()));

    assert_eq!(open(&session).await.save_as(&target).await.unwrap(), 5);
    assert_eq!((directory.names(), directory.read("target.txt")), (vec!["target.txt".to_owned()], "whole".to_owned()));
}

#[tokio::test]
async fn a_missing_directory_is_an_error_with_its_io_cause() {
    let server = Server::start([response(200, &[], "1"), response(200, &[], "1")]).await;
    let directory = Directory::new();
    let error = open(&server.session()).await.save_in(directory.0.join("no-such"), "x").await.unwrap_err();
    assert_eq!(error.to_string(), "the download cannot be written");
    let cause = std::error::Error::source(&error).unwrap().downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(cause.kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn a_saved_file_is_one_complete_version_despite_interruptions_and_changes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(FileServer::start());
    let http = keyfob_client::auth::TransportConfig::new().client(reqwest::redirect::Policy::none()).unwrap();
    let directory = Directory::new();
    let target = directory.0.join("file");
    let mut runner = proptest::test_runner::TestRunner::new(proptest::test_runner::Config {
        cases: 400,
        failure_persistence: None,
        ..Default::default()
    });
    let outcome = runner.run(&Plan::any(), |plan| {
        runtime.block_on(async {
            let session = server.session(&http);
            server.follow(&plan);
            let saved = match session.request(Method::GET, "/file").download().await {
                Ok(download) => download.into_inner().save_as(&target).await,
                Err(error) => Err(error),
            };
            if let Ok(length) = saved {
                let file = std::fs::read(&target).unwrap();
                assert_eq!(file.len() as u64, length);
                assert!(
                    server.versions().contains(&file),
                    "the saved file is no version of the file, {length} bytes: {plan:?}"
                );
            }
            assert!(saved.is_ok() || !plan.is_survivable(), "{saved:?} after {plan:?}");
            server.follow(&plan);
            let mut received = Vec::new();
            if let Ok(mut download) =
                session.request(Method::GET, "/file").download().await.map(ResponseValue::into_inner)
            {
                let whole = loop {
                    match download.try_next().await {
                        Ok(Some(bytes)) => received.extend_from_slice(&bytes),
                        end => break end.is_ok(),
                    }
                };
                let one =
                    |version: &Vec<u8>| version.starts_with(&received) && (!whole || version.len() == received.len());
                assert!(server.versions().iter().any(one), "a mixture of versions, {} bytes: {plan:?}", received.len());
            }
        });
        Ok(())
    });
    outcome.unwrap();
    assert!(directory.names().iter().all(|name| name == "file"), "{:?}", directory.names());
}

#[tokio::test]
async fn a_download_follows_a_redirect_to_storage() {
    let storage = Server::start([response(200, &[("content-type", "application/pdf")], "bytes")]).await;
    let server = Server::start([response(302, &[("location", &storage.url)], "")]).await;
    let file = server.session().request(Method::GET, "/file").download().await.unwrap().into_inner();
    assert_eq!((file.content_length(), file.content_type()), (Some(5), Some("application/pdf")));
    let mut copy = Vec::new();
    assert_eq!(file.copy_to(&mut copy).await.unwrap(), 5);
    assert_eq!(copy, b"bytes");
}
