//! Redirects, and the origin of the credentials.

use keyfob_client::ErrorKind;

use crate::script::{Server, create, get, json, response};

#[tokio::test]
async fn the_authorization_header_never_leaves_the_origin() {
    let storage = Server::start([json("\"file\"")]).await;
    let server = Server::start([response(302, &[("location", &format!("{}/blob", storage.url))], "")]).await;
    assert_eq!(get(&server.session()).await.unwrap(), "file");
    assert!(server.requests()[0].header("authorization").is_some());
    assert_eq!(storage.requests()[0].header("authorization"), None);
    assert!(storage.requests()[0].header("host").is_some_and(|host| storage.url.ends_with(host)));
}

#[tokio::test]
async fn the_authorization_header_is_not_sent_after_a_redirect_back_to_the_origin() {
    // The scripts need both URLs, so the responses are added after both servers have started.
    let (home, away) = (Server::start([]).await, Server::start([]).await);
    home.push(response(302, &[("location", &format!("{}/there", away.url))], ""));
    away.push(response(302, &[("location", &format!("{}/back", home.url))], ""));
    home.push(json("1"));
    get(&home.session()).await.unwrap();
    let requests = home.requests();
    assert!(requests[0].header("authorization").is_some());
    assert_eq!((requests[1].line.as_str(), requests[1].header("authorization")), ("GET /back HTTP/1.1", None));
}

#[tokio::test]
async fn the_authorization_header_is_sent_to_redirects_within_the_origin() {
    let server = Server::start([response(307, &[("location", "/elsewhere")], ""), json("1")]).await;
    get(&server.session()).await.unwrap();
    let requests = server.requests();
    assert!(requests[1].line.starts_with("GET /elsewhere "), "{}", requests[1].line);
    assert_eq!(requests[1].header("authorization"), requests[0].header("authorization"));
}

#[tokio::test]
async fn a_rejection_by_another_origin_does_not_drop_the_token() {
    let storage = Server::start([crate::script::status(401)]).await;
    let server = Server::start([response(302, &[("location", &storage.url)], ""), json("1")]).await;
    let session = server.session();
    assert_eq!(get(&session).await.unwrap_err().kind(), ErrorKind::Auth);
    get(&session).await.unwrap();
    assert_eq!(server.requests()[1].header("authorization"), Some("Bearer t1"));
}

#[tokio::test]
async fn redirect_loops_invalid_locations_and_redirected_writes_are_errors() {
    let server = Server::start((0..9).map(|_| response(302, &[("location", "/again")], ""))).await;
    let error = get(&server.session()).await.unwrap_err();
    assert!(error.to_string().contains("redirects more than 5 times"), "{error}");
    assert_eq!(server.count(), 6);

    let server = Server::start([response(302, &[("location", "ftp://x/")], "")]).await;
    assert_eq!(get(&server.session()).await.unwrap_err().kind(), ErrorKind::Unexpected);

    let server = Server::start([response(307, &[("location", "/elsewhere")], ""), json("1")]).await;
    let error = create(&server.session()).await.unwrap_err();
    assert!(error.to_string().contains("a redirect that is not followed: check the base URL"), "{error}");
    assert_eq!(server.count(), 1, "a write is not sent to another address");
}
