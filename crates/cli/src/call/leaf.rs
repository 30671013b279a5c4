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
    // An operation has one of the two, or neither.
    let said = |id| matches.try_get_many::<String>(id).ok().flatten().into_iter().flatten().cloned();
    Ok(Given {
        parameters,
        body: Body::new(said("keyfob:body").next(), said("keyfob:form").collect())?,
        output: matches.get_one::<PathBuf>("keyfob:output").cloned(),
        connection: Connection::from_arg_matches(matches).map_err(|error| Usage::new(error.to_string()))?,
    })
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
    let mut command = Command::new(operation.id)
        .bin_name(format!("keyfob call {} {}", api.name, operation.id))
        .no_binary_name(false)
        .about(operation.summary)
        .max_term_width(100)
        .after_help(origin(operation));
    command = Connection::augment_args(command);
    if operation.body == "multipart/form-data" || operation.body == "application/x-www-form-urlencoded" {
        command = command.arg(
            Arg::new("keyfob:form")
                .long("form")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A field of the form; NAME=@FILE sends a file"),
        );
    }
    if !operation.body.is_empty() && operation.body != "multipart/form-data" {
        let help = "The body: JSON, @FILE, or - for the standard input";
        command = command.arg(Arg::new("keyfob:body").long("body").value_name("JSON").help(help));
    }
    command = command.arg(
        Arg::new("keyfob:output")
            .long("output")
            .short('o')
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("Write the answer to this file as it arrives"),
    );
    for name in names(operation) {
        let long = name.to_kebab_case();
        let taken = command.get_arguments().any(|arg| arg.get_long() == Some(&long)) || long == "help";
        let place = if operation.path.contains(&format!("{{{name}}}")) { "path" } else { "query" };
        if !taken {
            command = command.arg(
                Arg::new(name)
                    .long(long)
                    .value_name("VALUE")
                    .action(ArgAction::Append)
                    .allow_hyphen_values(true)
                    .help(if place == "path" { "Required: a part of the path" } else { "" })
                    .help_heading("Parameters"),
            );
        }
    }
    let pairs = Arg::new("keyfob:pairs").value_name("NAME=VALUE").num_args(0..).help("Parameters, in another way");
    command.arg(pairs)
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
