//! The rows that the simulator lists, read through plain HTTP without any code of the mirror.

use std::sync::{Arc, Mutex};

use keyfob::client::table::{ColumnType, PageSize, Table, TablePaging};
use keyfob_mirror::Schema;
use keyfob_simulator::credentials;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value};

use crate::cell::{Cell, Row, Rows};

/// Plain HTTP client of the simulated services.
#[derive(Clone)]
pub(crate) struct Http {
    client: Client,
    url: String,
    /// Token of Digitaleo, if one was requested.
    digitaleo: Arc<Mutex<Option<String>>>,
}

impl Http {
    pub(crate) fn new(url: &str) -> Self {
        // Without process-wide settings of TLS, which plain HTTP does not use.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
        // Digitaleo requires `Authorization` in this spelling.
        let client = Client::builder().tls_backend_preconfigured(tls).no_proxy().http1_title_case_headers();
        let client = client.build().unwrap();
        Self { client, url: url.to_owned(), digitaleo: Arc::default() }
    }

    /// Returns a request to an API with its authorization.
    pub(crate) async fn request(&self, method: Method, api: &str, path: &str) -> RequestBuilder {
        let digitaleo = if api == "digitaleo" { self.digitaleo_token().await } else { String::new() };
        let (base, token) = match api {
            "ditio-reporting" => ("/ditio/reporting", credentials::DITIO_ACCESS_TOKEN),
            "itempath" => ("/itempath", credentials::ITEMPATH_TOKEN),
            "digitaleo" => ("/digitaleo/contacts/rest", digitaleo.as_str()),
            other => panic!("no base URL of {other}"),
        };
        self.client.request(method, format!("{}{base}{path}", self.url)).bearer_auth(token)
    }

    /// Returns a token, which is requested again if the service rejects it, because the tests move the clock past its
    /// lifetime.
    async fn digitaleo_token(&self) -> String {
        let token = self.digitaleo.lock().unwrap().clone();
        if let Some(token) = token {
            let test = self.client.get(format!("{}/digitaleo/contacts/rest/contacts?limit=1", self.url));
            if test.bearer_auth(&token).send().await.unwrap().status().is_success() {
                return token;
            }
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", credentials::DIGITALEO_CLIENT_ID),
            ("client_secret", credentials::DIGITALEO_CLIENT_SECRET),
        ];
        let token = Self::send(self.client.post(format!("{}/digitaleo/oauth/token", self.url)).form(&form)).await;
        let token = token["access_token"].as_str().unwrap().to_owned();
        *self.digitaleo.lock().unwrap() = Some(token.clone());
        token
    }

    /// Sends a request and returns its JSON body.
    pub(crate) async fn send(request: RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "{status}: {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    /// Lists all rows of a table as JSON.
    pub(crate) async fn list(&self, table: &Table) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor: Option<String> = None;
        for page in 0.. {
            let mut query: Vec<(&str, String)> =
                table.parameters.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
            query.extend(table.operation.fixed_query.iter().map(|(name, value)| (*name, (*value).to_owned())));
            query.extend(table.page_size.map(|PageSize { parameter, default }| (parameter, default.to_string())));
            match table.paging {
                TablePaging::Single => {}
                TablePaging::Cursor { parameter, .. } => query.extend(cursor.take().map(|cursor| (parameter, cursor))),
                TablePaging::Page { parameter, first, .. } => query.push((parameter, (first + page).to_string())),
                TablePaging::Offset { parameter, .. } => query.push((parameter, rows.len().to_string())),
            }
            let request = self.request(Method::GET, table.operation.api, table.operation.path).await.query(&query);
            let body = Self::send(request).await;
            let list = table.rows.map_or(&body, |field| &body[field]);
            let list = list.as_array().unwrap_or_else(|| panic!("{}: no rows in {body}", table.name));
            rows.extend(list.iter().cloned());
            let more = match table.paging {
                TablePaging::Single => false,
                TablePaging::Cursor { field, .. } => {
                    cursor = body[field].as_str().map(str::to_owned);
                    cursor.is_some()
                }
                TablePaging::Page { .. } | TablePaging::Offset { .. } => {
                    list.len() == table.page_size.map_or(0, |size| size.default as usize)
                }
            };
            if !more {
                break;
            }
        }
        rows
    }

    /// Lists all rows of a table, typed as the copy must have them.
    pub(crate) async fn rows(&self, schema: &Schema) -> Rows {
        self.list(schema.table()).await.iter().map(|row| typed(schema, row)).collect()
    }
}

/// Returns the key of a row and its values.
fn typed(schema: &Schema, row: &Value) -> (String, Row) {
    let mut values = Row::new();
    for column in schema.columns() {
        values.extend(Cell::from_json(column.kind, &row[column.wire]).map(|cell| (column.name.clone(), cell)));
    }
    let known = |name: &str| schema.table().columns.iter().any(|column| column.name == name);
    let fields = row.as_object().expect("a row is an object").iter();
    let extra: Map<String, Value> =
        fields.filter(|(name, _)| !known(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    if schema.has_extra() && !extra.is_empty() {
        values.insert("_extra".to_owned(), Cell::Json(extra.into()));
    }
    (key(schema, &values), values)
}

/// Returns the key of a row as text.
pub(crate) fn key(schema: &Schema, row: &Row) -> String {
    let values = schema.key().iter().map(|position| match row.get(&schema.columns()[*position].name) {
        Some(Cell::Text(text)) => text.clone(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    });
    values.collect::<Vec<_>>().join(",")
}

/// Returns the type of a column of the copy.
pub(crate) fn kind(schema: &Schema, name: &str) -> Option<ColumnType> {
    if name == "_extra" {
        return Some(ColumnType::Json);
    }
    schema.columns().iter().find(|column| column.name == name).map(|column| column.kind)
}
