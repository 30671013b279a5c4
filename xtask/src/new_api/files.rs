//! Files of the crate of a new API, from templates.

use crate::new_api::access::{Access, Connection};
use crate::new_api::identity::Identity;

const MANIFEST: &str = include_str!("../../templates/Cargo.toml.txt");
const LIB: &str = include_str!("../../templates/lib.rs.txt");
const VARIABLES: &str = include_str!("../../templates/variables.rs.txt");
const README: &str = include_str!("../../templates/README.md.txt");
const WALK: &str = include_str!("../../templates/operations.rs.txt");
const PAGE: &str = include_str!("../../templates/page.md.txt");
const FIXED: &str = include_str!("../../templates/environment_fixed.rs.txt");
const OPEN: &str = include_str!("../../templates/environment_open.rs.txt");

/// Variable of a credential.
struct Credential {
    /// Name after the prefix of the API.
    name: &'static str,
    secret: bool,
    required: bool,
    meaning: String,
}

/// Facts about the generated code that decide on dependencies and features.
#[derive(Clone, Copy)]
pub(crate) struct Needs {
    /// Uploads, multipart forms or downloads.
    pub(crate) files: bool,
    /// Dates in parameters or fields.
    pub(crate) dates: bool,
    /// Untyped values.
    pub(crate) values: bool,
}

/// Returns the files of the crate, and its page in the book, by path below the root.
///
/// `samples` has the name and a call of each operation.
pub(crate) fn files(
    identity: &Identity,
    connection: &Connection,
    needs: Needs,
    samples: &[(String, String)],
) -> Vec<(String, String)> {
    let credentials = credentials(&connection.access);
    let (module, prefix) = (identity.module(), identity.prefix());
    let base_is = match &connection.server {
        Some(server) => format!("`{server}` if unset"),
        None => "required".to_owned(),
    };
    let constants = |chosen: &dyn Fn(&Credential) -> bool| -> String {
        credentials.iter().filter(|one| chosen(one)).map(|one| one.name).collect::<Vec<_>>().join(", ")
    };
    let variables: String = credentials
        .iter()
        .map(|one| {
            let kind = if one.secret { "secret" } else { "new" };
            let name = one.name;
            format!(
                "/// `{prefix}_{name}`: {}.\npub const {name}: Variable = Variable::{kind}(\"{prefix}_{name}\");\n",
                one.meaning
            )
        })
        .collect();
    let rows: String =
        credentials.iter().map(|one| format!("| `{prefix}_{}` | {} |\n", one.name, sentence(one))).collect();
    let keyword: String = identity.name.chars().take(20).collect();
    let (token_url, scopes) = match &connection.access {
        Access::OAuth { token_url, scopes } if !scopes.is_empty() => {
            let scopes: Vec<String> = scopes.iter().map(|scope| format!("{scope:?}")).collect();
            (token_url.clone(), format!(".scopes([{}])", scopes.join(", ")))
        }
        Access::OAuth { token_url, .. } => (token_url.clone(), String::new()),
        _ => (String::new(), String::new()),
    };
    let header = if let Access::Header(header) = &connection.access { header.as_str() } else { "" };
    let credentials_of_tests = match connection.access {
        // The mock has no token endpoint.
        Access::OAuth { .. } | Access::Bearer => {
            format!("keyfob_{module}::client::auth::Credentials::bearer(\"token\")")
        }
        Access::Basic => format!("keyfob_{module}::Credentials::new(\"user\", \"password\")"),
        Access::Header(_) => format!("keyfob_{module}::Credentials::new(\"key\")"),
    };
    let calls: String = samples
        .iter()
        .map(|(name, call)| {
            // In the tests of the crate, the runtime is reached through the crate.
            let call = call.replace("keyfob_client::", &format!("keyfob_{module}::client::"));
            format!("        {name:?} => {call},\n")
        })
        .collect();
    let types = if calls.contains("types::") { ", types" } else { "" };
    let values = [
        ("test_credentials", credentials_of_tests.as_str()),
        ("calls", &calls),
        ("types", types),
        ("name", identity.name.as_str()),
        ("title", &identity.title),
        ("module", &module),
        ("prefix", &prefix),
        ("server", connection.server.as_deref().unwrap_or_default()),
        ("base_is", &base_is),
        ("keyword", keyword.trim_end_matches('-')),
        ("dependencies", &dependencies(needs)),
        ("variables", &variables),
        ("credential_names", &constants(&|_| true)),
        ("required_names", &constants(&|one| one.required)),
        ("variable_rows", &rows),
        ("token_url", &token_url),
        ("scopes", &scopes),
        ("header", header),
        ("header_lower", &header.to_lowercase()),
    ];
    let environment = if connection.server.is_some() { FIXED } else { OPEN };
    let template = match connection.access {
        Access::OAuth { .. } => include_str!("../../templates/credentials_oauth.rs.txt"),
        Access::Basic => include_str!("../../templates/credentials_basic.rs.txt"),
        Access::Header(_) => include_str!("../../templates/credentials_header.rs.txt"),
        Access::Bearer => include_str!("../../templates/credentials_bearer.rs.txt"),
    };
    let folder = format!("crates/{}", identity.name);
    [
        (format!("{folder}/Cargo.toml"), MANIFEST),
        (format!("{folder}/README.md"), README),
        (format!("{folder}/src/lib.rs"), LIB),
        (format!("{folder}/src/variables.rs"), VARIABLES),
        (format!("{folder}/src/environment.rs"), environment),
        (format!("{folder}/src/credentials.rs"), template),
        (format!("{folder}/tests/operations.rs"), WALK),
        (format!("docs/book/src/auth/{}.md", identity.name), PAGE),
    ]
    .into_iter()
    .map(|(path, template)| (path, fill(template, &values)))
    .collect()
}

