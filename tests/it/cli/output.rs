//! `keyfob call --output`: what the file is, and what it contains until the response is complete, is not destroyed.

#![cfg(unix)]

use std::{
    fs,
    io::Read,
    os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink},
    path::Path,
    process::Command,
    time::Duration,
};

use keyfob_simulator::{Fault, Vendor};
use serde_json::Value;

use super::run::{Run, Running, folder};

const BODY: &str = r#"{"companyId": "012345", "projectNumber": "P-1", "name": "Bru over Åna", "active": true}"#;

/// Reads the projects into a file.
fn saved(running: &Running, output: &Path) -> Run {
    running.keyfob(&["call", "ditio-core", "projects", "-o", output.to_str().unwrap()]).run()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[track_caller]
fn check_projects(text: &[u8]) {
    assert!(serde_json::from_slice::<Value>(text).unwrap().is_array());
}

#[test]
fn an_output_that_cannot_be_written_is_reported_before_anything_is_sent() {
    let running = Running::start();
    let folder = folder("unwritable");
    fs::write(folder.join("file"), "").unwrap();
    for output in ["no/such/file", "", ".", "new/", "file/below"] {
        let output = folder.join(output);
        let arguments = ["call", "ditio-core", "create_project", "--body", BODY, "-o", output.to_str().unwrap()];
        running.keyfob(&arguments).run().failed(2, &["cannot write"]);
    }
    assert!(running.simulator.requests().is_empty());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "a temporary file was left behind");
}

#[test]
fn a_dash_is_standard_output() {
    let running = Running::start();
    let folder = folder("dash");
    let printed = running.keyfob(&["call", "ditio-core", "projects"]).run().json();
    let run = running.keyfob(&["call", "ditio-core", "projects", "--output", "-"]).within(&folder).run();
    assert_eq!(run.json(), printed);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn links_devices_and_pipes_stay_what_they_are() {
    let running = Running::start();
    let folder = folder("special");
    let path = |name: &str| folder.join(name);
    // A link to the device: if the output were replaced, only the link would be lost.
    symlink("/dev/null", path("null")).unwrap();
    assert_eq!(saved(&running, &path("null")).status, 0);
    assert!(fs::metadata(path("null")).unwrap().file_type().is_char_device());

    fs::write(path("file"), "old").unwrap();
    symlink("file", path("link")).unwrap();
    symlink("link", path("link to link")).unwrap();
    symlink("new", path("link to nothing")).unwrap();
    for (link, file) in [("link to link", "file"), ("link to nothing", "new")] {
        assert_eq!(saved(&running, &path(link)).status, 0);
        assert!(fs::symlink_metadata(path(link)).unwrap().is_symlink());
        check_projects(&fs::read(path(file)).unwrap());
    }

    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || {
            let mut text = Vec::new();
            fs::File::open(pipe).unwrap().read_to_end(&mut text).unwrap();
            text
        }
    });
    assert_eq!(saved(&running, &path("pipe")).status, 0);
    // The reader of a pipe that was replaced would wait for ever.
    assert!(fs::metadata(path("pipe")).unwrap().file_type().is_fifo());
    check_projects(&reader.join().unwrap());
}

#[test]
fn an_existing_file_keeps_its_mode_and_a_new_one_is_private() {
    let running = Running::start();
    let folder = folder("modes");
    for (name, given, expected) in [("wide", Some(0o664), 0o664), ("narrow", Some(0o600), 0o600), ("new", None, 0o600)]
    {
        let path = folder.join(name);
        if let Some(given) = given {
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(given)).unwrap();
        }
        let run = saved(&running, &path);
        assert_eq!((run.status, mode(&path)), (0, expected), "{name}: {run:?}");
        check_projects(&fs::read(&path).unwrap());
    }
    // A second name of the file would keep the old content if the file were replaced.
    fs::write(folder.join("one name"), "old").unwrap();
    fs::hard_link(folder.join("one name"), folder.join("other name")).unwrap();
    assert_eq!(saved(&running, &folder.join("one name")).status, 0);
    check_projects(&fs::read(folder.join("other name")).unwrap());
    assert_eq!(fs::metadata(folder.join("one name")).unwrap().nlink(), 2);
}

#[test]
fn a_failed_call_leaves_the_file_unchanged() {
    let running = Running::start();
    let folder = folder("failed");
    let path = folder.join("projects.json");
    fs::write(&path, "old").unwrap();
    fs::hard_link(&path, folder.join("other name")).unwrap();
    running.simulator.inject(Fault::status(400).on(Vendor::Ditio).path("/ditio/core").times(2));
    saved(&running, &path).failed(1, &["400"]);
    saved(&running, &folder.join("new.json")).failed(1, &["400"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "a file was left behind");
}

#[test]
fn a_signal_during_the_call_leaves_the_file_unchanged() {
    let running = Running::start();
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let folder = folder("signal");
        let path = folder.join("projects.json");
        fs::write(&path, "old").unwrap();
        let route = "/ditio/core/api";
        running.simulator.inject(Fault::delay(Duration::from_secs(3600)).on(Vendor::Ditio).path(route).times(1));
        let requests = || running.simulator.requests().iter().filter(|request| request.path.starts_with(route)).count();
        let before = requests();
        let arguments = ["call", "ditio-core", "projects", "-o", path.to_str().unwrap()];
        let started = running.keyfob(&arguments).start_until(|| requests() > before);
        started.signal(signal);
        assert_eq!(started.end().status, status);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "a temporary file was left behind");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_response_that_cannot_be_saved_does_not_hide_that_the_request_succeeded() {
    let running = Running::start();
    let path = folder("full").join("full");
    symlink("/dev/full", &path).unwrap();
    let arguments = ["call", "ditio-core", "create_project", "--body", BODY, "-o", path.to_str().unwrap()];
    running.keyfob(&arguments).run().failed(1, &["the request succeeded (20", "not saved", "No space left"]);
}
