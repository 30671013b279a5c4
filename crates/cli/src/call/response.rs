//! Output of a response: JSON on standard output, or a file.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use keyfob::client::{DynamicCall, header::CONTENT_TYPE};

use crate::console;
use crate::pretty;
use crate::usage_error::UsageError;

/// Sends the call and prints its response, or writes it to `output`.
pub(super) async fn print(call: DynamicCall, output: Option<&Path>) -> anyhow::Result<()> {
    if let Some(path) = output {
        return save(call, path).await;
    }
    let response = call.bytes().await?;
    let terminal = std::io::stdout().is_terminal();
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
        console::line(if terminal { pretty::json(&text) } else { text.trim_end().to_owned() })?;
        return Ok(());
    }
    if media_type.starts_with("text/html") {
        anyhow::bail!(
            "the response is an HTML page ({status}); check the base URL, and that no proxy or login page intercepts requests"
        );
    }
    let text = std::str::from_utf8(&bytes).is_ok();
    if terminal && !text {
        let message =
            format!("the response is {} bytes of {media_type}; write it to a file with --output FILE", bytes.len());
        return Err(UsageError::new(message).into());
    }
    Ok(console::bytes(&bytes)?)
}

/// Streams the response to a temporary file and renames it to `path` when it is complete.
async fn save(call: DynamicCall, path: &Path) -> anyhow::Result<()> {
    let response = call.download().await?;
    let mut name =
        path.file_name().ok_or_else(|| UsageError::new(format!("{} is not a file name", path.display())))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let unwritable = || format!("cannot write {}", path.display());
    let mut file = tokio::fs::File::create(&part).await.with_context(unwritable)?;
    match response.into_inner().copy_to(&mut file).await {
        Ok(bytes) => {
            drop(file);
            std::fs::rename(&part, path).with_context(unwritable)?;
            console::note(format_args!("{}: {bytes} bytes", path.display()));
            Ok(())
        }
        Err(error) => {
            // The error of the download is the one to report.
            let _ = std::fs::remove_file(&part);
            Err(error.into())
        }
    }
}
