//! Calls every operation of the canary's generated client, and checks requests and decoded responses.

#[rustfmt::skip]
#[allow(dead_code, unreachable_pub, reason = "the crate of an API exports these items")]
mod generated;

use futures::TryStreamExt;
use keyfob_client::{
    ApiClient, AuthSource, ClientBuilder, Confidence, Error, ErrorKind, Form, Idempotency, Part, Patch, RetryPolicy,
    TimeParam, Upload, auth,
    env::{Variable, Variables},
    table::{ChangeDetection, ColumnType, DateWindow, PageSize, Table, TablePaging},
};
use serde_json::{Value, json};

use self::generated::{API, Client, OPERATIONS, TABLES, operation, types};
use crate::script::{Response, Server, json as body, response, status};

const BASE: Variable = Variable::base_url("CANARY_BASE", "base");
const TOKEN: Variable = Variable::secret("CANARY_TOKEN");

/// Base URL of the API.
#[derive(Clone, Debug)]
#[expect(unreachable_pub, reason = "the trait is public")]
pub struct Environment(String);

/// A token.
#[derive(Clone, Debug)]
pub struct Credentials(String);

impl From<Credentials> for AuthSource<Credentials> {
    fn from(credentials: Credentials) -> Self {
        Self::vendor(credentials)
    }
}

impl ApiClient for Client {
    type Environment = Environment;
    type Credentials = Credentials;

    const NAME: &'static str = API;
    const BASE_URL: Variable = BASE;
    const VARIABLES: &'static [Variable] = &[BASE, TOKEN];
    const CREDENTIALS: &'static [&'static [Variable]] = &[&[TOKEN]];
    const TABLES: &'static [&'static Table] = TABLES;

    fn environment(vars: &dyn Variables) -> Result<Environment, Error> {
        BASE.required(vars).map(Environment)
    }

    fn credentials(vars: &dyn Variables) -> Result<Credentials, Error> {
        TOKEN.required(vars).map(Credentials)
    }

    fn builder(environment: Environment, auth: impl Into<AuthSource<Credentials>>) -> ClientBuilder<Self> {
        let builder = ClientBuilder::new(API).host_url("files", &environment.0).base_url(environment.0);
        builder.auth(auth.into(), |credentials| auth::Credentials::bearer(credentials.0))
    }
}

#[tokio::test]
async fn generated_clients_have_constructors() {
    let (server, _) = canary([body("{}"), body("{}"), body("{}")]).await;
    let vars = [("CANARY_BASE", server.url.as_str()), ("CANARY_TOKEN", "token")];
    let arguments = || (Environment(server.url.clone()), Credentials("token".into()));
    let clients = [
        Client::from_vars(&vars).unwrap(),
        Client::new(arguments().0, arguments().1).unwrap(),
        Client::builder(arguments().0, arguments().1).retry(RetryPolicy::none()).build().unwrap(),
    ];
    for client in clients {
        client.birds("me").await.unwrap();
    }
    assert!(server.requests().iter().all(|request| request.header("authorization") == Some("Bearer token")));
    assert_eq!((server.count(), Client::from_env().unwrap_err().kind()), (3, ErrorKind::Auth));
}

async fn canary(responses: impl IntoIterator<Item = Response>) -> (Server, Client) {
    let server = Server::start(responses).await;
    let builder = ClientBuilder::new(API).base_url(format!("{}/base", server.url));
    let builder = builder.host_url("files", format!("{}/files-host/", server.url)).retry(RetryPolicy::none());
    (server, builder.build().unwrap())
}

/// Returns method and target of the first request.
fn line(server: &Server) -> String {
    server.requests()[0].line.replace(" HTTP/1.1", "")
}

/// Returns the body of the first request.
fn sent(server: &Server) -> String {
    sent_at(server, 0)
}

/// Returns the body of the request at `index`.
fn sent_at(server: &Server, index: usize) -> String {
    String::from_utf8(server.requests()[index].body.clone()).unwrap()
}

