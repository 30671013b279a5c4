//! `--help`, and the list of `keyfob apis`.

use std::{env, fs};

use keyfob::client::Operation;
use serde_json::Value;

use super::run::Keyfob;

#[test]
fn the_help_texts_match_the_reviewed_snapshot() {
    let mut tree = String::new();
    for arguments in [
        vec!["--help"],
        vec!["tour", "--help"],
        vec!["simulate", "--help"],
        vec!["token", "--help"],
        vec!["trust", "--help"],
        vec!["call", "--help"],
        vec!["call", "ditio-core", "upload_project_documents", "--help"],
        vec!["call", "digitaleo", "update_contact", "--help"],
        vec!["export", "--help"],
        vec!["apis", "--help"],
        vec!["completions", "--help"],
    ] {
        let run = Keyfob::new(&arguments).run();
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
        let lines: Vec<_> = run.stdout.lines().map(str::trim_end).collect();
        tree.extend(["$ keyfob ", &arguments.join(" "), "\n", &lines.join("\n"), "\n\n"]);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/it/cli/help.txt");
    if env::var_os("KEYFOB_BLESS").is_some() {
        fs::write(path, &tree).unwrap();
    }
    let reviewed = fs::read_to_string(path).unwrap_or_default();
    assert!(reviewed == tree, "the help changed; KEYFOB_BLESS=1 writes the new one for review:\n{tree}");
}

#[test]
fn the_version_names_commit_features_and_target() {
    let short = Keyfob::new(&["-V"]).run();
    assert_eq!((short.status, short.stdout.as_str()), (0, concat!("keyfob ", env!("CARGO_PKG_VERSION"), "\n")));
    let long = Keyfob::new(&["--version"]).run().stdout;
    let lines: Vec<_> = long.lines().collect();
    assert_eq!((lines.len(), lines[0]), (4, concat!("keyfob ", env!("CARGO_PKG_VERSION"))), "{long}");
    // The commit itself is part of release builds only.
    assert!(lines[1].starts_with("commit: "), "{long}");
    assert!(
        lines[2].starts_with("features: ditio-core, ") && lines[2].ends_with(", parquet, sqlite, postgres"),
        "{long}"
    );
    assert!(lines[3].starts_with("target: ") && lines[3].matches('-').count() >= 2, "{long}");
}

#[test]
fn completions_name_every_command() {
    for (shell, start) in [("bash", "_keyfob()"), ("zsh", "#compdef keyfob"), ("fish", "# Print an optspec")] {
        let script = Keyfob::new(&["completions", shell]).run().stdout;
        assert!(script.starts_with(start), "{shell}: {script:.200}");
        for command in ["tour", "simulate", "trust", "token", "call", "export", "mirror", "apis", "completions"] {
            assert!(script.contains(command), "{shell} lacks {command}");
        }
    }
}

#[test]
fn no_arguments_print_the_usage() {
    let run = Keyfob::new(&[]).run();
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("Usage: keyfob <COMMAND>"), "{run:?}");
}

#[test]
fn every_operation_is_listed_with_its_confidence_and_source() {
    let all: [(&str, &[&Operation]); 7] = [
        ("ditio-core", keyfob::ditio_core::OPERATIONS),
        ("ditio-reporting", keyfob::ditio_reporting::OPERATIONS),
        ("ditio-mass-transport", keyfob::ditio_mass_transport::OPERATIONS),
        ("bits", keyfob::bits::OPERATIONS),
        ("itempath", keyfob::itempath::OPERATIONS),
        ("dvinci", keyfob::dvinci::OPERATIONS),
        ("digitaleo", keyfob::digitaleo::OPERATIONS),
    ];
    let listed = Keyfob::new(&["apis"]).run().json();
    let listed = listed.as_array().unwrap();
    for (api, operations) in all {
        let names: Vec<_> = listed.iter().filter(|row| row["api"] == api).map(|row| row["operation"].clone()).collect();
        assert_eq!(names, operations.iter().map(|operation| Value::from(operation.id)).collect::<Vec<_>>());
    }
    for row in listed {
        assert!(["documented", "example", "inferred"].map(Value::from).contains(&row["confidence"]), "{row}");
        assert!(!row["source"].as_str().unwrap().is_empty(), "{row}");
    }
    let one = Keyfob::new(&["apis", "bits", "--json"]).run().json();
    assert_eq!(one.as_array().unwrap().len(), keyfob::bits::OPERATIONS.len());
}
