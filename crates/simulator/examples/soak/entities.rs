//! The entities that clients create, read, update and delete at each vendor. All are deleted again, so that the server's
//! data grow by history only: transactions of orders, and applications, which cannot be deleted.

use keyfob_simulator::{Vendor, credentials as c};
use reqwest::Method;
use serde_json::{Value, json};

/// A kind of entity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entity {
    Project,
    Machine,
    Material,
    Order,
    Location,
    Contact,
}

/// A request.
pub(crate) struct Call {
    pub(crate) vendor: Vendor,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

impl Entity {
    pub(crate) const ALL: [Self; 6] =
        [Self::Project, Self::Machine, Self::Material, Self::Order, Self::Location, Self::Contact];

    fn call(self, method: Method, tail: &str, body: Option<Value>) -> Call {
        let (vendor, root) = match self {
            Self::Project => (Vendor::Ditio, "/ditio/core/api/v4/integration/projects"),
            Self::Machine => (Vendor::Ditio, "/ditio/core/api/v4/integration/machines"),
            Self::Material => (Vendor::ItemPath, "/itempath/api/materials"),
            Self::Order => (Vendor::ItemPath, "/itempath/api/orders"),
            Self::Location => (Vendor::Dvinci, "/dvinci/restApi/locations"),
            Self::Contact => (Vendor::Digitaleo, "/digitaleo/contacts/rest/contacts"),
        };
        Call { vendor, method, path: format!("{root}{tail}"), body }
    }

    /// Returns the request that creates an entity. `name` must be unique, of capitals, digits and `_`.
    pub(crate) fn create(self, name: &str, material: &str) -> Call {
        let company = c::DITIO_COMPANY_ID;
        let (tail, body) = match self {
            Self::Project => ("", json!({ "companyId": company, "projectNumber": name, "name": "Ø", "active": true })),
            Self::Machine => {
                ("", json!({ "companyId": company, "machineNumber": name, "typeId": "dumper", "active": true }))
            }
            Self::Material => ("", json!({ "name": name, "Info1": "-" })),
            Self::Order => {
                ("", json!({ "name": name, "order_lines": [{ "materialId": material, "quantity": 1 }], "Info1": "-" }))
            }
            Self::Location => ("/", json!({ "id": name, "orgUnitId": 2, "nameMessages": { "de": "Göttingen" } })),
            Self::Contact => ("", json!({ "contacts": [{ "email": format!("{}@exemple.fr", name.to_lowercase()) }] })),
        };
        self.call(Method::POST, tail, Some(body))
    }

    /// Returns the id in the response to a create.
    pub(crate) fn id(self, response: &Value) -> Option<String> {
        let id = match self {
            Self::Project | Self::Machine | Self::Location => &response["id"],
            Self::Material => &response["material"]["id"],
            Self::Order => {
                if response["order"].is_array() {
                    &response["order"][0]["id"]
                } else {
                    &response["order"]["id"]
                }
            }
            Self::Contact => &response["list"][0]["id"],
        };
        id.as_str().map(str::to_owned).or_else(|| id.as_i64().map(|id| id.to_string()))
    }

    pub(crate) fn read(self, id: &str) -> Call {
        let tail = if matches!(self, Self::Contact) { format!("?id={id}") } else { format!("/{id}") };
        self.call(Method::GET, &tail, None)
    }

    /// Returns the request that updates an entity. `now` is its current state.
    pub(crate) fn update(self, id: &str, now: &Value, value: &str) -> Call {
        match self {
            Self::Project | Self::Machine => {
                self.call(Method::PATCH, &format!("/{id}"), Some(json!({ "name": value })))
            }
            Self::Material | Self::Order => self.call(Method::PUT, &format!("/{id}"), Some(json!({ "Info1": value }))),
            Self::Location => {
                let mut body = now.clone();
                body["city"] = value.into();
                self.call(Method::PUT, &format!("/{id}"), Some(body))
            }
            Self::Contact => {
                let changes = json!({ "city": value }).to_string();
                self.call(Method::PUT, "", Some(json!({ "id": id, "metaData": changes })))
            }
        }
    }

    /// Returns true if a response has the value of the update.
    pub(crate) fn shows(self, response: &Value, value: &str) -> bool {
        let shown = match self {
            Self::Project | Self::Machine => &response["name"],
            Self::Location => &response["city"],
            Self::Material => &response["material"]["Info1"],
            Self::Order => &response["order"]["Info1"],
            Self::Contact => &response["list"][0]["city"],
        };
        shown == value
    }

    pub(crate) fn delete(self, id: &str) -> Call {
        match self {
            Self::Location => self.call(Method::POST, &format!("/{id}/delete"), None),
            Self::Contact => self.call(Method::DELETE, &format!("?id={id}"), None),
            _ => self.call(Method::DELETE, &format!("/{id}"), None),
        }
    }

    /// Returns a request that lists entities.
    pub(crate) fn list(self) -> Call {
        match self {
            Self::Project => Call {
                vendor: Vendor::Ditio,
                method: Method::GET,
                path: "/ditio/reporting/v1/time-registrations?ChunkLimit=20".to_owned(),
                body: None,
            },
            Self::Machine => Call {
                vendor: Vendor::Bits,
                method: Method::POST,
                path: "/bits/v1/applications.create".to_owned(),
                body: Some(
                    json!({ "workflowId": c::BITS_WORKFLOW_ID, "countryCode": "SE", "redirectUrl": "http://localhost/" }),
                ),
            },
            Self::Material => Call {
                vendor: Vendor::Bits,
                method: Method::GET,
                path: "/bits/v1/oauth2/userinfo".to_owned(),
                body: None,
            },
            Self::Order | Self::Contact => self.call(Method::GET, "?limit=20", None),
            Self::Location => self.call(Method::GET, "/", None),
        }
    }
}
