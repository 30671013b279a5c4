//! HTTP/2 streams that a server refuses or cuts.

use keyfob_client::{CallOptions, ErrorKind, Method, Session, auth::TransportConfig};

use crate::{
    http2_server::{Http2Server, Reaction},
    script::{builder_of, create, create_with, get},
};

fn session(server: &Http2Server) -> Session {
    let http2 = TransportConfig::new().configure_client(reqwest::ClientBuilder::http2_prior_knowledge);
    builder_of(&server.url).transport(http2).build().unwrap()
}

#[tokio::test]
async fn a_refused_stream_was_not_processed_and_is_sent_again_by_the_retry_policy_alone() {
    for reaction in [Reaction::Refuse, Reaction::GoAway] {
        let server = Http2Server::start([reaction.clone(), Reaction::Respond("1")]).await;
        assert_eq!(create(&session(&server)).await.unwrap(), 1, "{reaction:?}");
        assert_eq!(server.count(), 2, "{reaction:?}");

        let server = Http2Server::start(std::iter::repeat_n(reaction.clone(), 20)).await;
        let error = create(&session(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("refused the request without processing it"), "{error}");
        assert_eq!(server.count(), 3, "the attempts of the policy: {reaction:?}");

        let server = Http2Server::start(std::iter::repeat_n(reaction.clone(), 20)).await;
        create_with(&session(&server), CallOptions::default().no_retry()).await.unwrap_err();
        assert_eq!(server.count(), 1, "{reaction:?}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_a_broken_response() {
    for cut in [Reaction::Cut(""), Reaction::Cut("123")] {
        let server = Http2Server::start([cut.clone(), Reaction::Respond("1234567890")]).await;
        assert_eq!(get(&session(&server)).await.unwrap(), 1_234_567_890_i64);
        assert_eq!(server.count(), 2, "{cut:?}");

        let server = Http2Server::start([cut.clone(), Reaction::Respond("1")]).await;
        let error = create(&session(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("less of the response than announced"), "{error}");
        assert_eq!(server.count(), 1, "{cut:?}");
    }
}

#[tokio::test]
async fn a_response_to_head_announces_a_body_that_it_does_not_have() {
    let server = Http2Server::start([Reaction::Head]).await;
    let response = session(&server).request(Method::HEAD, "/things").bytes().await.unwrap();
    assert_eq!((response.headers()["content-length"].as_bytes(), response.len()), (&b"10"[..], 0));
}

#[cfg(feature = "files")]
#[tokio::test]
async fn a_download_shorter_than_announced_is_not_complete() {
    let server = Http2Server::start([Reaction::Cut("01234")]).await;
    let download = session(&server).request(Method::GET, "/file").no_retry().download().await.unwrap().into_inner();
    assert_eq!(download.bytes().await.unwrap_err().kind(), ErrorKind::Unavailable);
}
