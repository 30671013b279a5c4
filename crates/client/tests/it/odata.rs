//! OData services: queries, next links, and the origin of the credentials.

use futures::{StreamExt, TryStreamExt};
use keyfob_client::{
    Error, ErrorKind, Session,
    auth::{Credentials, SecretString},
    header::AUTHORIZATION,
    odata::{EntitySet, Service},
};
use serde::Deserialize;
use serde_json::{Value, json as value};

use crate::script::{Server, json, response, status};

const NEXT: &str = "@odata.nextLink";

fn session(server: &Server) -> Session {
    server.builder().host_url("odata", &server.url).build().unwrap()
}

/// Opens the service of a server at `/odata/`.
fn service(server: &Server) -> Service {
    Service::new(&session(server), "odata", &format!("{}/odata/", server.url)).unwrap()
}

fn push(server: &Server, page: &Value) {
    server.push(json(&page.to_string()));
}

fn paths(server: &Server) -> Vec<String> {
    let path = |line: String| line.trim_start_matches("GET ").trim_end_matches(" HTTP/1.1").to_owned();
    server.requests().into_iter().map(|request| path(request.line)).collect()
}

/// Reads rows to the error, and returns the rows before it.
async fn rows_before_an_error(entity_set: EntitySet) -> (Vec<i64>, Error) {
    let (mut rows, mut stream) = (Vec::new(), entity_set.stream::<i64>());
    let error = loop {
        match stream.next().await.expect("the listing ends without an error") {
            Ok(row) => rows.push(row),
            Err(error) => break error,
        }
    };
    assert!(stream.next().await.is_none(), "the stream ends after an error");
    (rows, error)
}

#[tokio::test]
async fn the_query_is_percent_encoded_and_the_next_links_are_followed() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        id: i64,
    }

    let server = Server::start([]).await;
    let absolute = format!("{}/odata/Rows?$skiptoken=b%20c", server.url);
    push(&server, &value!({"@odata.context": "$metadata#Rows", "value": [{"id": 1, "x": 0}], NEXT: absolute}));
    push(&server, &value!({NEXT: "Rows?$skiptoken=2", "value": []}));
    push(&server, &value!({"value": [{"id": 2}, {"id": 3}]}));
    let rows = service(&server).entity_set("Rows").select(["id", "ä"]).filter("name eq 'O''Neill & Co'").top(3);
    let rows: Vec<Row> = rows.stream().try_collect().await.unwrap();
    assert_eq!(rows, [1, 2, 3].map(|id| Row { id }));
    let first = "/odata/Rows?$select=id,%C3%A4&$filter=name%20eq%20%27O%27%27Neill%20%26%20Co%27&$top=3";
    assert_eq!(paths(&server), [first, "/odata/Rows?$skiptoken=b%20c", "/odata/Rows?$skiptoken=2"]);
    for request in server.requests() {
        assert_eq!(request.header("authorization"), Some("Bearer t1"));
        assert_eq!(
            (request.header("accept"), request.header("odata-maxversion")),
            (Some("application/json"), Some("4.0"))
        );
    }
}

#[tokio::test]
async fn a_next_link_of_another_origin_is_an_error_and_is_not_requested() {
    let (server, other) = (Server::start([]).await, Server::start([]).await);
    push(&server, &value!({"value": [1], NEXT: format!("{}/odata/Rows?$skiptoken=canary", other.url)}));
    let (rows, error) = rows_before_an_error(service(&server).entity_set("Rows")).await;
    assert_eq!((rows, error.kind(), error.operation()), (vec![1], ErrorKind::Unexpected, Some("odata_entity_set")));
    assert!(error.to_string().contains("leads to another origin"), "{error}");
    assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
    assert_eq!((server.count(), other.count()), (1, 0));
}

