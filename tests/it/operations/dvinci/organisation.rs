//! Organisation units, users, user groups, locations and configured links.

use keyfob::dvinci::{Client, operation::*, types};
use serde_json::json;

use super::{super::walk::Walk, assert_changed, expected_update, rest};

pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    let units = walk.list(&OrgUnits::OPERATION, client.org_units().send(), rest("GET", "orgUnits/")).await;
    assert_eq!((units.len(), units[0].parent_id), (9, None));
    let unit = walk.call(&OrgUnit::OPERATION, client.org_unit(8).send(), rest("GET", "orgUnits/8")).await;
    assert_eq!(unit.name.as_deref(), Some("Werk Görlitz"));
    let user = users(walk, client).await;
    user_groups(walk, client, user).await;
    let call = client.delete_user(user).send();
    let confirmation =
        walk.call(&DeleteUser::OPERATION, call, rest("POST", format!("dvinciUsers/{user}/delete"))).await;
    assert_eq!(confirmation.success, Some(true));
    locations(walk, client).await;
    links(walk, client).await;
}

async fn users(walk: &mut Walk, client: &Client) -> i64 {
    let expected = rest("GET", "dvinciUsers/")
        .query("lang", "en")
        .query("externalId", "pers-4711")
        .query("forJobOpeningByOrgUnitId", "2");
    let call = client.users().lang("en").external_id("pers-4711").for_job_opening_by_org_unit_id(2).send();
    let found = walk.list(&Users::OPERATION, call, expected).await;
    assert_eq!(
        found.iter().map(|user| user.display_name.as_deref()).collect::<Vec<_>>(),
        [Some("Ms. Anneliese Müller")]
    );

    let body = types::UserCreate::new(
        "jörg.süß",
        types::Salutation::Mr,
        "Jörg",
        "Süß",
        "j@nordlicht.example",
        5,
        "de",
        ["HR"],
    )
    .time_zone("Europe/Berlin")
    .daily_email_notification_types([types::DailyEmailNotificationType::OverdueTasks])
    .data_for_external_systems([types::ExternalSystemValue::new().field("SAP").value("00004712")]);
    let expected = rest("POST", "dvinciUsers/").json(json!({
        "username": "jörg.süß", "salutation": "MR", "firstName": "Jörg", "lastName": "Süß",
        "email": "j@nordlicht.example", "orgUnitId": 5, "languageId": "de", "roleIds": ["HR"],
        "timeZone": "Europe/Berlin", "dailyEmailNotificationTypes": ["OVERDUE_TASKS"],
        "dataForExternalSystems": [{"field": "SAP", "value": "00004712"}],
    }));
    let created = walk.call(&CreateUser::OPERATION, client.create_user(body).send(), expected).await;
    let id = created.id.unwrap();
    let path = format!("dvinciUsers/{id}");
    let read = walk.call(&User::OPERATION, client.user(id).send(), rest("GET", &path)).await;
    let mut update = types::UserUpdate::from(read.clone());
    update.division = "Löhne".into();
    let body = expected_update(walk, &["id", "displayName"], &json!({"division": "Löhne"}));
    let expected = rest("PUT", &path).json(body);
    let saved = walk.call(&ReplaceUser::OPERATION, client.replace_user(id, update).send(), expected).await;
    assert_changed(&read, &saved, &json!({"division": "Löhne"}));
    id
}

async fn user_groups(walk: &mut Walk, client: &Client, user: i64) {
    let expected = rest("GET", "userGroups/").query("forJobOpeningByOrgUnitId", "2").query("externalId", "grp-hr");
    let call = client.user_groups().for_job_opening_by_org_unit_id(2).external_id("grp-hr").send();
    assert_eq!(walk.list(&UserGroups::OPERATION, call, expected).await.len(), 1);

    let body = types::UserGroupCreate::new("Prüfung", 5).external_id("grp-neu").user_ids([user]);
    let expected = rest("POST", "userGroups/")
        .json(json!({"name": "Prüfung", "orgUnitId": 5, "externalId": "grp-neu", "userIds": [user]}));
    let created = walk.call(&CreateUserGroup::OPERATION, client.create_user_group(body).send(), expected).await;
    assert_eq!(created.version, Some(0));
    let id = created.id.unwrap();
    let path = format!("userGroups/{id}");
    let read = walk.call(&UserGroup::OPERATION, client.user_group(id).send(), rest("GET", &path)).await;
    let mut update = types::UserGroupUpdate::from(read.clone());
    update.name = "Prüfung II".into();
    let expected = rest("PUT", &path).json(json!({
        "id": id, "version": 0, "externalId": "grp-neu", "name": "Prüfung II", "orgUnitId": 5, "userIds": [user],
    }));
    let saved = walk.call(&ReplaceUserGroup::OPERATION, client.replace_user_group(id, update).send(), expected).await;
    assert_changed(&read, &saved, &json!({"name": "Prüfung II"}));
    let expected = rest("POST", format!("{path}/delete"));
    walk.call(&DeleteUserGroup::OPERATION, client.delete_user_group(id).send(), expected).await;
}

