//! A file service that discards uploads and generates downloads.

use std::io::{BufRead, BufReader, Read, Result, Write, copy, repeat, sink};
use std::net::{TcpListener, TcpStream};

/// Serves on a free local port and returns the base URL.
pub(crate) fn serve(size: u64) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || respond(&stream, size));
        }
    });
    Ok(url)
}

fn respond(stream: &TcpStream, size: u64) -> Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    let (mut line, mut length) = (String::new(), 0_u64);
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let received = copy(&mut reader.by_ref().take(length), &mut sink())?;
    let mut writer: &TcpStream = stream;
    if length > 0 {
        let body = format!("{{\"message\": \"{received}\"}}");
        let head = format!("content-type: application/json\r\ncontent-length: {}", body.len());
        write!(writer, "HTTP/1.1 200 OK\r\n{head}\r\nconnection: close\r\n\r\n{body}")
    } else {
        write!(writer, "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n")?;
        copy(&mut repeat(7).take(size), &mut writer).map(drop)
    }
}
