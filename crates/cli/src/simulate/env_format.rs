//! Formats of the file with the environment variables.

use serde_json::{Map, Value};

use crate::args::EnvFormat;
use crate::shell;

/// Formats environment variables.
pub(super) fn format(format: EnvFormat, variables: &[(&'static str, String)]) -> String {
    let lines = |line: fn(&str, &str) -> String| variables.iter().map(|(name, value)| line(name, value)).collect();
    match format {
        EnvFormat::Shell => lines(|name, value| format!("export {name}={}\n", shell::quote(value))),
        EnvFormat::Dotenv => lines(|name, value| format!("{name}={}\n", dotenv_value(value))),
        EnvFormat::Powershell => lines(|name, value| format!("$env:{name} = '{}'\n", value.replace('\'', "''"))),
        EnvFormat::Json => {
            let members = variables.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
            format!("{:#}\n", Value::Object(members.collect::<Map<_, _>>()))
        }
    }
}

/// Returns a value for a dotenv file, quoted only if necessary: `docker run --env-file` takes quotes as part of the value.
fn dotenv_value(value: &str) -> String {
    if value.chars().all(|c| c.is_alphanumeric() || "/._-:+@=\\".contains(c)) {
        value.to_owned()
    } else if value.contains('\'') {
        format!("\"{}\"", value.replace('\\', r"\\").replace('"', "\\\"").replace('$', "\\$"))
    } else {
        format!("'{value}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(to: EnvFormat, value: &str, expected: &str) {
        assert_eq!(format(to, &[("A", value.to_owned())]), expected);
    }

    #[test]
    fn a_value_with_a_quote_is_one_value_in_every_format() {
        check(EnvFormat::Shell, "it's $HOME", "export A='it'\\''s $HOME'\n");
        check(EnvFormat::Powershell, "it's $HOME", "$env:A = 'it''s $HOME'\n");
        check(EnvFormat::Dotenv, "it's $HOME", "A=\"it's \\$HOME\"\n");
        check(EnvFormat::Dotenv, "my file", "A='my file'\n");
        check(EnvFormat::Json, "it's \"$HOME\"", "{\n  \"A\": \"it's \\\"$HOME\\\"\"\n}\n");
    }

    #[test]
    fn a_url_in_a_dotenv_file_has_no_quotes() {
        check(EnvFormat::Dotenv, "http://127.0.0.1:8484/bits", "A=http://127.0.0.1:8484/bits\n");
    }
}
