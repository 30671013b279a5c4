//! `keyfob tour`, the README's first command.

use super::run::Keyfob;

const APIS: [&str; 7] =
    ["ditio-core", "ditio-reporting", "ditio-mass-transport", "bits", "itempath", "dvinci", "digitaleo"];

#[test]
fn the_tour_calls_every_api_and_every_step_passes() {
    let report = Keyfob::new(&["tour", "--json"]).run().json();
    assert_eq!((&report["passed"], &report["apis"]), (&true.into(), &7.into()));
    let steps = report["steps"].as_array().unwrap();
    for api in APIS {
        let calls = |method: &str| steps.iter().any(|step| step["api"] == api && step["method"] == method);
        assert!(calls("GET") || calls("POST"), "{api} has no call");
        assert!(api == "ditio-reporting" || calls("POST"), "{api} has no write");
        let token = steps.iter().find(|step| step["api"] == api).unwrap();
        assert!(token["outcome"].as_str().unwrap().contains("valid for"), "{token}");
    }
    let outcomes: Vec<_> = steps.iter().map(|step| step["outcome"].as_str().unwrap()).collect();
    for shown in [
        "token requests went from 1 to 2",
        "identical to the upload",
        "allerede i bruk",
        "Err(NotFound)",
        "Err(Conflict)",
    ] {
        assert!(outcomes.iter().any(|outcome| outcome.contains(shown)), "{shown}");
    }
}

#[test]
fn piped_output_is_plain_text_with_a_summary() {
    let run = Keyfob::new(&["tour"]).env("TERM", "xterm-256color").run();
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    assert!(!run.stdout.contains('\u{1b}'), "the output has colors");
    assert!(run.stdout.contains("All steps passed: 28 typed calls to 7 APIs"), "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 125), "{}", run.stdout);
}

#[test]
fn the_output_has_no_token_and_no_secret() {
    use keyfob_simulator::credentials as c;

    let run = Keyfob::new(&["tour"]).run();
    for secret in [c::DITIO_CLIENT_SECRET, c::BITS_CLIENT_SECRET, c::ITEMPATH_PASSWORD, c::DVINCI_CLIENT_SECRET, "eyJ"]
    {
        assert!(!run.stdout.contains(secret), "{secret}");
    }
}

/// Tests run from a checkout, so the tour's source is available.
#[test]
fn the_code_that_it_prints_is_code_of_its_source() {
    let compact = |text: &str| text.split_whitespace().collect::<String>();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/cli/src/tour");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let source = files.map(|text| compact(&text)).collect::<String>();
    let report = Keyfob::new(&["tour", "--json"]).run().json();
    let steps = report["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["call"] == r#"client.materials().name(Filter::like("KF-")).limit(20)"#));
    for step in steps {
        let code = step["call"].as_str().unwrap();
        assert!(source.contains(&format!("snippet!({})", compact(code))), "{code}");
    }
}
