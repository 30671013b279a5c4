//! The command line of one operation, made from its description.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use heck::ToKebabCase;
use keyfob::Operation;

use super::body::Body;
use crate::args::Connection;
use crate::exit::Usage;
use crate::registry::Api;
use crate::suggest::{did_you_mean, fold};

/// What was said after the operation's name.
pub(super) struct Given {
    /// By their names on the wire.
    pub(super) parameters: Vec<(&'static str, String)>,
    pub(super) body: Body,
    pub(super) output: Option<PathBuf>,
    pub(super) connection: Connection,
}

/// Says how the operation is called.
pub(super) fn help(api: &Api, operation: &'static Operation) -> String {
    command(api, operation).render_help().ansi().to_string()
}

/// Reads the arguments of an operation. Ends the process after `--help` and after what clap cannot read.
pub(super) fn parse(api: &Api, operation: &'static Operation, arguments: &[String]) -> Result<Given, Usage> {
    let command = command(api, operation);
    let name = OsString::from(command.get_name().to_owned());
    let words = std::iter::once(name).chain(arguments.iter().map(OsString::from));
    let matches = command.try_get_matches_from(words).unwrap_or_else(|error| error.exit());
    given(operation, &matches)
}

fn given(operation: &'static Operation, matches: &ArgMatches) -> Result<Given, Usage> {
    let mut parameters = Vec::new();
    for name in names(operation) {
        let values = matches.try_get_many::<String>(name).ok().flatten();
        parameters.extend(values.into_iter().flatten().map(|value| (name, value.clone())));
    }
    for pair in matches.get_many::<String>("keyfob:pairs").into_iter().flatten() {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Usage::new(format!("{pair} is no parameter: give name=value, or --name value")));
        };
        let Some(name) = names(operation).find(|known| fold(known) == fold(name)) else {
            let suggestion = did_you_mean(name, names(operation));
            let suggestion = if suggestion.is_empty() { takes(operation) } else { suggestion };
            return Err(Usage::new(format!("{} has no parameter {name}{suggestion}", operation.id)));
        };
        parameters.push((name, value.to_owned()));
    }
    let missing: Vec<_> =
        required(operation).filter(|name| parameters.iter().all(|(given, _)| given != name)).collect();
    if !missing.is_empty() {
        let flags: Vec<_> = missing.iter().map(|name| format!("--{} VALUE", name.to_kebab_case())).collect();
        return Err(Usage::new(format!("{} needs {}: give {}", operation.id, missing.join(" and "), flags.join(" "))));
    }
    // An operation has one of the two, or neither.
    let said = |id| matches.try_get_many::<String>(id).ok().flatten().into_iter().flatten().cloned();
    let body = Body::new(said("keyfob:body").next(), said("keyfob:form").collect())?;
    if operation.body_required && matches!(body, Body::None) {
        let flag = if takes_json(operation) { "--body JSON" } else { "--form NAME=VALUE" };
        return Err(Usage::new(format!("{} needs a body: give {flag}", operation.id)));
    }
    Ok(Given {
        parameters,
        body,
        output: matches.get_one::<PathBuf>("keyfob:output").cloned(),
        connection: Connection::from_arg_matches(matches).map_err(|error| Usage::new(error.to_string()))?,
    })
}

/// The parameters that have to be given.
fn required(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    operation.path_parameters().chain(operation.required.iter().copied())
}

fn takes_json(operation: &Operation) -> bool {
    operation.body != "multipart/form-data" && operation.body != "application/x-www-form-urlencoded"
}

fn takes(operation: &'static Operation) -> String {
    let names: Vec<_> = names(operation).collect();
    if names.is_empty() { ": it takes none".to_owned() } else { format!(": it takes {}", names.join(", ")) }
}

/// Path, query and header parameters. A name that is in two places is one parameter.
fn names(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    let query = operation.query.iter().chain(operation.headers).copied();
    let path: Vec<_> = operation.path_parameters().collect();
    let others = query.filter({
        let path = path.clone();
        move |name| !path.contains(name)
    });
    path.into_iter().chain(others)
}

fn command(api: &Api, operation: &'static Operation) -> Command {
    let command = Command::new(operation.id)
        .bin_name(format!("keyfob call {} {}", api.name, operation.id))
        .max_term_width(100)
        .args(parameters(operation))
        .next_help_heading("Sending and saving")
        .args(body(operation));
    // Its own description last: these arguments bring one along.
    Connection::augment_args(command).about(operation.summary).after_help(origin(operation))
}

/// A flag for each parameter whose name is free, and `name=value` for all.
fn parameters(operation: &'static Operation) -> Vec<Arg> {
    let connection = Connection::augment_args(Command::new("keyfob"));
    let taken = |long: &str| {
        let others = connection.get_arguments().filter_map(Arg::get_long);
        others.chain(["help", "body", "form", "output"]).any(|other| other == long)
    };
    let flag = |name: &'static str| {
        let arg = Arg::new(name).long(name.to_kebab_case()).value_name("VALUE").action(ArgAction::Append);
        let help = if operation.path_parameters().any(|part| part == name) {
            "Required: a part of the path"
        } else if operation.required.contains(&name) {
            "Required"
        } else if operation.joined.contains(&name) {
            "Several times, or with commas, for several"
        } else {
            ""
        };
        let arg = arg.help(help);
        arg.allow_hyphen_values(true).help_heading("Parameters")
    };
    let flags = names(operation).filter(|name| !taken(&name.to_kebab_case())).map(flag);
    let pairs = Arg::new("keyfob:pairs").value_name("NAME=VALUE").num_args(0..).help("Parameters, written differently");
    flags.chain([pairs.help_heading("Parameters")]).collect()
}

fn body(operation: &Operation) -> Vec<Arg> {
    let mut args = Vec::new();
    if !operation.body.is_empty() && !takes_json(operation) {
        let form = Arg::new("keyfob:form").long("form").value_name("NAME=VALUE").action(ArgAction::Append);
        args.push(form.help("A field of the form; NAME=@FILE sends a file"));
    }
    if !operation.body.is_empty() && operation.body != "multipart/form-data" {
        let body = Arg::new("keyfob:body").long("body").value_name("JSON");
        args.push(body.help("The body: JSON, @FILE, or - for the standard input"));
    }
    let output = Arg::new("keyfob:output").long("output").short('o').value_name("FILE");
    let output = output.value_parser(clap::value_parser!(PathBuf));
    args.push(output.help("Write the answer to this file as it arrives"));
    args
}

/// What `--help` says about where the operation comes from.
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