#[tokio::test]
async fn a_query_has_the_set_parameters_in_the_form_of_the_specification() {
    let (server, client) = canary([body("{}")]).await;
    let call = client.birds("me & you").colors(["red", "blü"]).ids([1, 2]).since("2026-01-02T03:04:05Z");
    let call = call.until(chrono::NaiveDate::from_ymd_opt(2026, 1, 2).unwrap()).size(types::Size::None).tame(false);
    call.weight(0.5).type_("x").timeout_(3).send().await.unwrap();
    let line = line(&server);
    let (path, query) = line.split_once('?').unwrap();
    assert_eq!(path, "GET /base/birds");
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            "colors=bl%C3%BC",
            "colors=red",
            "ids=1%2C2",
            "owner=me+%26+you",
            "since=2026-01-02T03%3A04%3A05Z",
            "size=-1",
            "tame=false",
            "timeout=3",
            "type=x",
            "until=2026-01-02",
            "weight=0.5"
        ]
    );
}

#[tokio::test]
async fn a_listing_takes_filters_of_any_name_on_every_page() {
    let (server, client) = canary([body(r#"{"data": [{}], "next": "c1"}"#), body(r#"{"data": [{}]}"#)]).await;
    let birds = client.birds("me").where_("League", "[not]NHL").where_("League", "a&b").where_("wings", "2");
    assert_eq!(birds.stream().try_collect::<Vec<_>>().await.unwrap().len(), 2);
    for request in server.requests() {
        assert!(request.line.contains("League=%5Bnot%5DNHL&League=a%26b&wings=2"), "{}", request.line);
    }
    for (name, message) in [("after", "`after` is not a filter"), ("ids", "`ids` is not a filter"), ("", "empty name")]
    {
        let error = client.birds("me").where_(name, "x").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(server.count(), 2, "a filter that cannot be sent fails before the request");
    const { assert!(operation::Birds::OPERATION.open_query && !operation::Bird::OPERATION.open_query) };
}

#[tokio::test]
async fn an_operation_carries_the_authorization_of_its_security() {
    let server = Server::start([body("{}"), body("{}"), body("{}"), status(204)]).await;
    let builder = ClientBuilder::<Client>::new(API).base_url(&server.url).host_url("files", &server.url);
    let client = builder.credentials(auth::Credentials::bearer("own")).build().unwrap();
    client.birds("me").await.unwrap();
    let door = client.door("swordfish");
    assert!(!format!("{door:?}").contains("swordfish"), "{door:?}");
    door.await.unwrap();
    let call = client.session().operation(&operation::Door::OPERATION).param("doorKey", "key");
    call.send::<Value>().await.unwrap();
    client.open_door().await.unwrap();
    let sent: Vec<_> =
        server.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(
        sent,
        [Some("Bearer own"), Some("Bearer swordfish"), Some("Bearer key"), None].map(|it| it.map(str::to_owned))
    );
    assert_eq!(operation::Door::OPERATION.required, ["doorKey"]);
    assert_eq!(operation::OpenDoor::OPERATION.security, keyfob_client::Security::Anonymous);
}

#[tokio::test]
async fn a_token_that_the_caller_passes_is_not_sent_to_another_origin() {
    let (other, _) = canary([body("{}")]).await;
    let (server, client) = canary([response(302, &[("location", &other.url)], "")]).await;
    client.door("canary").await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer canary"));
    assert_eq!(other.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn unset_parameters_are_not_sent() {
    let (server, client) = canary([body("{}")]).await;
    client.birds("me").await.unwrap();
    assert_eq!(line(&server), "GET /base/birds?owner=me");
    assert_eq!(server.requests()[0].header("accept"), Some("application/json"));
    assert_eq!(server.requests()[0].header("api-version"), None);
}

#[tokio::test]
async fn path_parameters_stay_in_their_segment() {
    let (server, client) = canary([body("{}")]).await;
    client.rings("a/../b", 1, 2, "red").await.unwrap();
    assert_eq!(line(&server), "GET /base/birds/a%2F..%2Fb/rings/1-2:red");
    assert!(client.rings("..", 1, 2, "red").await.unwrap_err().to_string().contains("`id`"));
}

#[tokio::test]
async fn headers_are_sent_when_required_or_set() {
    let (server, client) = canary([body("{}"), body("{}")]).await;
    client.bird("1", "acme").await.unwrap();
    client.bird("1", "acme").if_changed_since(TimeParam::from("yesterday")).await.unwrap();
    let requests = server.requests();
    assert_eq!((requests[0].header("x-company"), requests[0].header("if-changed-since")), (Some("acme"), None));
    assert_eq!(requests[1].header("if-changed-since"), Some("yesterday"));
}

#[tokio::test]
async fn a_variant_has_its_fixed_query_and_its_own_shapes() {
    let (server, client) = canary([body(r#"[{"id": 7}, null]"#)]).await;
    let birds = client.merge_birds(["a".to_owned(), "b".to_owned()]).await.unwrap().into_inner();
    assert_eq!(line(&server), "POST /base/birds?action=merge%20%26%20sort&dry=true");
    assert_eq!(sent(&server), r#"["a","b"]"#);
    assert_eq!(birds.len(), 1);
    assert_eq!(birds[0].id.as_deref(), Some("7"));

    let (server, client) = canary([body("{}")]).await;
    client.bird_by_ring(9).await.unwrap();
    assert_eq!(line(&server), "GET /base/birds?ring=9");
}

#[tokio::test]
async fn a_body_has_the_required_and_the_set_fields() {
    let (server, client) = canary([status(201)]).await;
    let born = "2026-01-02T03:04:05".parse::<keyfob_client::Timestamp>().unwrap();
    let ringed = chrono::NaiveDate::from_ymd_opt(2026, 1, 3).unwrap();
    let nest = types::Place::new().lat(1.0).lon(2.5);
    let bird = types::BirdCreate::new("Kes", "red", 2, born, ringed, nest, ["x"], None).new_(true);
    // The response lacks its JSON body; only the request is checked.
    let _ = client.create_bird(bird).await;
    assert_eq!(line(&server), "POST /base/birds");
    assert_eq!(
        serde_json::from_str::<Value>(&sent(&server)).unwrap(),
        json!({"name": "Kes", "color": "red", "wings": 2, "born": "2026-01-02T03:04:05", "ringed": "2026-01-03",
               "nest": {"lat": 1, "lon": 2.5}, "ids": ["x"], "note": null, "new": true})
    );
}

#[tokio::test]
async fn a_patch_distinguishes_absent_from_null() {
    let (server, client) = canary([body("{}"), body("{}")]).await;
    let update = types::BirdUpdate::new().name(Patch::Null).ids(Vec::<String>::new()).tame(true);
    client.update_bird("1").body(update).await.unwrap();
    assert_eq!(sent(&server), r#"{"name":null,"ids":[],"tame":true}"#);
    assert_eq!(server.requests()[0].header("content-type"), Some("application/merge-patch+json"));
    client.update_bird("1").await.unwrap();
    assert!(server.requests()[1].body.is_empty());
}

#[tokio::test]
async fn a_form_is_encoded_and_json_inside_it_is_text() {
    let (server, client) = canary([body("{}")]).await;
    let search = types::SearchBody::new("a b").exact(true).meta_data(types::Place::new().lat(1.5));
    client.search(search).limit(5).await.unwrap();
    assert_eq!(line(&server), "POST /base/search?limit=5");
    assert_eq!(sent(&server), "exact=true&metaData=%7B%22lat%22%3A1.5%7D&q=a+b");
}

#[tokio::test]
async fn files_are_uploaded_and_downloaded_unchanged() {
    let (server, client) = canary([status(204), response(200, &[], "png")]).await;
    client.upload_file("a/b c.pdf", Upload::text("bytes")).await.unwrap();
    assert_eq!(line(&server), "PUT /files-host/files/a/b%20c.pdf");
    assert_eq!(
        (sent(&server).as_str(), server.requests()[0].header("content-type")),
        ("bytes", Some("application/pdf"))
    );
    let download = client.download_file("x").await.unwrap().into_inner();
    assert_eq!(download.bytes().await.unwrap().as_ref(), b"png");
}

#[tokio::test]
async fn a_multipart_form_has_its_parts() {
    let (server, client) = canary([body(r#""done""#)]).await;
    let form = Form::new().text("note", "a note").part("file", Part::new(Upload::text("content")));
    assert_eq!(client.attach_files("x", form).await.unwrap().into_inner(), "done");
    assert!(sent(&server).contains("a note") && sent(&server).contains("content"));
}

#[tokio::test]
async fn text_is_sent_and_received_as_text() {
    let (server, client) = canary([response(200, &[("content-type", "text/csv")], "a;b"), status(202)]).await;
    assert_eq!(client.report().await.unwrap().into_inner(), "a;b");
    assert_eq!(server.requests()[0].header("accept"), Some("text/csv"));
    client.send_report("# Report").await.unwrap();
    assert_eq!(server.requests()[1].header("content-type"), Some("text/markdown"));
    assert_eq!(server.requests()[1].body, b"# Report");
}

#[tokio::test]
async fn deletions_and_replacements_return_the_documented_response() {
    let (server, client) = canary([body(r#"{"left": 3}"#), status(204)]).await;
    assert_eq!(client.delete_bird("1").await.unwrap().into_inner(), json!({"left": 3}));
    let mut bird = types::Bird::default();
    bird.extra.insert("unknown".into(), json!([1]));
    client.replace_bird("1", bird).await.unwrap();
    assert_eq!(server.requests()[1].body, br#"{"unknown":[1]}"#);
}

#[tokio::test]
async fn pages_follow_the_cursor_the_number_or_the_offset() {
    let (server, client) = canary([body(r#"{"data": [{}], "next": "c1"}"#), body(r#"{"data": [{}]}"#)]).await;
    assert_eq!(client.birds("me").stream().try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert!(server.requests()[1].line.contains("after=c1"));

    let (server, client) =
        canary([body(r#"{"rings": ["a"], "total": "2"}"#), body(r#"{"rings": ["b"], "total": "2"}"#)]).await;
    let rings: Vec<String> = client.rings("1", 1, 2, "red").limit(1).stream().try_collect().await.unwrap();
    assert_eq!(rings, ["a", "b"]);
    assert!(server.requests()[1].line.contains("page=1"), "{}", server.requests()[1].line);

    let (server, client) =
        canary([body(r#"{"data": [{}, {}], "total": 3}"#), body(r#"{"data": [{}], "total": 3}"#)]).await;
    let search = client.search(types::SearchBody::new("q")).limit(2);
    assert_eq!(search.pages().try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert!(server.requests()[1].line.contains("offset=2"), "{}", server.requests()[1].line);
}

#[tokio::test]
async fn rows_that_cannot_be_read_count_for_the_position_of_the_next_page() {
    let (server, client) =
        canary([body(r#"{"data": [7, {}], "total": 3}"#), body(r#"{"data": [{}], "total": 3}"#)]).await;
    let mut pages = client.search(types::SearchBody::new("q")).limit(2).pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!((first.data.len(), pages.is_incomplete()), (1, true));
    assert_eq!(pages.try_collect::<Vec<_>>().await.unwrap().len(), 1);
    assert!(server.requests()[1].line.contains("offset=2"), "{}", server.requests()[1].line);
}

#[test]
fn lenient_json_is_decoded_and_known_fields_are_encoded_unchanged() {
    let loose = json!({
        "id": 5, "name": null, "color": "mauve", "odd": "<=", "size": "10", "born": "2026-01-02T03:04:05",
        "ringed": "2026-01-02T00:00:00", "wings": 2.0, "weight": "1.50", "tame": 1, "weights": [1, "2", null],
        "counts": ["3"], "times": null, "names": null, "places": [null, {"lat": 1}], "mother": {"id": "m"},
        "serial": "007", "@odata.id": "o", "snake_case": "s", "type": "t", "surprise": {"kept": true}
    });
    let bird: types::Bird = serde_json::from_value(loose.clone()).unwrap();
    assert_eq!(bird.color, Some(types::Color::Other("mauve".into())));
    assert_eq!(bird.odd, Some(types::Odd::AtMost));
    assert_eq!(bird.size, Some(types::Size::Large));
    assert_eq!((bird.wings, bird.weight, bird.tame), (Some(2), Some(1.5), Some(true)));
    assert_eq!(bird.mother.as_ref().and_then(|mother| mother.id.as_deref()), Some("m"));
    let mut written = loose;
    written["places"] = json!([{"lat": 1}]);
    assert_eq!(serde_json::to_value(&bird).unwrap(), written);
}

#[tokio::test]
async fn a_bird_with_odd_values_is_sent_back_as_it_came_with_one_field_changed() {
    let odd = r#"{"id":"7","name":"Kes","wings":"n/a","weight":{"kg":2},"weights":[1,"heavy"],"places":[{"lat":"north","lon":2},"nest"],"mother":"none","surprise":[1.0]}"#;
    let (server, client) = canary([body(odd), status(204)]).await;
    let response = client.bird("7", "acme").await.unwrap();
    let found: Vec<_> = response.mismatches().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "wings: expected an integer",
            "weight: expected a number",
            "weights[1]: expected a number",
            "places[0].lat: expected a number",
            "places[1]: expected an object",
            "mother: expected an object",
        ]
    );
    let mut bird = response.into_inner();
    assert_eq!((bird.wings, bird.weight, bird.places.len(), bird.mother.is_none()), (None, None, 1, true));
    bird.name = Some("Kestrel".into());
    client.replace_bird("7", bird).await.unwrap();
    assert_eq!(sent_at(&server, 1), odd.replace("Kes", "Kestrel"));
}

#[tokio::test]
async fn a_strict_client_rejects_a_response_with_an_odd_value() {
    let server = Server::start([body(r#"{"wings":"n/a"}"#), body(r#"{"data":[{"wings":"n/a"}]}"#)]).await;
    let builder = ClientBuilder::<Client>::new(API).base_url(&server.url).host_url("files", &server.url).strict(true);
    let client = builder.build().unwrap();
    for error in [
        client.bird("7", "acme").await.map(drop).unwrap_err(),
        client.birds("me").stream().try_collect::<Vec<_>>().await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.ends_with("wings: expected an integer"), "{source}");
    }
}

#[tokio::test]
async fn a_cursor_a_total_a_key_or_a_mark_of_deletion_of_an_unexpected_type_is_an_error() {
    for (page, message) in [
        (r#"{"data":[{"id":"1"}],"next":{"a":1}}"#, "next: expected a string"),
        (r#"{"data":[{"id":"1"}],"total":"many"}"#, "total: expected an integer"),
        (r#"{"data":{"id":"1"}}"#, "data: expected a list"),
        (r#"{"data":[{"id":"1"},{"id":["2"]}]}"#, "data[1].id: expected a string"),
        (r#"{"data":[{"id":"1","gone":"maybe"}]}"#, "data[0].gone: expected a boolean"),
    ] {
        let (_server, client) = canary([body(page)]).await;
        let mut pages = client.birds("me").pages();
        let error = pages.try_next().await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), message);
        assert!(pages.try_next().await.unwrap().is_none(), "a listing ends after an error");
    }
}

#[tokio::test]
async fn a_listing_that_leaves_out_a_row_is_incomplete() {
    let pages = || {
        canary([
            body(r#"{"data":[{"id":"1","wings":[]}],"next":"c1"}"#),
            body(r#"{"data":[{"id":"2"},"odd"],"next":"c2"}"#),
            body(r#"{"data":[{"id":"3"}]}"#),
        ])
    };
    let (_server, client) = pages().await;
    let mut listing = client.birds("me").pages();
    let mut seen = Vec::new();
    while let Some(page) = listing.try_next().await.unwrap() {
        seen.push((page.data.len(), listing.mismatches().len(), listing.is_incomplete()));
    }
    assert_eq!(seen, [(1, 1, false), (1, 1, true), (1, 0, true)]);

    let (_server, client) = pages().await;
    let mut rows = client.birds("me").stream();
    let mut seen = Vec::new();
    while let Some(bird) = rows.try_next().await.unwrap() {
        seen.push((bird.id.unwrap(), rows.is_incomplete()));
    }
    assert_eq!(seen, [("1".to_owned(), false), ("2".to_owned(), true), ("3".to_owned(), true)]);

    let (server, client) = canary([body(r#"{"data":[{},5],"total":3}"#), body(r#"{"data":[{}],"total":3}"#)]).await;
    let search = client.search(types::SearchBody::new("q")).limit(2);
    assert_eq!(search.pages().try_collect::<Vec<_>>().await.unwrap().len(), 2);
    assert!(server.requests()[1].line.contains("offset=2"), "a row that is left out counts in the offset");

    let (_server, client) = canary([body(r#"[{"id": "7"}, 5]"#)]).await;
    let birds = client.merge_birds(["a".to_owned()]).await.unwrap();
    assert_eq!((birds.len(), birds.is_incomplete(), birds.mismatches()[0].path()), (1, true, "[1]"));
}

#[tokio::test]
async fn debug_output_of_types_builders_and_dynamic_calls_has_no_secret() {
    let (_server, client) = canary([]).await;
    let now: keyfob_client::Timestamp = "2026-01-02T03:04:05".parse().unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 3).unwrap();
    let bird = types::BirdCreate::new("Kes", "red", 2, now, day, types::Place::new(), ["x"], None);
    let bird = bird.password("swordfish").pins(["swordfish"]);
    let shown = format!("{bird:?}");
    assert!(shown.contains(r#"name: "Kes""#) && shown.contains("password: [redacted], pins: [redacted]"), "{shown}");
    let builders = format!(
        "{:?} {:?} {:#?}",
        client.create_bird(bird),
        client.bird("1", "acme").x_ring_key("swordfish"),
        client.bird("1", "acme").header("x-other", "swordfish")
    );
    assert!(builders.contains("x_ring_key: [redacted]") && builders.contains(r#"id: "1""#), "{builders}");
    let session = client.session();
    let create = session.operation(&operation::CreateBird::OPERATION).param("key", "swordfish");
    let raw = session.request(keyfob_client::Method::POST, "/birds?key=swordfish").query(&[("key", "swordfish")]);
    let dynamic = format!(
        "{:?} {:?} {:?}",
        create.body(json!({ "password": "swordfish" })),
        raw.json(&json!({ "password": "swordfish" })),
        session.operation(&operation::AttachFiles::OPERATION).multipart(Form::new().text("password", "swordfish"))
    );
    assert!(dynamic.contains("create_bird") && dynamic.contains("/birds"), "{dynamic}");
    assert!(!format!("{builders} {dynamic} {shown}").contains("swordfish"), "{builders} {dynamic}");
}

#[test]
fn operations_have_their_query_confidence_and_source() {
    assert_eq!(OPERATIONS.len(), 24);
    let merge = operation::MergeBirds::OPERATION;
    assert_eq!(merge.fixed_query, [("action", "merge & sort"), ("dry", "true")]);
    assert_eq!(
        (merge.idempotency, merge.confidence, merge.source),
        (Idempotency::Idempotent, Confidence::Inferred, "a guess")
    );
    assert_eq!(operation::ReplaceBird::OPERATION.idempotency, Idempotency::NotIdempotent);
    assert_eq!(operation::Birds::OPERATION.scope, Some("read"));
    assert_eq!(operation::DownloadFile::OPERATION.host, "files");
    assert_eq!(operation::AttachFiles::OPERATION.body, "multipart/form-data");
    assert!(OPERATIONS.iter().any(|operation| operation.id == "bird_by_ring" && operation.query == ["ring"]));
}

#[test]
fn tables_have_the_key_the_changes_and_the_columns_of_their_rows() {
    let [nests, eggs] = Client::TABLES else { panic!("there are two tables") };
    assert_eq!((nests.name, nests.operation.id, nests.version), ("nests", "nests", "2026-11-20"));
    assert_eq!(nests.paging, TablePaging::Page { parameter: "page", first: 0, total: Some("total") });
    assert_eq!((nests.rows, nests.key), (Some("nests"), ["id"].as_slice()));
    assert_eq!(nests.parameters, [("empty", "true")]);
    assert_eq!(nests.page_size, Some(PageSize { parameter: "size", default: 100 }));
    assert_eq!(
        nests.changes,
        ChangeDetection::ModifiedSince { parameter: "since", deleted: "gone", mode: Some("mode"), overlap: 600 }
    );
    assert_eq!(
        nests.window,
        Some(DateWindow {
            from: "from",
            to: "to",
            column: Some("built"),
            max_days: Some(7),
            from_required: true,
            to_requires_from: true
        })
    );
    let kinds: Vec<_> = nests.columns.iter().map(|column| (column.name, column.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("id", ColumnType::Text),
            ("built", ColumnType::Date),
            ("changed", ColumnType::Timestamp),
            ("seen", ColumnType::TimestampTz),
            ("day", ColumnType::Date),
            ("number", ColumnType::Text),
            ("eggs", ColumnType::Integer),
            ("weight", ColumnType::Double),
            ("price", ColumnType::Decimal),
            ("gone", ColumnType::Boolean),
            ("color", ColumnType::Text),
            ("size", ColumnType::Integer),
            ("place", ColumnType::Json),
            ("finder", ColumnType::Text),
            ("any", ColumnType::Json),
        ]
    );
    let sensitive: Vec<_> = nests.columns.iter().filter(|column| column.sensitive).map(|column| column.name).collect();
    assert_eq!((sensitive, nests.extra_is_sensitive), (vec!["finder"], true));
    assert_eq!(nests.columns[1].description, "Day on which the \"nest\" was built.");
    assert_eq!((eggs.paging, eggs.rows, eggs.page_size, eggs.window), (TablePaging::Single, None, None, None));
    assert_eq!((eggs.key, eggs.extra_is_sensitive), (["nest", "number"].as_slice(), false));
    assert_eq!(
        eggs.changes,
        ChangeDetection::Append { parameter: "laid", prefix: "[gt]", column: "laid", overlap: 60 }
    );
}

#[tokio::test]
async fn inline_schemas_clashing_names_and_rare_parameters_are_sent_and_read() {
    let (server, client) = canary([body(r#"{"km": 1.5, "stops": [{"name": "reed"}]}"#), body(r#"["a"]"#)]).await;
    let from = types::RecordFlightBodyFrom::new().lat(1.5).mood(types::RecordFlightBodyFromMood::Calm);
    let flight =
        types::RecordFlightBody::new(from).foo_bar(1).foo_bar_2(2).plus_1(3).minus_1(4).default(true).wire_2("w");
    let call = client.record_flight(["a/b", "c"], flight.grid([vec![1], vec![2, 3]]).either(json!("x")));
    let call = call.legs_2(2).mode("flap").winds(["n|w", "s"]).gusts([1, 2]).x_tags(["p", "q"]);
    let done = call.nest("oak; x=1").flock(7).await.unwrap().into_inner();
    assert_eq!((done.km, done.stops[0].name.as_deref()), (Some(1.5), Some("reed")));
    assert_eq!(line(&server), "POST /base/flights/a%2Fb,c?gusts=1+2&legs=2&mode=flap&winds=n%7Cw%7Cs");
    let request = &server.requests()[0];
    assert_eq!(request.header("cookie"), Some("flock=7; nest=oak%3B%20x%3D1"));
    assert!(request.headers.contains("x-tags: p\r\nx-tags: q"), "{}", request.headers);
    let sent: Value = serde_json::from_str(&sent(&server)).unwrap();
    let expected = json!({
        "from": {"lat": 1.5, "mood": "calm"}, "fooBar": 1, "foo_bar": 2, "+1": 3, "-1": 4, "default": true, "wire": "w",
        "grid": [[1], [2, 3]], "either": "x"
    });
    assert_eq!(sent, expected);
    assert_eq!(client.flights().await.unwrap().into_inner(), ["a"]);
    let error =
        client.record_flight(Vec::<String>::new(), types::RecordFlightBody::new(types::RecordFlightBodyFrom::new()));
    assert_eq!(error.await.unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn a_body_of_any_kind_can_be_optional() {
    let (server, client) = canary((0..6).map(|_| status(204))).await;
    client.log_flight().await.unwrap();
    client.log_flight().body("up").await.unwrap();
    client.replace_flight_log().await.unwrap();
    client.replace_flight_log().body(Upload::text("down")).await.unwrap();
    client.update_flight_log().await.unwrap();
    client.update_flight_log().body(Form::new().text("page", "one")).await.unwrap();
    assert_eq!([0, 1, 2, 3, 4].map(|index| sent_at(&server, index)), ["", "up", "", "down", ""]);
    assert!(sent_at(&server, 5).contains("one"));
}

#[tokio::test]
async fn a_page_can_be_the_list_of_its_rows() {
    let (server, client) = canary([body(r#"["a", "b"]"#), body(r#"["c"]"#)]).await;
    let flights: Vec<String> = client.flights().per_page(2).stream().try_collect().await.unwrap();
    assert_eq!((flights.concat().as_str(), server.count()), ("abc", 2));
    assert!(server.requests()[1].line.contains("page=2&per_page=2"), "{}", server.requests()[1].line);
}
