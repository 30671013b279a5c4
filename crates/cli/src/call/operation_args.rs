//! The command line of one operation, built from its description.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use heck::ToKebabCase;
use keyfob::Operation;

use super::body::{self, Body};
use crate::args::connection::Connection;
use crate::console::{WARNING, note, paint, printable};
use crate::redact;
use crate::registry::Api;
use crate::suggest::{did_you_mean, fold};
use crate::usage_error::UsageError;

/// The arguments that follow the operation's name.
pub(super) struct ParsedArgs {
    /// Values by parameter name, as in the API description.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) output: Option<PathBuf>,
    pub(super) connection: Connection,
}

/// Returns the help text of the operation.
pub(super) fn help(api: &Api, operation: &'static Operation) -> String {
    command(api, operation).render_help().ansi().to_string()
}

/// Parses the arguments of an operation. Ends the process after `--help` and for arguments that clap rejects.
pub(super) fn parse(api: &Api, operation: &'static Operation, arguments: &[String]) -> Result<ParsedArgs, UsageError> {
    let command = command(api, operation);
    let name = OsString::from(command.get_name().to_owned());
    let words = std::iter::once(name).chain(arguments.iter().map(OsString::from));
    let matches = command.try_get_matches_from(words).unwrap_or_else(|error| error.exit());
    from_matches(operation, &matches)
}

fn from_matches(operation: &'static Operation, matches: &ArgMatches) -> Result<ParsedArgs, UsageError> {
    let mut parameters = Vec::new();
    for name in parameter_names(operation) {
        let values = matches.try_get_many::<String>(name).ok().flatten();
        parameters.extend(values.into_iter().flatten().map(|value| (name.to_owned(), value.clone())));
    }
    for pair in matches.get_many::<String>("keyfob:pairs").into_iter().flatten() {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(UsageError::new(format!("{pair} is not a parameter; expected NAME=VALUE or --name VALUE")));
        };
        parameters.push((parameter_name(operation, name)?, value.to_owned()));
    }
    read_token(operation, &mut parameters)?;
    let missing: Vec<_> =
        required(operation).filter(|name| parameters.iter().all(|(given, _)| given != name)).collect();
    if !missing.is_empty() {
        let flags: Vec<_> = missing.iter().map(|name| format!("--{} VALUE", name.to_kebab_case())).collect();
        return Err(UsageError::new(format!(
            "{} requires {}; pass {}",
            operation.id,
            missing.join(" and "),
            flags.join(" ")
        )));
    }
    // clap reports an error for an id that this operation does not define.
    let values_of = |id| matches.try_get_many::<String>(id).ok().flatten().into_iter().flatten().cloned();
    let body = Body::new(values_of("keyfob:body").next(), values_of("keyfob:form").collect())?;
    if operation.body_required && matches!(body, Body::None) {
        let flag = if accepts_json(operation) { "--body JSON" } else { "--form NAME=VALUE" };
        return Err(UsageError::new(format!("{} requires a body; pass {flag}", operation.id)));
    }
    Ok(ParsedArgs {
        parameters,
        body,
        output: matches.get_one::<PathBuf>("keyfob:output").cloned(),
        connection: Connection::from_arg_matches(matches).map_err(|error| UsageError::new(error.to_string()))?,
    })
}

/// Returns the name, as in the API description, of the parameter with this name in any spelling.
fn parameter_name(operation: &'static Operation, name: &str) -> Result<String, UsageError> {
    if let Some(known) = parameter_names(operation).find(|known| fold(known) == fold(name)) {
        return Ok(known.to_owned());
    }
    let suggestion = did_you_mean(name, parameter_names(operation));
    if !operation.open_query || name.is_empty() {
        let suggestion = if suggestion.is_empty() { parameter_hint(operation) } else { suggestion };
        return Err(UsageError::new(format!("{} has no parameter {name}{suggestion}", operation.id)));
    }
    // A service may ignore a filter on an unknown field, and return all rows.
    if !suggestion.is_empty() {
        let text = format!("{name} is sent as a filter on a field of that name{suggestion}");
        note(format_args!("{} {}", paint(WARNING, "warning:"), printable(&text)));
    }
    Ok(name.to_owned())
}

/// Replaces the name of a file by the token in it. A token in an argument would be visible to other users.
fn read_token(operation: &'static Operation, parameters: &mut [(String, String)]) -> Result<(), UsageError> {
    for (name, value) in parameters {
        if operation.token_parameter() != Some(name.as_str()) {
            continue;
        }
        let Some(text) = body::referenced(value)? else {
            return Err(UsageError::new(format!(
                "{name} is a secret, and other users can see arguments; pass @FILE, or - for standard input"
            )));
        };
        text.trim().clone_into(value);
        redact::remember(value);
    }
    Ok(())
}

