//! Checkpoints: they fit the files, and after a failure at any point `--resume` continues or the error says what to do.

use std::{fs, path::Path};

use keyfob_simulator::{Fault, Vendor};
use serde_json::{Value, json};

use super::{ROUTE, TABLE, change, check, command, export, pages, sibling};
use crate::cli::run::{Run, Running, folder};

/// Reads a checkpoint.
pub(super) fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_file_that_was_changed_after_the_export_is_not_resumed() {
    let running = Running::in_real_time();
    for format in ["ndjson", "csv", "parquet"] {
        let out = folder("changed").join(format!("hours.{format}"));
        export(&running, "time_registrations", &out, &[]).json();
        let complete = fs::read(&out).unwrap();
        let five_lines: Vec<u8> = complete.split_inclusive(|byte| *byte == b'\n').take(5).flatten().copied().collect();
        let cut = if format == "parquet" { complete[..complete.len() / 2].to_vec() } else { five_lines };
        let other_bytes: Vec<u8> = complete.iter().rev().copied().collect();
        let requests = running.simulator.requests().len();
        for (content, difference) in [(cut, "it has "), (other_bytes, "its content is not"), (Vec::new(), "it has 0 ")]
        {
            fs::write(&out, &content).unwrap();
            let run = export(&running, "time_registrations", &out, &["--resume"]);
            run.failed(2, &["was changed by another program", difference, "the 1000 rows written", "restore the file"]);
            assert!(run.stderr.contains("run the same command without --resume"), "{run:?}");
            assert_eq!(fs::read(&out).unwrap(), content, "the file is left as it is");
        }
        assert_eq!(running.simulator.requests().len(), requests, "nothing is sent");
        // Both parts of the advice.
        fs::write(&out, &complete).unwrap();
        export(&running, "time_registrations", &out, &["--resume"]).json();
        fs::write(&out, "x").unwrap();
        export(&running, "time_registrations", &out, &[]).json();
        check(&out, running.simulator.ditio_reporting().rows(TABLE));
    }
}

/// Runs an export, and interferes while it waits for the first page.
fn interfere(running: &Running, out: &Path, arguments: &[&str], interference: impl FnOnce()) -> Run {
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).always());
    let before = pages(running);
    let export = command(running, "time_registrations", out, arguments).start_until(|| pages(running) > before);
    interference();
    running.simulator.clear_faults();
    export.end()
}

#[test]
fn a_file_that_is_changed_during_the_run_is_not_replaced() {
    let running = Running::in_real_time();
    for format in ["ndjson", "csv", "parquet"] {
        let out = folder("during").join(format!("hours.{format}"));
        export(&running, "time_registrations", &out, &[]).json();
        change(&running);
        let mut changed = fs::read(&out).unwrap();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        let run = interfere(&running, &out, &["--resume"], || fs::write(&out, &changed).unwrap());
        run.failed(2, &["was changed by another program", "its content is not", "restore the file"]);
        assert_eq!(fs::read(&out).unwrap(), changed, "the file is left as it is");
        assert!(!sibling(&out, ".new").exists());
        changed[last] ^= 1;
        fs::write(&out, &changed).unwrap();
        export(&running, "time_registrations", &out, &["--resume"]).json();
        check(&out, running.simulator.ditio_reporting().rows(TABLE));
    }
}

#[test]
fn a_new_file_is_in_its_checkpoint_before_it_is_in_place() {
    let running = Running::in_real_time();
    let out = folder("announced").join("hours.csv");
    // A file cannot replace a directory.
    let run = interfere(&running, &out, &[], || fs::create_dir(&out).unwrap());
    run.failed(1, &["cannot replace", "hours.csv"]);
    let state = read(&sibling(&out, ".checkpoint"));
    assert_eq!((&state["replacement"]["rows"], &state["base"]), (&1000.into(), &Value::Null), "{state}");
    assert!(sibling(&out, ".part").exists() && !sibling(&out, ".new").exists());
    fs::remove_dir(&out).unwrap();
    export(&running, "time_registrations", &out, &["--resume"]).json();
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
}

#[test]
fn a_checkpoint_that_does_not_fit_is_an_error_that_says_what_to_do() {
    let running = Running::in_real_time();
    let out = folder("fields").join("hours.csv");
    let checkpoint = sibling(&out, ".checkpoint");
    export(&running, "time_registrations", &out, &[]).json();
    let original = read(&checkpoint);
    assert_eq!(original["base"]["rows"], 1000);
    let resume_with = |change: &dyn Fn(&mut Value)| {
        let mut changed = original.clone();
        change(&mut changed);
        fs::write(&checkpoint, changed.to_string()).unwrap();
        let run = export(&running, "time_registrations", &out, &["--resume"]);
        run.failed(2, &[]);
        assert!(run.stderr.contains("run the same command without --resume"), "{run:?}");
    };
    resume_with(&|state| state["version"] = 99.into());
    resume_with(&|state| drop(state.as_object_mut().unwrap().remove("version")));
    resume_with(&|state| *state = json!([]));
    fs::write(&checkpoint, original.to_string()).unwrap();
    export(&running, "time_registrations", &out, &["--resume"]).json();
}

#[test]
fn the_default_simulator_whose_time_stands_still_shows_its_changes() {
    let running = Running::start();
    let out = folder("frozen").join("hours.csv");
    let run = export(&running, "time_registrations", &out, &[]);
    assert!(run.status == 0 && run.stderr.contains("the clock of this machine is"), "{run:?}");
    assert!(run.stderr.contains(" s ahead of the clock of ditio-reporting"), "{run:?}");
    change(&running);
    assert_eq!(export(&running, "time_registrations", &out, &["--resume"]).status, 0);
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
}