async fn locations(walk: &mut Walk, client: &Client) {
    let expected = rest("GET", "locations/").query("forJobOpeningByOrgUnitId", "8");
    let call = client.locations().for_job_opening_by_org_unit_id(8).send();
    let found = walk.list(&Locations::OPERATION, call, expected).await;
    assert!(found.iter().any(|location| location.id.as_deref() == Some("LUEBECK")));

    let names = [("de".to_owned(), "Göttingen".to_owned())].into();
    let body = types::LocationCreate::new("GOETTINGEN", 2, names).country_iso_a2("DE").latitude(51.5).longitude(10.0);
    let expected = rest("POST", "locations/").json(json!({
        "id": "GOETTINGEN", "orgUnitId": 2, "nameMessages": {"de": "Göttingen"}, "countryIsoA2": "DE",
        "latitude": 51.5, "longitude": 10,
    }));
    let created = walk.call(&CreateLocation::OPERATION, client.create_location(body).send(), expected).await;
    assert_eq!(created.country.as_deref(), Some("Deutschland"));
    let path = "locations/GOETTINGEN";
    let read = walk.call(&Location::OPERATION, client.location("GOETTINGEN").send(), rest("GET", path)).await;
    let mut update = types::LocationUpdate::from(read.clone());
    update.city = "Göttingen".into();
    let body = expected_update(walk, &["id", "name", "externalName", "country"], &json!({"city": "Göttingen"}));
    let expected = rest("PUT", path).json(body);
    let call = client.replace_location("GOETTINGEN", update).send();
    let saved = walk.call(&ReplaceLocation::OPERATION, call, expected).await;
    assert_changed(&read, &saved, &json!({"city": "Göttingen"}));
    let expected = rest("POST", format!("{path}/delete"));
    walk.call(&DeleteLocation::OPERATION, client.delete_location("GOETTINGEN").send(), expected).await;
}

async fn links(walk: &mut Walk, client: &Client) {
    use types::ExternalLinkTarget::JobPublications;

    let path = "configuration/jobPublications/externalLinks";
    let call = client.external_links(JobPublications).send();
    let links = walk.list(&ExternalLinks::OPERATION, call, rest("GET", path)).await;
    let mut names = links[0].name_messages.clone();
    names.insert("en".into(), "Statistics".into());
    let link = types::ConfigurationExternalLinkUpdate::new(
        names,
        "https://zahlen.example/(jwt)",
        "fa-file-text-o",
        "SYS_APPLICATIONS_VIEW",
    );
    let mut updates: Vec<types::ConfigurationExternalLinkUpdate> = links.into_iter().map(Into::into).collect();
    updates.push(link);
    let expected = rest("PUT", path).json(json!([
        {
            "nameMessages": {"de": "Vorschau", "en": "Preview"}, "url": "https://vorschau.example/anzeige",
            "faIcon": "fa-file-text-o", "requiredPermission": "SYS_POST_JOB_PUBLICATION",
        },
        {
            "nameMessages": {"de": "Vorschau", "en": "Statistics"}, "url": "https://zahlen.example/(jwt)",
            "faIcon": "fa-file-text-o", "requiredPermission": "SYS_APPLICATIONS_VIEW",
        },
    ]));
    let call = client.replace_external_links(JobPublications, updates.clone()).send();
    let saved = walk.list(&ReplaceExternalLinks::OPERATION, call, expected).await;
    assert_eq!(saved.into_iter().map(types::ConfigurationExternalLinkUpdate::from).collect::<Vec<_>>(), updates);
}
