//! Calls of operations chosen at run time, with parameters by name.

use std::{fmt, mem};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    call::{options::CallOptions, send},
    error::Error,
    operation::Operation,
    request::{
        builder::RequestBuilder,
        path::Path,
        prepared::PreparedRequest,
        template::{Piece, pieces},
    },
    response::ResponseFuture,
    session::Session,
};

/// `Accept` header: JSON if the service has a choice, else anything.
const ACCEPT_ANY: &str = "application/json, */*;q=0.9";

/// A call of an operation chosen at run time, for tools; returned by [`Session::operation`].
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct DynamicCall {
    pub(crate) session: Session,
    pub(crate) operation: &'static Operation,
    parameters: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) call: CallOptions,
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Value),
    #[cfg(feature = "files")]
    File(crate::files::content::Content),
}

impl Session {
    /// Starts a call of one of this API's operations, such as those in an API crate's `OPERATIONS`.
    ///
    /// ```
    /// # async fn example(session: keyfob_client::Session, list: &[&'static keyfob_client::Operation])
    /// # -> Result<(), keyfob_client::Error> {
    /// let operation = list.iter().find(|operation| operation.id == "project").expect("the API has this operation");
    /// let project = session.operation(operation).param("id", "17").send::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn operation(&self, operation: &'static Operation) -> DynamicCall {
        DynamicCall {
            session: self.clone(),
            operation,
            parameters: Vec::new(),
            body: Body::None,
            call: CallOptions::default(),
        }
    }
}

impl DynamicCall {
    /// Adds a parameter of the path, the query or the headers, by its name on the wire.
    ///
    /// A query parameter can be added several times; its values are then sent repeated or separated by commas, as the
    /// API's description requires. With an unknown name the call fails, unless the operation has an
    /// [`open_query`](Operation::open_query): then the parameter is sent in the query.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets the body as JSON. For an operation that takes a URL-encoded form, the properties of an object become its
    /// fields; objects and lists inside become JSON text.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Body::Json(body.into());
        self
    }

    crate::call_setters!();

    /// Sends the call and decodes its JSON response. `serde_json::Value` accepts any JSON.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Rejected`](crate::ErrorKind::Rejected) if a path parameter is missing, a parameter is unknown, or the
    /// body is not of the operation's media type; other kinds as for every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn send<T: DeserializeOwned + Send + Sync + 'static>(self) -> ResponseFuture<T> {
        let request = self.request();
        send::json(self.session, self.operation, request, self.call)
    }

    /// Sends the call and returns the response as text.
    ///
    /// # Errors
    ///
    /// As [`send`](DynamicCall::send), and if the response is not UTF-8.
    pub fn text(self) -> ResponseFuture<String> {
        let request = self.request();
        send::text(self.session, self.operation, request, self.call)
    }

    /// Sends the call and returns the body of the response, of any media type.
    ///
    /// # Errors
    ///
    /// As [`send`](DynamicCall::send), except that the body is not decoded.
    pub fn bytes(self) -> ResponseFuture<Bytes> {
        let request = self.request();
        send::decoded_with(self.session, self.operation, request, self.call, |response, _| {
            Ok(Box::new(mem::take(&mut response.body)))
        })
    }

    pub(crate) fn request(&self) -> Result<PreparedRequest, Error> {
        self.build().map_err(|error| error.at(self.session.api(), self.operation))
    }

    fn build(&self) -> Result<PreparedRequest, Error> {
        let operation = self.operation;
        self.check_names()?;
        let mut path = self.session.0.path(operation.host)?;
        self.fill_path(&mut path)?;
        let mut request = RequestBuilder::of(operation, path)?;
        request.accept(ACCEPT_ANY);
        for (name, value) in operation.fixed_query {
            request.pair(name, value);
        }
        for (name, value) in self.query() {
            request.pair(name, &value);
        }
        for (name, value) in &self.parameters {
            if let Some(name) = operation.headers.iter().find(|known| *known == name) {
                request.header(name, value);
            }
        }
        if let Some(name) = operation.token_parameter() {
            let token = self.parameters.iter().find(|(given, _)| given == name);
            let (_, token) = token.ok_or_else(|| Error::rejected(format!("the parameter `{name}` is missing")))?;
            request.bearer(token);
        }
        self.add_body(&mut request)?;
        request.finish()
    }

    /// Returns the query parameters. The values of a comma-separated one are joined at the position of the first.
    fn query(&self) -> Vec<(&str, String)> {
        let mut query: Vec<(&str, String)> = Vec::new();
        let operation = self.operation;
        let is_query = |name: &str| {
            operation.query.contains(&name) || operation.open_query && !names(operation).any(|known| known == name)
        };
        let given = self.parameters.iter().filter(|(name, _)| is_query(name));
        for (name, value) in given {
            let is_joined = self.operation.comma_separated.contains(&name.as_str());
            match query.iter_mut().find(|(known, _)| is_joined && known == name) {
                Some((_, list)) => list.extend([",", value]),
                None => query.push((name, value.clone())),
            }
        }
        query
    }

    /// Rejects unknown parameters: a service would ignore a misspelt filter and return all rows.
    fn check_names(&self) -> Result<(), Error> {
        let operation = self.operation;
        let is_known =
            |name: &str| names(operation).any(|known| known == name) || operation.open_query && !name.is_empty();
        let Some((unknown, _)) = self.parameters.iter().find(|(name, _)| !is_known(name)) else {
            return Ok(());
        };
        let known: Vec<_> = names(operation).collect();
        let known = if known.is_empty() { "it takes none".into() } else { format!("it takes {}", known.join(", ")) };
        Err(Error::rejected(format!("there is no parameter `{unknown}`: {known}")))
    }

    fn fill_path(&self, path: &mut Path<'_>) -> Result<(), Error> {
        let value = |name: &str| {
            let mut values = self.parameters.iter().filter(|(given, _)| given == name).map(|(_, value)| value);
            match (values.next(), values.next()) {
                (Some(value), None) => Ok(value),
                (Some(_), Some(_)) => Err(Error::rejected(format!("`{name}` is part of the path and was set twice"))),
                (None, _) => Err(Error::rejected(format!("the parameter `{name}` is missing: it is part of the path"))),
            }
        };
        for piece in pieces(self.operation.path) {
            match piece {
                Piece::Text(text) => path.text(text),
                Piece::Segment(name) => path.segment(name, value(name)?),
                Piece::Rest(name) => path.segments(name, value(name)?),
            }
        }
        Ok(())
    }

    fn add_body(&self, request: &mut RequestBuilder) -> Result<(), Error> {
        let media_type = self.operation.body;
        match &self.body {
            Body::None => {}
            _ if media_type.is_empty() => return Err(Error::rejected("the operation takes no body")),
            Body::Json(body) if media_type == "application/x-www-form-urlencoded" => {
                if !body.is_object() {
                    return Err(Error::rejected(
                        "the operation takes a form: set the body to a JSON object with the form's fields",
                    ));
                }
                request.form(body);
            }
            Body::Json(_) if media_type == "multipart/form-data" => {
                return Err(Error::rejected("the operation takes a multipart form, not JSON: use `multipart`"));
            }
            Body::Json(body) => request.json(body, "application/json"),
            #[cfg(feature = "files")]
            Body::File(content) => content.add_to(request, media_type)?,
        }
        Ok(())
    }
}