/// Returns the names of the required parameters.
fn required(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    operation.path_parameters().chain(operation.required.iter().copied())
}

fn accepts_json(operation: &Operation) -> bool {
    operation.body != "multipart/form-data" && operation.body != "application/x-www-form-urlencoded"
}

/// Returns the known parameters, to end an error message with.
fn parameter_hint(operation: &'static Operation) -> String {
    let names: Vec<_> = parameter_names(operation).collect();
    if names.is_empty() {
        "; it has no parameters".to_owned()
    } else {
        format!("; its parameters are {}", names.join(", "))
    }
}

/// Returns the names of path, query and header parameters. A name used in two locations is one parameter.
fn parameter_names(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    let query = operation.query.iter().chain(operation.headers).copied();
    let path: Vec<_> = operation.path_parameters().collect();
    let others = query.filter({
        let path = path.clone();
        move |name| !path.contains(name)
    });
    path.into_iter().chain(others).chain(operation.token_parameter())
}

fn command(api: &Api, operation: &'static Operation) -> Command {
    let command = Command::new(operation.id)
        .bin_name(format!("keyfob call {} {}", api.name, operation.id))
        .max_term_width(100)
        .args(parameters(operation))
        .next_help_heading("Request and response")
        .args(body_args(operation));
    // Set the description last, because `augment_args` sets one too.
    Connection::augment_args(command).about(operation.summary).after_help(origin(operation))
}

/// Returns a flag for each parameter, except names that another flag has, and `NAME=VALUE` for all.
fn parameters(operation: &'static Operation) -> Vec<Arg> {
    let connection = Connection::augment_args(Command::new("keyfob"));
    let taken = |long: &str| {
        let others = connection.get_arguments().filter_map(Arg::get_long);
        others.chain(["help", "body", "form", "output"]).any(|other| other == long)
    };
    let flag = |name: &'static str| {
        let arg = Arg::new(name).long(name.to_kebab_case()).value_name("VALUE").action(ArgAction::Append);
        let help = if operation.path_parameters().any(|part| part == name) {
            "Required; part of the path"
        } else if operation.token_parameter() == Some(name) {
            "Required; @FILE with the token, or - for standard input"
        } else if operation.required.contains(&name) {
            "Required"
        } else if operation.comma_separated.contains(&name) {
            "Repeatable; or several values separated by commas"
        } else {
            ""
        };
        let arg = arg.help(help);
        arg.allow_hyphen_values(true).help_heading("Parameters")
    };
    let flags = parameter_names(operation).filter(|name| !taken(&name.to_kebab_case())).map(flag);
    let help = if operation.open_query {
        "Parameters in the form NAME=VALUE; other names filter on the field of that name"
    } else {
        "Parameters in the form NAME=VALUE"
    };
    let pairs = Arg::new("keyfob:pairs").value_name("NAME=VALUE").num_args(0..).help(help);
    flags.chain([pairs.help_heading("Parameters")]).collect()
}

fn body_args(operation: &Operation) -> Vec<Arg> {
    let mut args = Vec::new();
    if !operation.body.is_empty() && !accepts_json(operation) {
        let form = Arg::new("keyfob:form").long("form").value_name("NAME=VALUE").action(ArgAction::Append);
        args.push(form.help("Form field; NAME=@FILE sends a file"));
    }
    if !operation.body.is_empty() && operation.body != "multipart/form-data" {
        let body = Arg::new("keyfob:body").long("body").value_name("JSON");
        args.push(body.help("Request body: JSON, @FILE, or - for standard input"));
    }
    let output = Arg::new("keyfob:output").long("output").short('o').value_name("FILE");
    let output = output.value_parser(clap::value_parser!(PathBuf));
    args.push(output.help("Write the response to this file; - for standard output"));
    args
}

/// Returns the end of the help text: request line, scope, content type, confidence and source.
fn origin(operation: &Operation) -> String {
    let fixed: Vec<_> = operation.fixed_query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if fixed.is_empty() { String::new() } else { format!("?{}", fixed.join("&")) };
    let scope = operation.scope.map_or_else(String::new, |scope| format!(", scope {scope}"));
    let body = if operation.body.is_empty() { String::new() } else { format!(", body {}", operation.body) };
    format!(
        "{} {}{query}{scope}{body}\n{}: {}",
        operation.method, operation.path, operation.confidence, operation.source
    )
}
