//! `keyfob simulate`: start, environment file, shutdown.

#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

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

/// Runs `keyfob` in a shell that has sourced the file.
fn sourced(env_file: &Path, words: &str) -> Run {
    let script = format!(". '{}' && exec '{}' {words}", env_file.display(), env!("CARGO_BIN_EXE_keyfob-under-test"));
    Run::from(Command::new("sh").args(["-c", &script]).env_clear().env("PATH", "/usr/bin:/bin").output().unwrap())
}

#[test]
fn a_shell_that_sources_the_file_can_call_every_api() {
    let file = folder("it's a folder").join("sim.env");
    let path = file.display().to_string().replace('\'', r"'\''");
    let mut server = serve(&["--seed", "7"], &file);
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
    let interrupted = Command::new("sh").args(["-c", &format!("kill -INT {}", server.0.id())]).status().unwrap();
    assert!(interrupted.success());
    assert!(server.0.wait().unwrap().success(), "Ctrl-C ends it with status 0");
    sourced(env_file, "call ditio-core machine_types").failed(5, &["onnect"]);
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