/// Returns the names of the operation's parameters.
fn names(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    let others = operation.query.iter().chain(operation.headers).copied();
    operation.path_parameters().chain(others).chain(operation.token_parameter())
}

/// Shows the names of the parameters; values and body may be secrets or personal data.
impl fmt::Debug for DynamicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        f.debug_struct("DynamicCall")
            .field("operation", &self.operation.id)
            .field("parameters", &parameters)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;
    use crate::{
        builder::ClientBuilder,
        operation::{Confidence, Idempotency, Security},
    };

    static READ: Operation = Operation {
        api: "test-api",
        id: "thing",
        summary: "Reads a thing.",
        method: "GET",
        path: "/owners/{ownerId}/things/{id}.json",
        query: &["filter", "limit", "ids"],
        open_query: false,
        comma_separated: &["ids"],
        headers: &["X-Company"],
        required: &[],
        fixed_query: &[("action", "show")],
        body: "",
        body_required: false,
        host: "",
        idempotency: Idempotency::Idempotent,
        scope: None,
        security: Security::Client,
        confidence: Confidence::Documented,
        source: "",
    };
    static FILE: Operation = Operation { path: "/files/{+path}", fixed_query: &[], query: &[], headers: &[], ..READ };
    static CREATE: Operation =
        Operation { method: "POST", path: "/things", body: "application/json", fixed_query: &[], ..READ };
    static SUBMIT: Operation = Operation { body: "application/x-www-form-urlencoded", ..CREATE };
    static ATTACH: Operation = Operation { body: "multipart/form-data", ..CREATE };

    fn call(operation: &'static Operation) -> DynamicCall {
        let session: Session = ClientBuilder::new("test-api").base_url("https://api.test/base").build().unwrap();
        session.operation(operation)
    }

    #[test]
    fn parameters_are_sent_in_the_path_query_and_headers_of_the_description() {
        let call = call(&READ).param("id", "a/b").param("ownerId", "7").param("X-Company", "0123");
        let call = call.param("ids", "1").param("filter", "[gt]5").param("ids", "2").param("filter", "å");
        let request = call.request().unwrap().parts.request();
        assert_eq!(
            request.url().as_str(),
            "https://api.test/base/owners/7/things/a%2Fb.json?action=show&ids=1%2C2&filter=%5Bgt%5D5&filter=%C3%A5"
        );
        assert_eq!(request.headers()["X-Company"], "0123");
        assert!(request.body().is_none());
    }

    #[test]
    fn a_multi_segment_path_parameter_keeps_its_slashes() {
        let request = call(&FILE).param("path", "2026/1/x y").request().unwrap().parts.request();
        assert_eq!(request.url().path(), "/base/files/2026/1/x%20y");
        assert!(call(&FILE).param("path", "a/../b").request().is_err());
    }

    #[test]
    fn an_operation_with_an_open_query_accepts_parameters_of_any_name() {
        static LIST: Operation = Operation { open_query: true, ..READ };
        let call = call(&LIST).param("id", "1").param("ownerId", "7").param("League", "NHL").param("limit", "5");
        let request = call.clone().request().unwrap().parts.request();
        assert_eq!(request.url().query(), Some("action=show&League=NHL&limit=5"));
        assert!(call.param("", "x").request().is_err(), "a name is required");
    }

    #[test]
    fn a_token_that_the_caller_passes_is_the_authorization_of_the_request() {
        static REFRESH: Operation = Operation { security: Security::Bearer("refreshToken"), ..READ };
        let call = call(&REFRESH).param("id", "1").param("ownerId", "7");
        check_rejected(&call, "the parameter `refreshToken` is missing");
        let request = call.param("refreshToken", "canary").request().unwrap().parts.request();
        assert_eq!(request.headers()["authorization"], "Bearer canary");
        assert!(request.headers()["authorization"].is_sensitive());
        assert_eq!(request.url().query(), Some("action=show"));
    }

    #[test]
    fn bodies_are_json_or_the_fields_of_a_form() {
        let sent = |operation, body: Value| {
            let request = call(operation).body(body).request().unwrap().parts.request();
            String::from_utf8(request.body().unwrap().as_bytes().unwrap().to_vec()).unwrap()
        };
        let body = json!({ "name": "æ", "none": null, "metaData": { "a": 1 }, "n": 5 });
        assert_eq!(serde_json::from_str::<Value>(&sent(&CREATE, body.clone())).unwrap(), body);
        let mut fields: Vec<_> = url::form_urlencoded::parse(sent(&SUBMIT, body).as_bytes()).into_owned().collect();
        fields.sort();
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(fields, [field("metaData", r#"{"a":1}"#), field("n", "5"), field("name", "æ")]);
    }

    #[track_caller]
    fn check_rejected(call: &DynamicCall, message: &str) {
        let error = call.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(error.to_string(), format!("test-api thing: {message}"));
    }

    #[test]
    fn an_invalid_call_is_rejected_before_it_is_sent() {
        check_rejected(&call(&READ).param("ownerId", "1"), "the parameter `id` is missing: it is part of the path");
        let whole = || call(&READ).param("ownerId", "1").param("id", "2");
        check_rejected(&whole().param("id", "3"), "`id` is part of the path and was set twice");
        check_rejected(
            &whole().param("limt", "3"),
            "there is no parameter `limt`: it takes ownerId, id, filter, limit, ids, X-Company",
        );
        check_rejected(&whole().body(json!({})), "the operation takes no body");
        check_rejected(
            &call(&SUBMIT).body(json!([])),
            "the operation takes a form: set the body to a JSON object with the form's fields",
        );
        check_rejected(
            &call(&ATTACH).body(json!({})),
            "the operation takes a multipart form, not JSON: use `multipart`",
        );
        let dots = call(&READ).param("ownerId", "..").param("id", "2").request().unwrap_err();
        assert!(dots.to_string().contains("`ownerId` is part of the path"), "{dots}");
    }

    #[cfg(feature = "files")]
    #[test]
    fn uploads_and_forms_are_accepted_by_operations_with_such_bodies_only() {
        let form = || crate::Form::new().text("name", "x");
        check_rejected(&call(&CREATE).multipart(form()), "the operation takes application/json, not a multipart form");
        check_rejected(
            &call(&ATTACH).upload(crate::Upload::text("x")),
            "the operation takes a multipart form: add the bytes as one of its parts",
        );
        check_rejected(
            &call(&READ).param("ownerId", "1").param("id", "2").upload(crate::Upload::text("x")),
            "the operation takes no body",
        );
        call(&ATTACH).multipart(form()).request().unwrap();
        let upload = call(&CREATE).upload(crate::Upload::text("x")).request().unwrap().parts.request();
        assert_eq!(upload.headers()[reqwest::header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn the_path_parameters_are_known_before_the_call() {
        assert_eq!(READ.path_parameters().collect::<Vec<_>>(), ["ownerId", "id"]);
        assert_eq!(FILE.path_parameters().collect::<Vec<_>>(), ["path"]);
        assert_eq!(CREATE.path_parameters().count(), 0);
    }
}