#[tokio::test]
async fn a_redirect_to_another_origin_carries_no_credentials() {
    let other = Server::start([json(r#"{"value": [1]}"#)]).await;
    let server = Server::start([response(302, &[("location", &format!("{}/odata/Rows", other.url))], "")]).await;
    let rows: Vec<_> = service(&server).entity_set("Rows").stream::<i64>().try_collect().await.unwrap();
    assert_eq!((rows, other.requests()[0].header("authorization")), (vec![1], None));
}

#[tokio::test]
async fn a_listing_without_progress_ends_with_an_error() {
    let server = Server::start([]).await;
    for link in ["Rows?$skiptoken=1", "Rows?$skiptoken=2", "Rows?$skiptoken=1"] {
        push(&server, &value!({"value": [1], NEXT: link}));
    }
    let (rows, error) = rows_before_an_error(service(&server).entity_set("Rows")).await;
    assert!(error.to_string().contains("the service repeats a cursor"), "{error}");
    assert_eq!((rows.len(), server.count()), (2, 3));

    let server = Server::start([]).await;
    for number in 0..60 {
        push(&server, &value!({"value": [], NEXT: format!("Rows?$skiptoken={number}")}));
    }
    let (rows, error) = rows_before_an_error(service(&server).entity_set("Rows")).await;
    assert!(error.to_string().contains("the service sends only empty pages"), "{error}");
    assert_eq!((rows.len(), server.count()), (0, 50));
}

#[tokio::test]
async fn a_page_that_is_not_of_the_type_is_an_error_that_names_the_path() {
    for (page, path) in [
        (value!({"value": [1, "canary"]}), "value[1]: expected i64"),
        (value!({"value": [1], NEXT: 7}), "@odata.nextLink: expected a string"),
        (value!({"rows": [1]}), "missing field `value`"),
    ] {
        let server = Server::start([json(&page.to_string())]).await;
        let (rows, error) = rows_before_an_error(service(&server).entity_set("Rows")).await;
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!((rows.len(), error.kind(), source.as_str()), (0, ErrorKind::Unexpected, path));
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn failed_pages_are_retried_and_a_rejected_token_is_renewed() {
    let server = Server::start([status(503), status(401), json(r#"{"value": [1]}"#)]).await;
    let rows: Vec<_> = service(&server).entity_set("Rows").stream::<i64>().try_collect().await.unwrap();
    assert_eq!((rows, server.count()), (vec![1], 3));
    assert_eq!(server.requests()[2].header("authorization"), Some("Bearer t2"));
}

#[tokio::test]
async fn the_metadata_document_is_returned_as_text() {
    let document = r#"<edmx:Edmx Version="4.0"/>"#;
    let server = Server::start([response(200, &[("content-type", "application/xml")], document)]).await;
    assert_eq!(*service(&server).metadata().await.unwrap(), document);
    let request = &server.requests()[0];
    assert_eq!(
        (request.line.as_str(), request.header("accept")),
        ("GET /odata/$metadata HTTP/1.1", Some("application/xml"))
    );
}

#[tokio::test]
async fn credentials_of_the_host_replace_those_of_the_client() {
    let server = Server::start([json(r#"{"value": []}"#), status(401), status(401)]).await;
    let basic = Credentials::headers([(AUTHORIZATION, SecretString::from("Basic canary"))]);
    let session = server.builder().host_credentials("odata", &server.url, basic).build().unwrap();
    let service = Service::new(&session, "odata", &server.url).unwrap();
    let rows: Vec<_> = service.entity_set("Rows").stream::<i64>().try_collect().await.unwrap();
    assert_eq!((rows.len(), server.requests()[0].header("authorization")), (0, Some("Basic canary")));
    let (_, error) = rows_before_an_error(service.entity_set("Rows")).await;
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(session.authenticator().unwrap().current_token().is_none(), "the client's token is not fetched");
}

#[tokio::test]
async fn a_service_url_that_is_invalid_or_unprotected_is_an_error() {
    let server = Server::start([]).await;
    let session = session(&server);
    for (url, message) in [
        ("host.test/odata", "the service URL is not a URL"),
        ("https://user:canary@host.test/odata", "the service URL contains a user name or password"),
        ("https://host.test/odata?key=canary", "the service URL ends in a query or fragment"),
        ("http://host.test/odata", "the service URL is plain http"),
    ] {
        let error = Service::new(&session, "odata", url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().starts_with(message) && !format!("{error:?}").contains("canary"), "{error:?}");
    }
    let error = Service::new(&session, "other", "https://host.test/odata").unwrap_err();
    assert!(error.to_string().contains("no credentials for an OData service"), "{error}");
    for name in ["", ".."] {
        let (_, error) = rows_before_an_error(service(&server).entity_set(name)).await;
        assert_eq!(error.kind(), ErrorKind::Rejected, "{name}");
    }
    assert_eq!(server.count(), 0);
}
