//! `keyfob call`: requests sent, output printed, and failures with their exit status.

use std::fs;

use keyfob_simulator::{Fault, Vendor, credentials as c};
use serde_json::json;

use super::run::{Keyfob, Running, folder};

const BODY: &str = r#"{"companyId": "012345", "projectNumber": "P-1", "name": "Bru over Åna", "active": true}"#;

#[test]
fn an_operation_is_found_by_any_spelling_of_its_name() {
    let running = Running::start();
    let created = running.keyfob(&["call", "ditio-core", "create_project", "--body", BODY]).run().json();
    assert_eq!(created["name"], "Bru over Åna");
    for words in [
        ["project_by_number", "--project-number", "P-1"].as_slice(),
        &["projectByNumber", "projectNumber=P-1"],
        &["project-by-number", "project_number=P-1"],
    ] {
        let arguments = [&["call", "ditio-core"], words].concat();
        assert_eq!(running.keyfob(&arguments).run().json(), created);
    }
}

#[test]
fn parameters_reach_the_service_unchanged() {
    let running = Running::start();
    let arguments = ["call", "itempath", "materials", "--limit", "2", "--name", "[like]a", "name=[not]b c"];
    let page = running.keyfob(&arguments).run().json();
    assert_eq!(page["materials"].as_array().unwrap().len(), 2);
    let last = running.simulator.requests().pop().unwrap();
    let query = url::form_urlencoded::parse(last.query.as_bytes()).into_owned().collect::<Vec<_>>();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(query, [pair("limit", "2"), pair("name", "[like]a"), pair("name", "[not]b c")]);
}

#[test]
fn a_listing_of_itempath_takes_any_name_as_a_filter() {
    let running = Running::start();
    let call = |arguments: &[&str]| running.keyfob(&[&["call", "itempath"], arguments].concat()).run();
    let rows = |arguments: &[&str], key: &str| call(arguments).json()[key].as_array().unwrap().clone();
    let league = rows(&["materials", "League=A", "limit=5"], "materials");
    assert!(league.len() == 5 && league.iter().all(|material| material["League"] == "A"), "{league:?}");
    assert_eq!(rows(&["carriers", "number=10"], "carriers").len(), 1);
    let run = call(&["materials", "limt=5"]);
    assert!(run.status == 0 && run.stderr.contains("limt is sent as a filter"), "{run:?}");
    assert!(run.stderr.contains("did you mean limit?"), "{run:?}");
    call(&["materials", "=5"]).failed(2, &["no parameter"]);
    call(&["material", "--id", "x", "League=A"]).failed(2, &["material has no parameter League"]);
}

#[test]
fn the_token_requests_of_itempath_are_operations_and_take_tokens_from_files() {
    let running = Running::start();
    let folder = folder("itempath-tokens");
    let (body, token) = (folder.join("login.json"), folder.join("refresh.token"));
    let login = json!({
        "username": c::ITEMPATH_APPLICATION_USERNAME, "password": c::ITEMPATH_APPLICATION_PASSWORD,
    });
    fs::write(&body, login.to_string()).unwrap();
    let call = |arguments: &[&str]| running.keyfob(&[&["call", "itempath"], arguments].concat()).run();
    let login = call(&["login", "--body", &format!("@{}", body.display())]).json();
    fs::write(&token, format!("{}\n", login["refreshToken"].as_str().unwrap())).unwrap();
    let file = format!("@{}", token.display());
    assert!(call(&["refresh", "--refresh-token", &file]).json()["accessToken"].is_string());
    assert!(call(&["application-token", &format!("refreshToken={file}")]).json()["token"].is_string());
    call(&["refresh", "--refresh-token", "canary-token"]).failed(2, &["refreshToken is a secret", "@FILE"]);
    call(&["refresh"]).failed(2, &["refresh requires refreshToken"]);
    let listed = running.keyfob(&["apis", "itempath", "--json"]).run().json();
    let listed = |name: &str| listed.as_array().unwrap().iter().find(|row| row["operation"] == name).unwrap().clone();
    assert_eq!(
        (&listed("login")["path"], &listed("refresh")["tokenParameter"]),
        (&json!("/api/users/login"), &json!("refreshToken"))
    );
    assert_eq!(listed("materials")["otherQueryParameters"], true);
}

