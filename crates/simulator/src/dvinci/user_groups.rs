//! Groups of users; the same membership shows at the users.

use serde_json::Value;

use super::call::{Row, Writer};
use super::field::{Field, Kind, Need};
use super::filters;
use super::reply::Refusal;
use super::store::{Key, Store};
use super::table::{Keep, Resource, Table, text};
use super::users::{serves, set_member};
use crate::web::Query;

const FIELDS: &[Field] = &[
    Field::new("externalId", Kind::External),
    Field::new("name", Kind::Text).required(),
    Field::new("orgUnitId", Kind::Row(Table::OrgUnits)).required().on_update(Need::Optional).kept(),
    Field::new("userIds", Kind::Rows(Table::Users)).weak(),
];

pub(super) struct UserGroups;

impl Resource for UserGroups {
    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    fn written(&self, store: &mut Store, _writer: &Writer, key: &Key, _body: &Row, _is_new: bool) {
        let members = store.row(Table::UserGroups, key).map(|row| row["userIds"].clone());
        let Some(Value::Array(members)) = members else { return };
        let all: Vec<Value> = store.rows(Table::Users).map(|row| row["id"].clone()).collect();
        for user in all {
            let is_member = members.contains(&user);
            let user = Key::Number(user.as_i64().unwrap_or_default());
            store.touch(Table::Users, &user, |row| set_member(row, "userGroupIds", &key.value(), is_member));
        }
    }

    fn filter<'a>(&self, store: &'a Store, query: &'a Query) -> Result<Keep<'a>, Refusal> {
        let unit = filters::integer(query, "forJobOpeningByOrgUnitId")?;
        let external = query.get("externalId");
        Ok(Box::new(move |row| {
            external.is_none_or(|external| text(row, "externalId") == external) && serves(store, row, unit)
        }))
    }
}
