//! The client: its documentation, and its methods in one `impl` block per resource.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::call::Call;
use super::operation_docs::{self, shared_statuses, status_line};
use super::rustdoc::{doc, escaped, sentence};
use crate::codegen::markdown::one_line;
use crate::codegen::model::api::{Api, Resource};

/// Returns the struct `Client` and all its methods.
pub(super) fn client(api: &Api, calls: &[Call<'_>], enums: &dyn Fn(&str) -> bool) -> TokenStream {
    let docs = doc(&documentation(api, calls));
    let blocks = api.groups(calls, |call| call.operation).into_iter().map(|(resource, calls)| {
        let heading = resource.map(heading).unwrap_or_default();
        let heading = doc(&heading);
        let methods = calls.iter().map(|call| call.method(&doc(&operation_docs::method(call, api)), enums));
        quote! {
            #heading
            impl Client {
                #(#methods)*
            }
        }
    });
    // rustdoc lists `impl` blocks in source order: constructors and session come before the operations.
    quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct Client {
            session: keyfob_client::Session,
        }
        impl From<keyfob_client::Session> for Client {
            fn from(session: keyfob_client::Session) -> Self {
                Self { session }
            }
        }
        impl AsRef<keyfob_client::Session> for Client {
            fn as_ref(&self) -> &keyfob_client::Session {
                &self.session
            }
        }
        keyfob_client::client_constructors!(Client, super::Environment, super::Credentials);
        impl Client {
            /// Returns the session of this client, which sends requests that have no method here.
            pub fn session(&self) -> &keyfob_client::Session {
                &self.session
            }
        }
        #(#blocks)*
    }
}

fn heading(resource: &Resource) -> Vec<String> {
    vec![format!("# {}", title(resource)), sentence(&escaped(&resource.description))]
}

/// Returns the resource's name with a capital.
fn title(resource: &Resource) -> String {
    let mut letters = resource.name.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    escaped(&(first + letters.as_str()))
}

/// Returns the sentences that link to the hand-written types for values of query parameters; empty without such types.
fn value_builders(api: &Api) -> String {
    let parameters = api.operations.iter().flat_map(|operation| &operation.parameters);
    let types: BTreeSet<&String> = parameters.filter_map(|parameter| parameter.value_builder.as_ref()).collect();
    let sentences =
        types.into_iter().map(|ty| format!("[`{ty}`](crate::{ty}) builds the values of the setters that link to it."));
    sentences.collect::<Vec<_>>().join(" ")
}

fn documentation(api: &Api, calls: &[Call<'_>]) -> Vec<String> {
    let mut paragraphs = vec![
        format!("Client of {}", sentence(&escaped(&api.title))),
        "[`from_env`](Self::from_env), [`new`](Self::new) and [`builder`](Self::builder) open a client. Its clones share \
         connections and token."
            .to_owned(),
        operation_docs::linked(&api.description, api, ""),
        value_builders(api),
        format!("The vendor's documentation was read on {}.", api.version),
    ];
    let groups = api.groups(calls, |call| call.operation);
    if groups.iter().any(|(resource, _)| resource.is_some()) {
        paragraphs.push("# Operations".to_owned());
        let lines = groups.iter().map(|(resource, calls)| {
            let name = resource.map_or_else(|| "Others".to_owned(), title);
            let links = calls.iter().map(|call| {
                let method = &call.operation.method_name;
                format!("[`{method}`](Self::{method})")
            });
            format!("* **{name}**: {}", links.collect::<Vec<_>>().join(", "))
        });
        paragraphs.push(lines.collect::<Vec<_>>().join("\n"));
    }
    let shared = shared_statuses(api);
    if !shared.is_empty() {
        paragraphs.push("# Statuses of every operation".to_owned());
        paragraphs.push(shared.into_iter().map(status_line).map(|line| one_line(&line)).collect::<Vec<_>>().join("\n"));
    }
    paragraphs
}
