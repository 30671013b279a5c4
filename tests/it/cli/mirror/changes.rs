//! `--changes`: the stream of changes on standard output.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::run::{Run, Running, folder};
use super::{NAME, change};

fn lines(run: &Run) -> Vec<Value> {
    assert_eq!(run.status, 0, "{run:?}");
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_stream_has_the_changes_since_the_state_that_a_run_left() {
    let running = Running::in_real_time();
    let state = folder("changes").join("hours.state");
    let changes = || running.keyfob(&["mirror", NAME, "--changes", "--state", state.to_str().unwrap()]).run();
    let first = lines(&changes());
    let ids: BTreeSet<_> = first.iter().map(|line| line["row"]["id"].to_string()).collect();
    assert_eq!((first.len(), ids.len()), (1000, 1000), "{}", first[0]);
    assert_eq!(first[0]["table"], "time_registrations");
    change(&running);
    let second = lines(&changes());
    let operations: BTreeSet<_> = second.iter().map(|line| line["op"].as_str().unwrap()).collect();
    assert_eq!(operations, BTreeSet::from(["delete", "upsert"]), "{second:?}");
    // Without a state, every run lists all rows.
    assert_eq!(lines(&running.keyfob(&["mirror", NAME, "--changes"]).run()).len(), 999);
}

#[test]
fn the_stream_of_a_table_without_a_listing_of_changes_has_the_difference() {
    let running = Running::in_real_time();
    let state = folder("snapshot").join("materials.state");
    let changes = || {
        let arguments = ["mirror", "itempath/materials", "--changes", "--state", state.to_str().unwrap()];
        lines(&running.keyfob(&arguments).run())
    };
    let first = changes();
    assert!(!first.is_empty() && first.iter().all(|line| line["op"] == "upsert"), "{first:?}");
    assert_eq!(changes(), Vec::<Value>::new());
    let id = first[0]["key"]["id"].as_str().unwrap().to_owned();
    running
        .keyfob(&["call", "itempath", "update_material", "--id", &id, "--body", r#"{"info1":"changed"}"#])
        .run()
        .json();
    let second = changes();
    assert_eq!((second.len(), &second[0]["op"], &second[0]["key"]["id"]), (1, &"upsert".into(), &id.as_str().into()));
}

#[test]
fn the_sensitive_columns_of_a_stream_are_opt_in() {
    let running = Running::in_real_time();
    for (arguments, has_birthday) in [([].as_slice(), false), (&["--include-sensitive"], true)] {
        let run = running.keyfob(&[&["mirror", "dvinci/persons", "--changes"], arguments].concat()).run();
        let rows = lines(&run);
        let has = |line: &Value| line["row"].as_object().unwrap().contains_key("date_of_birth");
        assert!(!rows.is_empty() && rows.iter().all(|line| has(line) == has_birthday), "{}", rows[0]);
    }
}
