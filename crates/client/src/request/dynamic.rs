//! Any described operation by its description, with parameters by name: for tools that learn at run time what to call.

use std::mem;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    call::{options::CallOptions, send},
    error::{Error, ErrorKind},
    operation::Operation,
    request::{builder::RequestBuilder, path::Path, prepared::PreparedRequest},
    response::ResponseFuture,
    session::Session,
};

/// JSON where the service can choose; files, tables and texts where it cannot.
const ANSWERS: &str = "application/json, */*;q=0.9";

/// A call of an operation that is chosen at run time; from [`Session::operation`].
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct DynamicCall {
    pub(crate) session: Session,
    pub(crate) operation: &'static Operation,
    parameters: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) call: CallOptions,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    None,
    Json(Value),
    #[cfg(feature = "files")]
    File(crate::files::Content),
}

impl Operation {
    /// The names of its path parameters, in their order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        pieces(self.path).filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Segment(name) | Piece::Rest(name) => Some(name),
        })
    }
}

impl Session {
    /// A call of one of this API's operations, such as those in an API crate's `OPERATIONS`.
    ///
    /// ```
    /// # async fn example(session: keyfob_client::Session, list: &[&'static keyfob_client::Operation])
    /// # -> Result<(), keyfob_client::Error> {
    /// let operation = list.iter().find(|operation| operation.id == "project").expect("it is described");
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
    /// Gives a parameter of the path, the query or the headers, by its name on the wire. Several values of one name are
    /// sent as several query parameters, or as one with commas, as the operation takes them.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Gives the body as JSON. An operation that takes a form gets an object's properties as its fields, and values
    /// that are objects or lists as their JSON text.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Body::Json(body.into());
        self
    }

    crate::call_setters!();

    /// Sends the call and decodes its JSON answer; `serde_json::Value` takes any.
    ///
    /// # Errors
    ///
    /// When a path parameter is missing, a name is not one of the operation's, or the body is not of its kind; otherwise
    /// as every call: see [`ErrorKind`].
    pub fn send<T: DeserializeOwned + Send + Sync + 'static>(self) -> ResponseFuture<T> {
        let request = self.request();
        send::json(self.session, self.operation, request, self.call)
    }

    /// Sends the call and gives its answer as it came, whatever it is.
    ///
    /// # Errors
    ///
    /// As [`send`](DynamicCall::send), except that nothing is decoded.
    pub fn bytes(self) -> ResponseFuture<Bytes> {
        let request = self.request();
        send::whole(self.session, self.operation, request, self.call, |response| {
            Ok(Box::new(mem::take(&mut response.body)))
        })
    }

    pub(crate) fn request(&self) -> Result<PreparedRequest, Error> {
        self.outgoing().map_err(|error| error.at(self.session.api(), self.operation))
    }

    fn outgoing(&self) -> Result<PreparedRequest, Error> {
        let operation = self.operation;
        self.know_all()?;
        let mut path = self.session.0.path(operation.host)?;
        self.fill_path(&mut path)?;
        let mut draft = RequestBuilder::of(operation, path)?;
        draft.accept(ANSWERS);
        for (name, value) in operation.fixed_query {
            draft.pair(name, value);
        }
        for (name, value) in self.query() {
            draft.pair(name, &value);
        }
        for (name, value) in &self.parameters {
            if let Some(name) = operation.headers.iter().find(|known| *known == name) {
                draft.header(name, value);
            }
        }
        self.add_body(&mut draft)?;
        draft.finish()
    }

    /// The query parameters that were given; lists in one value are joined at the place of their first part.
    fn query(&self) -> Vec<(&str, String)> {
        let mut query: Vec<(&str, String)> = Vec::new();
        let given = self.parameters.iter().filter(|(name, _)| self.operation.query.contains(&name.as_str()));
        for (name, value) in given {
            let is_joined = self.operation.comma_separated.contains(&name.as_str());
            match query.iter_mut().find(|(known, _)| is_joined && known == name) {
                Some((_, list)) => list.extend([",", value]),
                None => query.push((name, value.clone())),
            }
        }
        query
    }

    /// Refuses names that are not the operation's: a filter with a slip in its name would silently find everything.
    fn know_all(&self) -> Result<(), Error> {
        let operation = self.operation;
        let known = || operation.path_parameters().chain(operation.query.iter().chain(operation.headers).copied());
        let Some((stranger, _)) = self.parameters.iter().find(|(name, _)| !known().any(|known| known == name)) else {
            return Ok(());
        };
        let known: Vec<_> = known().collect();
        let known = if known.is_empty() { "it takes none".into() } else { format!("it takes {}", known.join(", ")) };
        Err(rejected(format!("there is no parameter `{stranger}`: {known}")))
    }

    fn fill_path(&self, path: &mut Path<'_>) -> Result<(), Error> {
        let value = |name: &str| {
            let mut values = self.parameters.iter().filter(|(given, _)| given == name).map(|(_, value)| value);
            match (values.next(), values.next()) {
                (Some(value), None) => Ok(value),
                (Some(_), Some(_)) => Err(rejected(format!("`{name}` is a part of the path and is given twice"))),
                (None, _) => Err(rejected(format!("the parameter `{name}` is missing: it is a part of the path"))),
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

    fn add_body(&self, draft: &mut RequestBuilder) -> Result<(), Error> {
        let media_type = self.operation.body;
        match &self.body {
            Body::None => {}
            _ if media_type.is_empty() => return Err(rejected("it takes no body")),
            Body::Json(body) if media_type == "application/x-www-form-urlencoded" => {
                if !body.is_object() {
                    return Err(rejected("it takes a form: give the body as a JSON object with the form's fields"));
                }
                draft.form(body);
            }
            Body::Json(_) if media_type == "multipart/form-data" => {
                return Err(rejected("it takes a multipart form: give its parts, not JSON"));
            }
            Body::Json(body) => draft.json(body, "application/json"),
            #[cfg(feature = "files")]
            Body::File(content) => content.add_to(draft, media_type)?,
        }
        Ok(())
    }
}

pub(crate) fn rejected(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Rejected, message)
}

/// A part of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Text(&'static str),
    /// `{name}`: one segment.
    Segment(&'static str),
    /// `{+name}`: a value whose slashes stay.
    Rest(&'static str),
}

fn pieces(mut template: &'static str) -> impl Iterator<Item = Piece> {
    std::iter::from_fn(move || {
        if template.is_empty() {
            return None;
        }
        let Some((inside, after)) = template.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
            let (text, rest) = template.split_at(template[1..].find('{').map_or(template.len(), |at| at + 1));
            template = rest;
            return Some(Piece::Text(text));
        };
        template = after;
        Some(inside.strip_prefix('+').map_or(Piece::Segment(inside), Piece::Rest))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        builder::ClientBuilder,
        operation::{Confidence, Idempotency},
    };

    static READ: Operation = Operation {
        api: "test-api",
        id: "thing",
        summary: "Reads a thing.",
        method: "GET",
        path: "/owners/{ownerId}/things/{id}.json",
        query: &["filter", "limit", "ids"],
        comma_separated: &["ids"],
        headers: &["X-Company"],
        required: &[],
        fixed_query: &[("action", "show")],
        body: "",
        body_required: false,
        host: "",
        idempotency: Idempotency::Idempotent,
        scope: None,
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
    fn parameters_go_where_the_description_has_them() {
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
    fn a_rest_of_the_path_keeps_its_slashes() {
        let request = call(&FILE).param("path", "2026/1/x y").request().unwrap().parts.request();
        assert_eq!(request.url().path(), "/base/files/2026/1/x%20y");
        assert!(call(&FILE).param("path", "a/../b").request().is_err());
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
    fn refused(call: &DynamicCall, message: &str) {
        let error = call.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(error.to_string(), format!("test-api thing: {message}"));
    }

    #[test]
    fn what_cannot_be_sent_is_said_before_it_is() {
        refused(&call(&READ).param("ownerId", "1"), "the parameter `id` is missing: it is a part of the path");
        let whole = || call(&READ).param("ownerId", "1").param("id", "2");
        refused(&whole().param("id", "3"), "`id` is a part of the path and is given twice");
        refused(
            &whole().param("limt", "3"),
            "there is no parameter `limt`: it takes ownerId, id, filter, limit, ids, X-Company",
        );
        refused(&whole().body(json!({})), "it takes no body");
        refused(
            &call(&SUBMIT).body(json!([])),
            "it takes a form: give the body as a JSON object with the form's fields",
        );
        refused(&call(&ATTACH).body(json!({})), "it takes a multipart form: give its parts, not JSON");
        let dots = call(&READ).param("ownerId", "..").param("id", "2").request().unwrap_err();
        assert!(dots.to_string().contains("`ownerId` is a part of the path"), "{dots}");
    }

    #[cfg(feature = "files")]
    #[test]
    fn files_are_sent_where_they_are_taken() {
        let form = || crate::Form::new().text("name", "x");
        refused(&call(&CREATE).multipart(form()), "it takes application/json, not a multipart form");
        refused(&call(&ATTACH).upload("x"), "it takes a multipart form: give the bytes as one of its parts");
        refused(&call(&READ).param("ownerId", "1").param("id", "2").upload("x"), "it takes no body");
        call(&ATTACH).multipart(form()).request().unwrap();
        let upload = call(&CREATE).upload("x").request().unwrap().parts.request();
        assert_eq!(upload.headers()[reqwest::header::CONTENT_TYPE], "application/json");
    }

    #[test]
    fn the_path_parameters_are_known_before_the_call() {
        assert_eq!(READ.path_parameters().collect::<Vec<_>>(), ["ownerId", "id"]);
        assert_eq!(FILE.path_parameters().collect::<Vec<_>>(), ["path"]);
        assert_eq!(CREATE.path_parameters().count(), 0);
    }
}
