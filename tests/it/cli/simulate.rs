//! `keyfob simulate`: start, environment file, shutdown.

#![cfg(unix)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::run::{Keyfob, Run, folder};

/// Time within which a server must have started, on a machine that is busy with other work.
const START_LIMIT: Duration = Duration::from_secs(300);

/// A server process, killed on drop.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server and waits for its environment file, which it writes once it listens.
pub(crate) fn serve(arguments: &[&str], env_file: &Path) -> Server {
    let arguments = [&["simulate", "--listen", "127.0.0.1:0", "--env-file", env_file.to_str().unwrap()], arguments];
    let child = Keyfob::new(&arguments.concat()).command().stdout(Stdio::piped()).spawn().unwrap();
    let (mut server, begun) = (Server(child), Instant::now());
    while !env_file.exists() {
        assert!(server.0.try_wait().unwrap().is_none() && begun.elapsed() < START_LIMIT, "the server did not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    server
}

impl Server {
    /// Sends a signal and asserts that the server ends with status 0.
    #[track_caller]
    fn ends_after(mut self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success(), "{signal} ends it with status 0");
    }

    /// Returns the printed line that starts with `words`.
    fn line(&mut self, words: &str) -> String {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        // To the last line: the server could not print the rest to a closed pipe.
        let mut printed: Vec<String> = Vec::new();
        for line in lines {
            printed.push(line);
            if printed.last().is_some_and(|line| line.starts_with("Ctrl-C stops")) {
                break;
            }
        }
        printed.into_iter().find(|line| line.starts_with(words)).unwrap()
    }
}

/// Runs `keyfob` in a shell that has sourced the file.
fn sourced(env_file: &Path, words: &str) -> Run {
    let script = format!(". '{}' && exec '{}' {words}", env_file.display(), env!("CARGO_BIN_EXE_keyfob-under-test"));
    Run::from(Command::new("sh").args(["-c", &script]).env_clear().env("PATH", "/usr/bin:/bin").output().unwrap())
}

#[test]
fn a_shell_that_sources_the_file_can_call_every_api() {
    let file = folder("it's a folder").join("sim.env");
    let path = file.display().to_string().replace('\'', r"'\''");
    let server = serve(&["--seed", "7"], &file);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for name in ["DITIO_API_BASE", "BITS_CLIENT_SECRET", "ITEMPATH_PASSWORD", "DVINCI_BASE", "DIGITALEO_SMS_BASE"] {
        assert!(fs::read_to_string(&file).unwrap().contains(&format!("export {name}='")), "{name}");
    }
    let env_file = Path::new(&path);
    for (words, member) in [
        ("call ditio-core machine_types", ""),
        ("call ditio-reporting projects", "data"),
        ("call bits userinfo", "customerId"),
        ("call itempath materials --limit 1", "materials"),
        ("call dvinci job_openings", ""),
        ("call digitaleo contacts --limit 1", "list"),
    ] {
        let response = sourced(env_file, words).json();
        assert!(member.is_empty() && response.is_array() || response.get(member).is_some(), "{words}: {response}");
    }
    server.ends_after("INT");
    sourced(env_file, "call ditio-core machine_types").failed(5, &["onnect"]);
}

#[test]
fn sigterm_ends_the_simulator_with_status_0() {
    serve(&[], &folder("term").join("sim.env")).ends_after("TERM");
}

/// Asserts the printed source of simulated time, and the time in the `Date` header, which is `None` for the system clock.
#[track_caller]
fn check_clock(arguments: &[&str], printed: &str, time: Option<&str>) {
    let file = folder("clock").join("sim.json");
    let mut server = serve(&[arguments, &["--env-format", "json"]].concat(), &file);
    let line = server.line("Clock: ");
    assert!(line.contains(printed), "{line}");
    let variables: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let address = variables["BITS_BASE"].as_str().unwrap().trim_start_matches("http://").trim_end_matches("/bits");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let date = response.lines().find_map(|line| line.strip_prefix("date: ")).unwrap();
    let date = DateTime::parse_from_rfc2822(date).unwrap().to_utc();
    let expected = time.map_or_else(Utc::now, |time| time.parse().unwrap());
    // The machine may be busy. The frozen default is months before any run of this test.
    let tolerance = if time.is_some() { TimeDelta::zero() } else { TimeDelta::hours(1) };
    assert!((date - expected).abs() <= tolerance, "{arguments:?}: {date}");
}

#[test]
fn simulated_time_is_real_time_unless_it_is_frozen() {
    check_clock(&[], "real time", None);
    check_clock(&["--frozen"], "frozen at 2026-03-02T08:00:00Z", Some("2026-03-02T08:00:00Z"));
    let epoch = ["--epoch", "2027-01-31T12:00:00+01:00"];
    check_clock(&epoch, "frozen at 2027-01-31T11:00:00Z", Some("2027-01-31T11:00:00Z"));
}

#[test]
fn the_environment_file_has_the_requested_format() {
    for (format, line) in [
        ("dotenv", "BITS_CLIENT_SECRET=bits+simulated:secret"),
        ("json", r#"  "BITS_CLIENT_SECRET": "bits+simulated:secret","#),
        ("powershell", "$env:BITS_CLIENT_SECRET = 'bits+simulated:secret'"),
        ("shell", "export BITS_CLIENT_SECRET='bits+simulated:secret'"),
    ] {
        let file = folder("format").join("sim.env");
        let _server = serve(&["--env-format", format], &file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().any(|found| found == line), "{text}");
    }
    let run = Keyfob::new(&["simulate", "--env-format", "json"]).run();
    assert!(run.status == 2 && run.stderr.contains("--env-file <FILE>"), "{run:?}");
}

#[test]
fn the_certificate_is_trusted_only_when_it_is_named() {
    let folder = folder("tls");
    let (file, certificate) = (folder.join("sim.env"), folder.join("sim.pem"));
    let _server = serve(&["--tls", "--certificate", certificate.to_str().unwrap()], &file);
    sourced(&file, "call itempath materials --limit 1").json();
    let script = "unset KEYFOB_CA; ";
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("ITEMPATH_BASE='https://"), "{text}");
    fs::write(&file, format!("{text}{script}\n")).unwrap();
    sourced(&file, "call itempath materials").failed(5, &["certificate"]);
}

#[test]
fn a_port_in_use_is_one_clear_line() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let run = Keyfob::new(&["simulate", "--listen", &address]).run();
    run.failed(1, &["cannot listen on", "--listen"]);
}
