//! User groups. Memberships are stored at groups and at users.

use serde_json::Value;

use crate::dvinci::api_error::ApiError;
use crate::dvinci::resources::users::{is_available_to, set_member};
use crate::dvinci::resources::{Resource, RowFilter};
use crate::dvinci::rest::query;
use crate::dvinci::schema::field::{Field, Kind, Requirement};
use crate::dvinci::store::Store;
use crate::dvinci::store::key::Key;
use crate::dvinci::store::row::{Row, text};
use crate::dvinci::store::table::Table;
use crate::dvinci::store::write_context::WriteContext;
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::ExternalId),
    Field::new("name", Kind::Text).required(),
    Field::new("orgUnitId", Kind::Id(Table::OrgUnits)).required().on_update(Requirement::Optional).keep_if_omitted(),
    Field::new("userIds", Kind::Ids(Table::Users)).weak(),
];

pub(in crate::dvinci) struct UserGroups;

impl Resource for UserGroups {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn after_write(&self, store: &mut Store, _context: &WriteContext, key: &Key, _body: &Row, _is_new: bool) {
        let members = store.row(Table::UserGroups, key).map(|row| row["userIds"].clone());
        let Some(Value::Array(members)) = members else { return };
        let all: Vec<Value> = store.rows(Table::Users).map(|row| row["id"].clone()).collect();
        for user in all {
            let is_member = members.contains(&user);
            let user = Key::Number(user.as_i64().unwrap_or_default());
            store.modify(Table::Users, &user, |row| set_member(row, "userGroupIds", &key.value(), is_member));
        }
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<RowFilter<'a>, ApiError> {
        let unit = query::integer(query, "forJobOpeningByOrgUnitId")?;
        let external = query.get("externalId");
        Ok(Box::new(move |row| {
            external.is_none_or(|external| text(row, "externalId") == external) && is_available_to(store, row, unit)
        }))
    }
}
