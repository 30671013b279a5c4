//! Export of spans to an OTLP collector, decoded with the protocol's message types.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use prost::Message;

/// Starts an HTTP server on a free port; returns its URL and the received requests.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = String::new();
            while stream.read_line(&mut head).unwrap() > 2 {}
            let header = |name: &str| {
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix(name).map(str::to_owned))
            };
            let length = header("content-length: ").unwrap().trim().parse().unwrap();
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            sender.send((head, body)).unwrap();
        }
    });
    (url, received)
}

fn attributes(attributes: &[KeyValue]) -> BTreeMap<&str, String> {
    let text = |value: &KeyValue| match value.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes.iter().map(|value| (value.key.as_str(), text(value))).collect()
}

#[test]
fn a_collector_receives_each_call_as_a_child_span_without_secrets() {
    let (url, received) = collector();
    let run = Command::new(env!("CARGO_BIN_EXE_keyfob-otlp")).env("OTEL_EXPORTER_OTLP_ENDPOINT", url).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).contains("rows, and a file that is missing"));

    let mut spans: Vec<Span> = Vec::new();
    for (head, body) in received.try_iter() {
        assert!(head.starts_with("POST /v1/traces "), "{head}");
        let text = String::from_utf8_lossy(&body);
        assert!(!text.contains("eyJ") && !text.contains("ContinuationToken") && !text.contains("Bearer"), "{text}");
        for resource in ExportTraceServiceRequest::decode(body.as_slice()).unwrap().resource_spans {
            let about = resource.resource.unwrap();
            assert_eq!(attributes(&about.attributes)["service.name"], "nightly-export");
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
    let [parent] = named("keyfob-nightly")[..] else { panic!("{spans:#?}") };
    let pages = named("GET /v1/time-registrations");
    assert!(pages.len() >= 2, "{spans:#?}");
    let retried =
        pages.iter().filter(|page| attributes(&page.attributes).get("http.request.resend_count") == Some(&"1".into()));
    assert_eq!(retried.count(), 1, "{pages:#?}");
    for page in &pages {
        assert_eq!((page.kind(), &page.trace_id), (SpanKind::Client, &parent.trace_id));
        let attributes = attributes(&page.attributes);
        assert_eq!(attributes["operation"], "time_registrations");
        assert_eq!(attributes["http.response.status_code"], "200");
        assert_eq!(attributes["url.template"], "/v1/time-registrations");
        assert!(attributes.contains_key("duration_ms") && attributes.contains_key("server.address"), "{attributes:?}");
    }
    let [missing] = named("GET /api/file/{fileReferenceId}")[..] else { panic!("{spans:#?}") };
    assert_eq!(missing.status.as_ref().unwrap().code(), StatusCode::Error);
    assert_eq!(attributes(&missing.attributes)["error.type"], "NotFound");
    assert_eq!((missing.kind(), &missing.parent_span_id), (SpanKind::Client, &parent.span_id));
}
