//! Output on a terminal: a service cannot rewrite it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::Stdio,
    thread,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};

use super::run::Keyfob;

/// Runs `keyfob` with standard output and standard error on a pseudoterminal. Returns the exit status and everything
/// that the terminal received.
fn on_terminal(keyfob: Keyfob) -> (i32, String) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    // The terminal understands escape codes, so that none is removed because of its kind.
    let mut command = keyfob.env("TERM", "xterm-256color").command();
    command.stdout(Stdio::from(terminal.try_clone().unwrap())).stderr(Stdio::from(terminal));
    let mut child = command.spawn().unwrap();
    // The command has its own copies of the terminal. It ends when all are closed.
    drop(command);
    let mut received = Vec::new();
    if let Err(error) = File::from(controller).read_to_end(&mut received) {
        // Linux reports the end of a pseudoterminal as an error.
        assert_eq!(error.raw_os_error(), Some(Errno::IO.raw_os_error()), "{error}");
    }
    (child.wait().unwrap().code().unwrap(), String::from_utf8(received).unwrap())
}

/// Runs a call whose response has this status, media type and body.
fn call(status: u16, media_type: &str, body: &str, arguments: &[&str]) -> (i32, String) {
    let url = serve(status, media_type, body);
    let arguments = [&["call", "itempath", "materials", "--no-retry"], arguments].concat();
    on_terminal(Keyfob::new(&arguments).env("ITEMPATH_BASE", &url).env("ITEMPATH_TOKEN", "a-token"))
}

/// Starts a server that responds to one request without a body. Returns its URL.
fn serve(status: u16, media_type: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head = format!("HTTP/1.1 {status} Status\r\nContent-Type: {media_type}\r\nContent-Length: {}", body.len());
    let response = format!("{head}\r\nConnection: close\r\n\r\n{body}");
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().is_empty()), "the end of the request's headers");
        connection.write_all(response.as_bytes()).unwrap();
    });
    url
}

/// Clears the screen, sets the window's title, and overwrites the line; as 7-bit and as 8-bit codes.
const HOSTILE: &str = "one\u{1b}[2J\u{1b}]0;title\u{7}\ttwo\rthree\u{9b}2J\u{8}\u{7f}\nend";

#[test]
fn no_control_character_of_a_text_response_reaches_a_terminal() {
    for arguments in [[].as_slice(), &["-o", "-"]] {
        let (status, received) = call(200, "text/plain; charset=utf-8", HOSTILE, arguments);
        // The terminal itself adds the carriage returns.
        assert_eq!((status, received.as_str()), (0, "one [2J ]0;title \ttwo three 2J  \r\nend\r\n"));
    }
}

#[test]
fn no_control_character_of_a_json_response_reaches_a_terminal() {
    let (status, received) = call(200, "application/json", "{\"name\":\"one\u{9b}2J\u{7f}two\"}", &[]);
    assert_eq!((status, received.as_str()), (0, "{\r\n  \"name\": \"one2Jtwo\"\r\n}\r\n"));
}

#[test]
fn no_control_character_of_an_error_message_reaches_a_terminal() {
    let body = serde_json::json!({ "message": HOSTILE }).to_string();
    let (status, received) = call(400, "application/json", &body, &[]);
    assert_eq!(status, 1, "{received}");
    let message = "message from the service: one [2J ]0;title  two three 2J   end";
    assert!(received.contains(message), "{received:?}");
}
