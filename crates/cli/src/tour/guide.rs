//! Runs the steps of the tour and prints them line by line.

use std::time::Duration;

use anyhow::{Context, bail};
use keyfob::{Error, Operation, ResponseValue, auth::Authenticator};
use serde::Serialize;

use super::snippet::{Snippet, snippet};
use crate::console::{self, BAD, FAINT, GOOD, TITLE, WARNING, line, paint};

/// Width of the column with the code of a step, in characters. The outcome of longer code is on a line of its own.
const CODE_WIDTH: usize = 42;

/// A step of the tour.
#[derive(Clone, Debug, Default, Serialize)]
struct Step {
    api: &'static str,
    /// Source code of the call.
    call: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Description of the checked result.
    outcome: String,
}

#[derive(Serialize)]
struct Report<'a> {
    passed: bool,
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
        guide.print(paint(TITLE, "Keyfob: typed calls to business APIs, over real sockets"))?;
        guide.print(format_args!("A simulator of the vendors listens at {url}. No account or network is required."))?;
        Ok(guide)
    }

    /// Starts the section of an API.
    pub(super) fn api(&mut self, name: &'static str, title: &str, description: &str) -> anyhow::Result<()> {
        self.apis += 1;
        self.step = Step { api: name, ..Step::default() };
        self.print("")?;
        self.print(format_args!("{}  {}", paint(TITLE, title), paint(FAINT, description)))
    }

    /// Fetches the first token and prints its properties.
    pub(super) async fn authorize(&mut self, session: &keyfob::client::Session) -> anyhow::Result<()> {
        let authenticator = session.authenticator().context("the client has no credentials")?;
        let code = snippet!(authenticator.authorization());
        self.begin(code.text(), None);
        code.value.await?;
        let outcome = describe(authenticator)?;
        self.outcome(outcome)
    }

    /// Sends a call that must succeed. [`outcome`](Guide::outcome) then prints the step.
    pub(super) async fn call<T>(
        &mut self,
        operation: &'static Operation,
        code: Snippet<impl IntoFuture<Output = Result<ResponseValue<T>, Error>>>,
    ) -> anyhow::Result<ResponseValue<T>> {
        self.begin(code.text(), Some(operation));
        let response = code.value.await?;
        self.step.status = Some(response.status().as_u16());
        Ok(response)
    }

    /// Runs code that sends several calls, such as reading a stream to its end.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) async fn run<T>(
        &mut self,
        operation: &'static Operation,
        code: Snippet<impl Future<Output = Result<T, Error>>>,
    ) -> anyhow::Result<T> {
        self.begin(code.text(), Some(operation));
        Ok(code.value.await?)
    }

    /// Sends a call that the service must reject, and returns the error.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) async fn rejected<T>(
        &mut self,
        operation: &'static Operation,
        code: Snippet<impl IntoFuture<Output = Result<ResponseValue<T>, Error>>>,
    ) -> anyhow::Result<Error> {
        self.begin(code.text(), Some(operation));
        let Err(error) = code.value.await else { bail!("the service did not reject the call") };
        self.step.status = error.status().map(|status| status.as_u16());
        Ok(error)
    }

    /// Prints a change of the simulator between two steps.
    #[allow(dead_code, reason = "not every API needs it, and a build may have one API")]
    pub(super) fn simulator_event(&mut self, event: &str) -> anyhow::Result<()> {
        self.print(format_args!("         {}", paint(FAINT, event)))
    }

    /// Prints the current step with its outcome.
    pub(super) fn outcome(&mut self, outcome: impl Into<String>) -> anyhow::Result<()> {
        self.step.outcome = outcome.into();
        let Step { call, method, status, outcome, .. } = &self.step;
        let style = if status.is_some_and(|status| status >= 400) { WARNING } else { GOOD };
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let (method, mut code) = (method.unwrap_or_default(), call.as_str());
        let column = |method, code| format!("  {} {code:<CODE_WIDTH$}", paint(FAINT, format_args!("{method:<6}")));
        let mut start = column(method, code);
        if code.chars().count() > CODE_WIDTH {
            self.print(start)?;
            code = "";
            start = column("", code);
        }
        self.print(format_args!("{start} {} {outcome}", paint(style, format_args!("{status:<3}"))))?;
        self.steps.push(self.step.clone());
        Ok(())
    }

    /// Prints the summary. The returned error names the step that failed.
    pub(super) fn finish(self, result: anyhow::Result<()>, elapsed: Duration) -> anyhow::Result<()> {
        let calls = self.steps.iter().filter(|step| step.method.is_some()).count();
        let result = result.with_context(|| format!("{}: {}", self.step.api, self.step.call));
        if self.json {
            let failure = result.as_ref().err().map(|error| format!("{error:#}"));
            let report = Report { passed: failure.is_none(), failure, apis: self.apis, calls, steps: &self.steps };
            console::json(&report)?;
        } else if result.is_ok() {
            let apis = if self.apis == 1 { "1 API".to_owned() } else { format!("{} APIs", self.apis) };
            self.print("")?;
            self.print(format_args!(
                "{} {calls} typed calls to {apis} in {:.1} s; each response was checked.",
                paint(GOOD, "All steps passed:"),
                elapsed.as_secs_f64()
            ))?;
            self.print("Next: `keyfob simulate --env-file sim.env`, `keyfob apis`, `keyfob call --help`.")?;
        } else {
            self.print("")?;
            self.print(format_args!("{} {}", paint(BAD, "Failed:"), self.step.call))?;
        }
        result
    }

    fn begin(&mut self, code: &str, operation: Option<&'static Operation>) {
        self.step = Step {
            api: self.step.api,
            call: code.to_owned(),
            method: operation.map(|operation| operation.method),
            path: operation.map(|operation| operation.path),
            ..Step::default()
        };
    }

    fn print(&self, text: impl std::fmt::Display) -> anyhow::Result<()> {
        if !self.json {
            line(text)?;
        }
        Ok(())
    }
}

fn describe(authenticator: &Authenticator) -> anyhow::Result<String> {
    let info = authenticator.token_info().context("there is no token after authorization")?;
    let lifetime = match info.lifetime {
        // Rounded to minutes, because a fraction of a second has already passed.
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
        guide.begin("client.application(id)", None);
        let error = guide.finish(Err(anyhow::anyhow!("it has started")), Duration::ZERO).unwrap_err();
        assert_eq!(format!("{error:#}"), "bits: client.application(id): it has started");
    }
}