#[test]
fn slashes_in_an_id_and_comma_separated_lists_are_sent_as_the_service_expects() {
    let running = Running::start();
    let last = || running.simulator.requests().pop().unwrap();
    running.keyfob(&["call", "ditio-core", "absence", "--external-id", "2026/17 å"]).run().failed(4, &["404"]);
    assert_eq!(last().path, "/ditio/core/api/integration/absences/2026/17%20%C3%A5");
    let arguments = ["call", "ditio-reporting", "crew_list_registrations", "ProjectIds=a", "--project-ids", "b,c"];
    assert_eq!(running.keyfob(&arguments).run().status, 0);
    let query: Vec<_> = url::form_urlencoded::parse(last().query.as_bytes()).into_owned().collect();
    assert_eq!(query, [("ProjectIds".to_owned(), "b,c,a".to_owned())], "flags come before pairs");
}

#[test]
fn an_api_user_of_dvinci_without_oauth_calls_with_a_pair_of_headers() {
    let running = Running::start();
    let keyfob = |arguments: &[&str]| {
        let keyfob = running.keyfob(arguments).without("DVINCI_CLIENT_ID").without("DVINCI_CLIENT_SECRET");
        keyfob.env("DVINCI_API_USER", c::DVINCI_CLIENT_ID).env("DVINCI_API_TOKEN", c::DVINCI_CLIENT_SECRET)
    };
    assert!(keyfob(&["call", "dvinci", "locations"]).run().json().is_array());
    assert_eq!(running.simulator.token_requests(Vendor::Dvinci), 0);
    let run = keyfob(&["token", "dvinci"]).run();
    run.failed(2, &["custom headers", "no access token"]);
    let wrong = keyfob(&["call", "dvinci", "locations"]).env("DVINCI_API_TOKEN", "canary").run();
    wrong.failed(3, &["401"]);
    assert!(!wrong.stderr.contains("canary"), "{wrong:?}");
}

#[test]
fn the_apply_api_of_dvinci_is_called_with_the_login_of_the_portal() {
    let running = Running::start();
    let call = |name: &str| running.keyfob(&["call", "dvinci", "application_form", "--job-publication-id", name]);
    assert_eq!(call("1").run().json()["jobPublicationId"], 1);
    let wrong = call("1").env("DVINCI_PORTAL_PASSWORD", "canary").run();
    wrong.failed(3, &["401"]);
    assert!(!wrong.stderr.contains("canary"), "{wrong:?}");
    call("1").without("DVINCI_PORTAL_PASSWORD").run().failed(2, &["DVINCI_PORTAL_PASSWORD is not"]);
}

#[test]
fn an_uploaded_file_downloads_with_the_same_bytes() {
    let running = Running::start();
    let folder = folder("files");
    let (up, down) = (folder.join("tegning å.pdf"), folder.join("down.pdf"));
    let bytes: Vec<u8> = b"%PDF-1.4\n".iter().copied().chain((0..300_000_u32).map(|n| (n % 251) as u8)).collect();
    fs::write(&up, &bytes).unwrap();
    let project = running.keyfob(&["call", "ditio-core", "create_project", "--body", BODY]).run().json();
    let id = format!("id={}", project["id"].as_str().unwrap());
    let form = format!("file=@{}", up.display());
    let arguments = ["call", "ditio-core", "upload_project_documents", &id, "--form", &form];
    let uploaded = running.keyfob(&arguments).run().json();
    let reference = uploaded["infoPageFiles"][0]["fileReferenceId"].as_str().unwrap().to_owned();
    let (file, output) = (format!("fileReferenceId={reference}"), down.display().to_string());
    let arguments = ["call", "ditio-core", "download_project_document", &id, &file, "--output", &output];
    let run = running.keyfob(&arguments).run();
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(fs::read(&down).unwrap() == bytes, "the downloaded bytes differ");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "a temporary file was left behind");
}

