//! Access to the files of an export, and cells that a spreadsheet would run.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use keyfob_simulator::{Fault, Vendor};
use serde_json::json;

use super::{ROUTE, TABLE, change, check, export, exported, sibling};
use crate::cli::run::{Running, folder};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn new_files_are_readable_by_their_owner_only_and_existing_files_keep_their_mode() {
    let running = Running::in_real_time();
    for format in ["ndjson", "csv", "parquet"] {
        let out = folder("access").join(format!("hours.{format}"));
        let (journal, checkpoint) = (sibling(&out, ".part"), sibling(&out, ".checkpoint"));
        running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path(ROUTE).every(4).times(1));
        export(&running, "time_registrations", &out, &["--no-retry"]).failed(5, &["503"]);
        assert_eq!((mode(&journal), mode(&checkpoint)), (0o600, 0o600));
        export(&running, "time_registrations", &out, &["--resume"]).json();
        assert_eq!((mode(&out), mode(&checkpoint)), (0o600, 0o600));

        fs::set_permissions(&out, Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(&checkpoint, Permissions::from_mode(0o644)).unwrap();
        change(&running);
        export(&running, "time_registrations", &out, &["--resume"]).json();
        assert_eq!((mode(&out), mode(&checkpoint)), (0o640, 0o644));
    }
}

#[test]
fn a_symbolic_link_is_followed() {
    let running = Running::in_real_time();
    let folder = folder("link");
    let (target, link) = (folder.join("target.csv"), folder.join("link.csv"));
    fs::write(&target, "").unwrap();
    symlink("target.csv", &link).unwrap();
    export(&running, "time_registrations", &link, &[]).json();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    change(&running);
    export(&running, "time_registrations", &link, &["--resume"]).json();
    check(&target, running.simulator.ditio_reporting().rows(TABLE));
    let dangling = folder.join("dangling.csv");
    symlink("missing.csv", &dangling).unwrap();
    export(&running, "time_registrations", &dangling, &[]).failed(2, &["cannot follow the symbolic link"]);
}

#[test]
fn cells_that_begin_like_a_formula_are_neutralized_on_request() {
    let running = Running::in_real_time();
    let service = running.simulator.ditio_reporting();
    let out = folder("formulas").join("hours.csv");
    let id = service.rows(TABLE)[0]["id"].as_str().unwrap().to_owned();
    let set = |text: &str| {
        service.update(TABLE, [id.as_str()], json!({ "description": text, "qty": -1.5 }));
    };
    let cells = || {
        let row = exported(&out).remove(&id).unwrap();
        (row["description"].as_str().unwrap().to_owned(), row["qty"].as_str().unwrap().to_owned())
    };
    let formula = r#"=HYPERLINK("http://x.example","x")"#;
    set(formula);
    export(&running, "time_registrations", &out, &[]).json();
    assert_eq!(cells(), (formula.to_owned(), "-1.5".to_owned()), "off by default, for programs");
    let run = export(&running, "time_registrations", &out, &["--resume", "--neutralize-formulas"]);
    run.failed(2, &["was written with formulas as they are"]);
    assert!(run.stderr.contains("without --resume"), "{run:?}");

    export(&running, "time_registrations", &out, &["--neutralize-formulas"]).json();
    assert_eq!(cells(), (format!("'{formula}"), "-1.5".to_owned()));
    // The row is carried over, then changed, with and without the option.
    for (text, arguments) in [
        (None, [].as_slice()),
        (None, &["--neutralize-formulas"]),
        (Some("@SUM(A1)"), &[]),
        (Some("+1+1"), &["--neutralize-formulas"]),
    ] {
        text.into_iter().for_each(set);
        export(&running, "time_registrations", &out, &[&["--resume"], arguments].concat()).json();
        assert_eq!(cells(), (format!("'{}", text.unwrap_or(formula)), "-1.5".to_owned()));
    }
}
