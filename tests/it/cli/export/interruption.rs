//! Exports that are stopped or run into a full disk, and two exports of one file.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use keyfob_simulator::{Fault, Vendor};

use super::{ROUTE, TABLE, change, check, command, export, pages, sibling};
use crate::cli::run::{Keyfob, Run, Running, Started, folder};

const TABLE_NAME: &str = "time_registrations";

/// Runs `keyfob` with a limit on the size of each file that it writes, in blocks of 512 bytes: a disk that is full at a
/// chosen point.
fn with_file_limit(keyfob: Keyfob, blocks: u32) -> Run {
    let command = keyfob.command();
    let mut limited = Command::new("sh");
    // Without the trap, the signal that announces the limit ends the process.
    limited.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    limited.arg(command.get_program()).args(command.get_args()).env_clear().stdin(Stdio::null());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(command.get_current_dir().unwrap());
    Run::from(limited.output().unwrap())
}

/// Starts an export whose second page does not arrive, and waits until it is requested.
fn waiting(running: &Running, out: &Path, arguments: &[&str]) -> Started {
    let fault = Fault::delay(Duration::from_secs(3600)).on(Vendor::Ditio).path(ROUTE).every(2).times(1);
    running.simulator.inject(fault);
    let before = pages(running);
    command(running, TABLE_NAME, out, arguments).start_until(|| pages(running) >= before + 2)
}

#[test]
fn the_second_export_of_a_file_fails_with_the_process_that_has_it() {
    let running = Running::in_real_time();
    let out = folder("locked").join("hours.csv");
    let waiting = waiting(&running, &out, &[]);
    let holder = format!("process {} on ", waiting.id());
    let requests = running.simulator.requests().len();
    for arguments in [[].as_slice(), &["--resume"]] {
        let second = export(&running, TABLE_NAME, &out, arguments);
        second.failed(2, &["hours.csv is being written by", &holder, "since 20", "wait until it has finished"]);
    }
    let link = out.with_file_name("link.csv");
    fs::write(&out, "").unwrap();
    std::os::unix::fs::symlink(&out, &link).unwrap();
    export(&running, TABLE_NAME, &link, &[]).failed(2, &["is being written by"]);
    fs::remove_file(&out).unwrap();
    assert_eq!(running.simulator.requests().len(), requests, "nothing is sent");
    let other = out.with_file_name("other.csv");
    export(&running, TABLE_NAME, &other, &[]).json();

    // The lock ends with its process, and the journal and the checkpoint are whole.
    waiting.signal("KILL");
    waiting.end();
    assert!(sibling(&out, ".lock").exists());
    export(&running, TABLE_NAME, &out, &["--resume"]).json();
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
    assert!(!sibling(&out, ".lock").exists());
}

#[test]
fn ctrl_c_and_sigterm_stop_an_export_and_say_how_to_continue() {
    for (signal, status, word) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let running = Running::in_real_time();
        let out = folder("stopped").join("hours.ndjson");
        let waiting = waiting(&running, &out, &[]);
        waiting.signal(signal);
        let run = waiting.end();
        run.failed(status, &[word]);
        assert!(run.stderr.contains("run the same command with --resume to continue"), "{run:?}");
        assert!(!out.exists() && !sibling(&out, ".lock").exists());
        export(&running, TABLE_NAME, &out, &["--resume"]).json();
        check(&out, running.simulator.ditio_reporting().rows(TABLE));
    }
}

#[test]
fn an_export_whose_rows_lack_the_date_of_its_window_is_resumed_with_a_listing_of_all_rows() {
    let running = Running::in_real_time();
    let out = folder("images").join("images.ndjson");
    running.simulator.inject(Fault::status(503).on(Vendor::Ditio).path("/ditio/reporting/v1/images").times(1));
    let run = export(&running, "images", &out, &["--from", "2020-01-01", "--no-retry"]);
    run.failed(5, &["503"]);
    let rows = export(&running, "images", &out, &["--resume"]).json()["rows"].clone();
    assert_eq!(export(&running, "images", &out, &["--resume"]).json()["rows"], rows);
}

#[test]
fn a_full_disk_while_rows_arrive_is_resumed() {
    let running = Running::in_real_time();
    let out = folder("full").join("hours.csv");
    let run = with_file_limit(command(&running, TABLE_NAME, &out, &[]), 200);
    run.failed(1, &["cannot write", "hours.csv.part"]);
    assert!(run.stderr.contains("with --resume to continue"), "{run:?}");
    export(&running, TABLE_NAME, &out, &["--resume"]).json();
    check(&out, running.simulator.ditio_reporting().rows(TABLE));
}

#[test]
fn a_full_disk_while_the_file_is_replaced_leaves_the_old_file_and_is_resumed() {
    for format in ["ndjson", "csv"] {
        let running = Running::in_real_time();
        let out = folder("merging").join(format!("hours.{format}"));
        export(&running, TABLE_NAME, &out, &[]).json();
        let old = fs::read(&out).unwrap();
        change(&running);
        let run = with_file_limit(command(&running, TABLE_NAME, &out, &["--resume"]), 200);
        run.failed(1, &["cannot write", ".new"]);
        assert!(run.stderr.contains("with --resume to continue") && !run.stderr.contains("without"), "{run:?}");
        assert_eq!(fs::read(&out).unwrap(), old);
        assert!(!sibling(&out, ".new").exists());
        export(&running, TABLE_NAME, &out, &["--resume"]).json();
        check(&out, running.simulator.ditio_reporting().rows(TABLE));
        assert!(!sibling(&out, ".part").exists());
    }
}
