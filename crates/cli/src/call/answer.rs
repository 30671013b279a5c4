//! What came back: JSON on the standard output, files where they were asked for.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;
use keyfob::client::{DynamicCall, header::CONTENT_TYPE};

use crate::console;
use crate::exit::Usage;
use crate::pretty;

/// Sends the call and shows its answer, or writes it to `output`.
pub(super) async fn show(call: DynamicCall, output: Option<&Path>) -> anyhow::Result<()> {
    if let Some(path) = output {
        return save(call, path).await;
    }
    let answer = call.fetch().await?;
    let terminal = std::io::stdout().is_terminal();
    let media_type =
        answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("bytes").to_owned();
    let status = answer.status();
    let bytes = answer.into_inner();
    if bytes.is_empty() {
        if terminal {
            console::note(format_args!("done: {status}"));
        }
        return Ok(());
    }
    if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok() {
        let text = String::from_utf8_lossy(&bytes);
        console::line(if terminal { pretty::json(&text) } else { text.trim_end().to_owned() })?;
        return Ok(());
    }
    if media_type.starts_with("text/html") {
        anyhow::bail!("the answer is an HTML page ({status}): is the base URL right, and nothing in between?");
    }
    let text = std::str::from_utf8(&bytes).is_ok();
    if terminal && !text {
        let message = format!("the answer is {} bytes of {media_type}: give --output FILE", bytes.len());
        return Err(Usage::new(message).into());
    }
    Ok(console::bytes(&bytes)?)
}

/// Writes the answer to a file, which is there only once all of it is.
async fn save(call: DynamicCall, path: &Path) -> anyhow::Result<()> {
    let answer = call.download().await?;
    let mut name =
        path.file_name().ok_or_else(|| Usage::new(format!("{} is no file name", path.display())))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let unwritable = || format!("cannot write {}", path.display());
    let mut file = tokio::fs::File::create(&part).await.with_context(unwritable)?;
    match answer.into_inner().copy_to(&mut file).await {
        Ok(bytes) => {
            drop(file);
            std::fs::rename(&part, path).with_context(unwritable)?;
            console::note(format_args!("{}: {bytes} bytes", path.display()));
            Ok(())
        }
        Err(error) => {
            // The half is worth nothing, and its loss nothing more to say.
            let _ = std::fs::remove_file(&part);
            Err(error.into())
        }
    }
}