fn credentials(access: &Access) -> Vec<Credential> {
    let one = |name, secret, meaning: &str| Credential { name, secret, required: true, meaning: meaning.to_owned() };
    match access {
        Access::OAuth { token_url, .. } => {
            let meaning = format!("token endpoint, `{token_url}` if unset");
            let endpoint = Credential { name: "TOKEN_URL", secret: false, required: false, meaning };
            vec![
                one("CLIENT_ID", false, "id of the client"),
                one("CLIENT_SECRET", true, "secret of the client"),
                endpoint,
            ]
        }
        Access::Basic => vec![one("USER", false, "name of the user"), one("PASSWORD", true, "password of the user")],
        Access::Header(header) => vec![one("API_KEY", true, &format!("API key, sent in the header `{header}`"))],
        Access::Bearer => vec![one("TOKEN", true, "token that the vendor has issued")],
    }
}

/// Returns the meaning of a credential as a cell of a table.
fn sentence(credential: &Credential) -> String {
    let mut text = credential.meaning.clone();
    if let Some(first) = text.get(..1) {
        let first = first.to_uppercase();
        text.replace_range(..1, &first);
    }
    if credential.required { format!("{text}; required") } else { text }
}

fn dependencies(needs: Needs) -> String {
    let mut lines = String::new();
    if needs.dates {
        lines += "chrono.workspace = true\n";
    }
    lines += if needs.files {
        "keyfob-client = { workspace = true, features = [\"files\"] }\n"
    } else {
        "keyfob-client.workspace = true\n"
    };
    if needs.values {
        lines += "serde_json.workspace = true\n";
    }
    lines
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_placeholder_of_every_template_is_filled() {
        let identity = Identity::new("time-sheets", "Time sheets").unwrap();
        let oauth = Access::OAuth { token_url: "https://a.example/token".into(), scopes: vec!["read".into()] };
        for access in [oauth, Access::Basic, Access::Header("X-Key".into()), Access::Bearer] {
            for server in [Some("https://a.example".to_owned()), None] {
                let connection = Connection { access: access.clone(), server, remarks: Vec::new() };
                let needs = Needs { files: true, dates: true, values: true };
                for (path, text) in files(&identity, &connection, needs, &[("pets".into(), "client.pets()".into())]) {
                    assert!(!text.contains("{{"), "{path}: {text}");
                    if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
                        syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
                    }
                }
            }
        }
    }
}
