//! The tour's voice: makes the calls, checks what they bring, and shows it line by line.

use std::time::Duration;

use anyhow::{Context, bail};
use keyfob::{Error, Operation, ResponseValue, auth::Authenticator};
use serde::Serialize;

use crate::console::{self, BAD, FAINT, GOOD, TITLE, WARNING, line, paint};

/// The width of the column that says what is called.
const CALL: usize = 42;

/// One step, as it is shown.
#[derive(Clone, Debug, Default, Serialize)]
struct Step {
    api: &'static str,
    /// What was called, as one would write it in Rust.
    call: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// What came back.
    outcome: String,
}

#[derive(Serialize)]
struct Report<'a> {
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    apis: usize,
    calls: usize,
    steps: &'a [Step],
}

pub(super) struct Guide {
    json: bool,
    apis: usize,
    step: Step,
    steps: Vec<Step>,
}

impl Guide {
    pub(super) fn new(json: bool, url: &str) -> anyhow::Result<Self> {
        let guide = Self { json, apis: 0, step: Step::default(), steps: Vec::new() };
        guide.say(paint(TITLE, "Keyfob: typed calls to business APIs, over real sockets"))?;
        guide.say(format_args!("A simulator of the vendors listens at {url}; no account and no network is needed."))?;
        Ok(guide)
    }

    /// Begins the next API.
    pub(super) fn api(&mut self, name: &'static str, title: &str, about: &str) -> anyhow::Result<()> {
        self.apis += 1;
        self.step = Step { api: name, ..Step::default() };
        self.say("")?;
        self.say(format_args!("{}  {}", paint(TITLE, title), paint(FAINT, about)))
    }

    /// Gets the first token, and shows what is known about it.
    pub(super) async fn authorize(&mut self, session: &keyfob::client::Session) -> anyhow::Result<()> {
        self.begin("authenticator.authorization()", None);
        let authenticator = session.authenticator().context("the client has credentials")?;
        authenticator.authorization().await?;
        let outcome = describe(authenticator)?;
        self.came_back(outcome)
    }

    /// Makes a call that has to succeed. [`came_back`](Guide::came_back) then shows it.
    pub(super) async fn call<T>(
        &mut self,
        operation: &'static Operation,
        shown: &str,
        call: impl IntoFuture<Output = Result<ResponseValue<T>, Error>>,
    ) -> anyhow::Result<ResponseValue<T>> {
        self.begin(shown, Some(operation));
        let answer = call.await?;
        self.step.status = Some(answer.status().as_u16());
        Ok(answer)
    }

    /// Does what takes several calls, such as reading a stream to its end.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) async fn run<T>(
        &mut self,
        operation: &'static Operation,
        shown: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> anyhow::Result<T> {
        self.begin(shown, Some(operation));
        let found = work.await?;
        Ok(found)
    }

    /// Makes a call that the service has to refuse.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) async fn refused<T>(
        &mut self,
        operation: &'static Operation,
        shown: &str,
        call: impl IntoFuture<Output = Result<ResponseValue<T>, Error>>,
    ) -> anyhow::Result<Error> {
        self.begin(shown, Some(operation));
        let Err(error) = call.await else { bail!("the service should have refused this") };
        self.step.status = error.status().map(|status| status.as_u16());
        Ok(error)
    }

    /// Does something to the simulator.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) fn meanwhile(&mut self, what: &str) -> anyhow::Result<()> {
        self.say(format_args!("         {}", paint(FAINT, what)))
    }

    /// Shows what the current step brought.
    pub(super) fn came_back(&mut self, outcome: impl Into<String>) -> anyhow::Result<()> {
        self.step.outcome = outcome.into();
        let Step { call, method, status, outcome, .. } = &self.step;
        let style = if status.is_some_and(|status| status >= 400) { WARNING } else { GOOD };
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        self.say(format_args!(
            "  {} {call:<CALL$} {} {outcome}",
            paint(FAINT, format_args!("{:<6}", method.unwrap_or_default())),
            paint(style, format_args!("{status:<3}")),
        ))?;
        self.steps.push(self.step.clone());
        Ok(())
    }

    /// Says how it went. The error names the step that failed.
    pub(super) fn finish(self, walked: anyhow::Result<()>, took: Duration) -> anyhow::Result<()> {
        let calls = self.steps.iter().filter(|step| step.method.is_some()).count();
        let walked = walked.with_context(|| format!("{}: {}", self.step.api, self.step.call));
        if self.json {
            let failure = walked.as_ref().err().map(|error| format!("{error:#}"));
            let report = Report { held: failure.is_none(), failure, apis: self.apis, calls, steps: &self.steps };
            console::json(&report)?;
        } else if walked.is_ok() {
            let apis = if self.apis == 1 { "1 API".to_owned() } else { format!("{} APIs", self.apis) };
            self.say("")?;
            self.say(format_args!(
                "{} {calls} typed calls to {apis} in {:.1} s; each answer was checked.",
                paint(GOOD, "All steps held:"),
                took.as_secs_f64()
            ))?;
            self.say("Next: `keyfob simulate --env-file sim.env`, `keyfob apis`, `keyfob call --help`.")?;
        } else {
            self.say("")?;
            self.say(format_args!("{} {}", paint(BAD, "Failed:"), self.step.call))?;
        }
        walked
    }

    fn begin(&mut self, shown: &str, operation: Option<&'static Operation>) {
        self.step = Step {
            api: self.step.api,
            call: shown.to_owned(),
            method: operation.map(|operation| operation.method),
            path: operation.map(|operation| operation.path),
            ..Step::default()
        };
    }

    fn say(&self, text: impl std::fmt::Display) -> anyhow::Result<()> {
        if !self.json {
            line(text)?;
        }
        Ok(())
    }
}

fn describe(authenticator: &Authenticator) -> anyhow::Result<String> {
    let info = authenticator.token_info().context("there is a token after authorizing")?;
    let lifetime = match info.lifetime {
        Some(lifetime) if lifetime.as_secs() >= 120 => format!("valid for {} min", (lifetime.as_secs() + 30) / 60),
        Some(lifetime) => format!("valid for {} s", lifetime.as_secs()),
        None => "valid until it is rejected".to_owned(),
    };
    let mut text = format!("a {} token, {lifetime}", info.token_type.as_deref().unwrap_or("bearer"));
    if !info.scopes.is_empty() {
        text.push_str(", for ");
        text.push_str(&info.scopes.join(" "));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_api_and_its_step() {
        let mut guide = Guide { json: true, apis: 0, step: Step::default(), steps: Vec::new() };
        guide.api("bits", "Bits", "").unwrap();
        guide.begin("application(id)", None);
        let error = guide.finish(Err(anyhow::anyhow!("it has started")), Duration::ZERO).unwrap_err();
        assert_eq!(format!("{error:#}"), "bits: application(id): it has started");
    }
}