#[test]
fn bodies_are_read_from_files_and_form_fields() {
    let running = Running::start();
    let path = folder("body").join("project.json");
    fs::write(&path, BODY).unwrap();
    let body = format!("@{}", path.display());
    let created = running.keyfob(&["call", "ditio-core", "create_project", "--body", &body]).run().json();
    assert_eq!(created["projectNumber"], "P-1");
    let field = r#"metaData={"city":"Rennes"}"#;
    let arguments = ["call", "digitaleo", "update_contact", "--form", "id=123456789", "--form", field];
    assert_eq!(running.keyfob(&arguments).run().json(), json!({ "count": 1 }));
}

#[test]
fn a_usage_error_suggests_the_fix_and_sends_nothing() {
    let running = Running::start();
    for (arguments, words) in [
        (["call", "ditoi-core", "projects"].as_slice(), ["no API ditoi-core", "did you mean ditio-core"]),
        (&["call", "ditio-core", "projcet"], ["no operation projcet", "did you mean project"]),
        (&["call", "ditio-core", "project"], ["project requires id", "pass --id VALUE"]),
        (&["call", "ditio-core", "project", "ids=1"], ["no parameter ids", "did you mean id?"]),
        (&["call", "ditio-core", "project", "--idd", "1"], ["unexpected argument", "--idd"]),
        (&["call", "ditio-core", "project", "--id", ".."], ["`id` is part of the path", "consist of dots"]),
        (&["call", "ditio-core", "create_project"], ["create_project requires a body", "pass --body JSON"]),
        (
            &["call", "ditio-core", "upload_project_documents", "--id", "1"],
            ["requires a body", "pass --form NAME=VALUE"],
        ),
        (&["call", "ditio-core", "projects", "x"], ["x is not a parameter", "NAME=VALUE"]),
        (&["call", "ditio-core", "create_project", "--body", "{a"], ["--body is not JSON", "line 1 column 2"]),
        (&["call", "ditio-core", "create_project", "--body", "@none.json"], ["cannot read none.json", "No such file"]),
        (&["call", "ditio-core"], ["no operation given for Ditio core", "keyfob apis ditio-core"]),
        (&["call", "ditio-core", "projects", "--base-url", "nope=http://x"], ["has no host nope", "identity"]),
        (&["call", "ditio-core", "projects", "--base-url", "localhost:80"], ["needs a scheme", "https"]),
        (
            &["call", "ditio-core", "projects", "--base-url", "http://198.51.100.1"],
            ["plain http", "--allow-plain-http"],
        ),
        (&["call", "ditio-core", "projects", "--ca", "/dev/null"], ["/dev/null", "no certificate"]),
    ] {
        let run = running.keyfob(arguments).run();
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}: {run:?}");
        let first = run.stderr.lines().next().unwrap_or_default();
        assert!(words.iter().all(|word| first.contains(word)), "{arguments:?}: {first}");
    }
    assert!(running.simulator.requests().is_empty());
}

#[test]
fn a_missing_variable_is_named() {
    let running = Running::start();
    let keyfob = running.keyfob(&["call", "bits", "userinfo"]).without("BITS_CLIENT_SECRET");
    keyfob.run().failed(2, &["BITS_CLIENT_SECRET is not set", "client-secret", "[profiles.NAME.bits]"]);
    Keyfob::new(&["call", "itempath", "materials"]).run().failed(2, &["ITEMPATH_BASE is not set"]);
    Keyfob::new(&["call", "ditio-mass-transport", "weight_measures", "--body", "{}"])
        .run()
        .failed(2, &["DITIO_MASSTRANSPORT_BASE"]);
}

