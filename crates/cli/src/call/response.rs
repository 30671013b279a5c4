//! Output of a response: JSON on standard output, or a file.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use futures::TryStreamExt;
use keyfob::client::{DynamicCall, header::CONTENT_TYPE};

use crate::console;
use crate::interrupt;
use crate::output::Output;
use crate::pretty;
use crate::redact;

/// Name of standard output as an output file.
const STDOUT: &str = "-";
/// Mode of new files: a response may contain personal data.
const MODE: u32 = 0o600;

/// Sends the call and prints its response, or writes it to `output`. `-` is standard output, as received unless that
/// is a terminal.
pub(super) async fn print(call: DynamicCall, output: Option<&Path>) -> anyhow::Result<()> {
    let terminal = std::io::stdout().is_terminal();
    match output {
        Some(path) if path == Path::new(STDOUT) && !terminal => return stream(call).await,
        Some(path) if path != Path::new(STDOUT) => {
            // Opened before anything is sent: a write must not be executed and then reported as failed.
            let output = Output::open(path, MODE)?;
            return save(call, output, path).await;
        }
        _ => {}
    }
    let response = call.bytes().await?;
    let media_type =
        response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("bytes").to_owned();
    let status = response.status();
    let bytes = response.into_inner();
    if bytes.is_empty() {
        if terminal {
            console::note(format_args!("success: {status}"));
        }
        return Ok(());
    }
    if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() {
        let text = String::from_utf8_lossy(&bytes);
        let text = redact::clean_json(&text);
        return Ok(console::line(if terminal { pretty::json(&text).into() } else { Cow::from(text.trim_end()) })?);
    }
    if media_type.starts_with("text/html") {
        anyhow::bail!(
            "the response is an HTML page ({status}); check the base URL, and that no proxy or login page intercepts requests"
        );
    }
    let Ok(text) = std::str::from_utf8(&bytes) else {
        if terminal {
            anyhow::bail!(
                "the response ({status}) is {} bytes of {media_type} and not printed on a terminal; use --output FILE",
                bytes.len()
            );
        }
        return Ok(console::bytes(&bytes)?);
    };
    let text = redact::clean(text);
    if terminal {
        // No control character of a service reaches the terminal but the ends of lines and tabs.
        return Ok(console::line(console::printable_lines(&text).trim_end())?);
    }
    Ok(console::bytes(text.as_bytes())?)
}

/// Writes the response to standard output while it is received, unchanged.
async fn stream(call: DynamicCall) -> anyhow::Result<()> {
    let mut chunks = call.download().await?.into_inner();
    while let Some(chunk) = chunks.try_next().await? {
        console::bytes(&chunk)?;
    }
    Ok(())
}

/// Sends the call and writes the response to the output while it is received.
async fn save(call: DynamicCall, mut output: Output, path: &Path) -> anyhow::Result<()> {
    let saved = async move {
        let response = call.download().await?;
        let status = response.status();
        let unsaved =
            || format!("the request succeeded ({status}), but its response was not saved to {}", path.display());
        let file = output.start().and_then(|file| file.try_clone()).with_context(unsaved)?;
        let bytes = response.into_inner().copy_to(&mut tokio::fs::File::from_std(file)).await.with_context(unsaved)?;
        output.finish().with_context(unsaved)?;
        console::note(format_args!("{}: {bytes} bytes", path.display()));
        Ok(())
    };
    tokio::select! {
        result = saved => result,
        // The output has been dropped, and with it its temporary file.
        signal = interrupt::signal() => std::process::exit(signal.status().into()),
    }
}
