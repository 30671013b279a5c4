//! The request body given on the command line.

use std::io::Read;

use keyfob::client::DynamicCall;
use keyfob::{Form, Operation, Part};
use serde_json::{Map, Value};

use crate::usage_error::UsageError;

/// Names of standard input in place of a value: the usual one, and the one of curl.
const STANDARD_INPUT: [&str; 2] = ["-", "@-"];

/// A request body from the arguments.
pub(super) enum Body {
    None,
    Json(String),
    Form(Vec<(String, String)>),
}

impl Body {
    pub(super) fn new(json: Option<String>, form: Vec<String>) -> Result<Self, UsageError> {
        match (json, form.is_empty()) {
            (Some(_), false) => Err(UsageError::new("--body and --form cannot be combined")),
            (Some(json), true) => Ok(Self::Json(json)),
            (None, true) => Ok(Self::None),
            (None, false) => {
                let fields = form.into_iter().map(|field| match field.split_once('=') {
                    Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
                    None => Err(UsageError::new(format!(
                        "--form {field} is not a field; expected NAME=VALUE or NAME=@FILE"
                    ))),
                });
                Ok(Self::Form(fields.collect::<Result<_, _>>()?))
            }
        }
    }

    /// Adds the body to the call.
    pub(super) fn add_to(self, call: DynamicCall, operation: &Operation) -> anyhow::Result<DynamicCall> {
        match self {
            Self::None => Ok(call),
            Self::Json(text) => Ok(call.body(json(&text)?)),
            Self::Form(fields) if operation.body == "multipart/form-data" => {
                let form = fields.into_iter().fold(Form::new(), |form, (name, value)| match value.strip_prefix('@') {
                    Some(path) => form.part(name, Part::file_at(path)),
                    None => form.text(name, value),
                });
                Ok(call.multipart(form))
            }
            Self::Form(fields) => {
                let mut object = Map::new();
                for (name, value) in fields {
                    let value = match value.strip_prefix('@') {
                        Some(path) => read(path)?,
                        None => value,
                    };
                    object.insert(name, Value::String(value));
                }
                Ok(call.body(object))
            }
        }
    }
}

/// Parses JSON from the argument itself, from `@FILE`, or from standard input (`-` or `@-`).
fn json(text: &str) -> anyhow::Result<Value> {
    let source = match text.strip_prefix('@') {
        _ if STANDARD_INPUT.contains(&text) => "standard input",
        Some(path) => path,
        None => "--body",
    };
    let text = referenced(text)?.unwrap_or_else(|| text.to_owned());
    let parsed = serde_json::from_str(&text);
    Ok(parsed.map_err(|error| UsageError::with_source(error, format!("{source} is not JSON")))?)
}

/// Reads the file that `@FILE` names, or standard input for `-` and `@-`. Any other argument is `None`.
pub(super) fn referenced(argument: &str) -> Result<Option<String>, UsageError> {
    if STANDARD_INPUT.contains(&argument) {
        let mut all = String::new();
        let read = std::io::stdin().read_to_string(&mut all);
        read.map_err(|error| UsageError::with_source(error, "cannot read standard input"))?;
        return Ok(Some(all));
    }
    argument.strip_prefix('@').map(read).transpose()
}

fn read(path: &str) -> Result<String, UsageError> {
    std::fs::read_to_string(path).map_err(|error| UsageError::with_source(error, format!("cannot read {path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_fields_and_json_are_distinguished() {
        assert!(matches!(Body::new(None, vec![]), Ok(Body::None)));
        let fields = Body::new(None, vec!["file=@a=b.pdf".to_owned(), "x=".to_owned()]);
        let Ok(Body::Form(fields)) = fields else { panic!("fields") };
        assert_eq!(fields, [("file".to_owned(), "@a=b.pdf".to_owned()), ("x".to_owned(), String::new())]);
        assert!(Body::new(Some("{}".to_owned()), vec!["a=b".to_owned()]).is_err());
        assert!(Body::new(None, vec!["a".to_owned()]).is_err());
    }

    #[test]
    fn an_error_names_the_source_of_invalid_json() {
        assert_eq!(json("{\"a\": 1}").unwrap()["a"], 1);
        let error = json("{a: 1}").unwrap_err();
        assert_eq!(format!("{error:#}"), "--body is not JSON: key must be a string at line 1 column 2");
        assert!(json("@/no/such/file").unwrap_err().to_string().starts_with("cannot read /no/such/file"));
    }
}