#[test]
fn a_wrong_secret_costs_one_token_request_and_is_never_printed() {
    let running = Running::start();
    let keyfob = running.keyfob(&["call", "ditio-core", "projects"]).env("DITIO_CLIENT_SECRET", "canary");
    let run = keyfob.run();
    run.failed(3, &["refused the credentials", "invalid_client"]);
    assert!(
        run.stderr.contains("DITIO_CLIENT_ID and DITIO_CLIENT_SECRET") && !run.stderr.contains("canary"),
        "{run:?}"
    );
    assert_eq!(running.simulator.token_requests(Vendor::Ditio), 1);
    let keyfob = running.keyfob(&["call", "itempath", "materials"]).env("ITEMPATH_PASSWORD", "canary");
    keyfob.run().failed(3, &["refused the login"]);
}

#[test]
fn an_unreachable_server_and_a_wrong_base_url_name_the_setting_to_check() {
    let running = Running::start();
    let unreachable = "http://127.0.0.1:1";
    for variable in ["DITIO_API_BASE", "DITIO_IDENTITY_BASE"] {
        let run = running.keyfob(&["call", "ditio-core", "projects"]).env(variable, unreachable).run();
        run.failed(5, &["onnect"]);
        assert!(run.stderr.contains(variable), "{run:?}");
    }
    let core = format!("{}/ditio/core", running.simulator.url());
    let wrong = running.keyfob(&["call", "ditio-core", "projects"]).env("DITIO_IDENTITY_BASE", &core).run();
    wrong.failed(1, &["is not a token response", "token URL"]);
    let wrong = running.keyfob(&["call", "ditio-core", "projects", "--base-url", &format!("{core}/x")]).run();
    wrong.failed(4, &["404"]);
    running.simulator.inject(Fault::html(200).on(Vendor::Ditio).path("/ditio/core"));
    let html = running.keyfob(&["call", "ditio-core", "projects"]).run();
    assert_eq!(html.status, 1, "an HTML page is not a valid response: {html:?}");
}

#[test]
fn an_error_response_is_printed_with_the_services_message_and_maps_to_an_exit_status() {
    let running = Running::start();
    let run = running.keyfob(&["call", "ditio-core", "create_work_order", "--body", r#"{"companyId":"012345"}"#]).run();
    run.failed(1, &["create_work_order", "400"]);
    assert!(run.stderr.contains("ProjectId: ") && run.stderr.contains("message from the service: "), "{run:?}");
    running.keyfob(&["call", "ditio-core", "project_by_number", "projectNumber=none"]).run().failed(4, &["404"]);
    running.simulator.inject(Fault::status(429).retry_after("3600").on(Vendor::Ditio).path("/ditio/core").times(1));
    running.keyfob(&["call", "ditio-core", "projects"]).run().failed(7, &["rate limited"]);
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/core").times(1));
    running.keyfob(&["call", "ditio-core", "projects", "--no-retry"]).run().failed(5, &["503"]);
    running.simulator.inject(Fault::status(409).on(Vendor::Dvinci).path("/dvinci/restApi").times(1));
    running.keyfob(&["call", "dvinci", "job_openings"]).run().failed(6, &["409"]);
}

#[test]
fn no_retry_sends_a_token_request_once_too() {
    for arguments in
        [["call", "ditio-core", "projects", "--no-retry"].as_slice(), &["token", "ditio-core", "--no-retry"]]
    {
        let running = Running::start();
        running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/identity").always());
        running.keyfob(arguments).run().failed(5, &["503"]);
        assert_eq!(running.simulator.requests().len(), 1, "{arguments:?}");
    }
}

#[test]
fn the_body_is_read_from_standard_input_in_the_usual_spelling_and_in_that_of_curl() {
    let running = Running::start();
    for body in ["-", "@-"] {
        // The tests' standard input is empty.
        let run = running.keyfob(&["call", "ditio-core", "create_project", "--body", body]).run();
        run.failed(2, &["standard input is not JSON"]);
    }
}
