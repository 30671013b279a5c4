//! Users, reports, connections, settings, and logged calls.

use serde_json::{Value, json};

use crate::itempath::dates;
use crate::itempath::loaded::Role;
use crate::itempath::rules::users::START_VIEW;
use crate::itempath::seed::Seeder;
use crate::vendor::credentials::{
    ITEMPATH_APPLICATION_PASSWORD, ITEMPATH_APPLICATION_USERNAME, ITEMPATH_PASSWORD, ITEMPATH_USERNAME,
};

/// Id of the application user, also in the claims of the predefined application token.
pub(in crate::itempath) const APPLICATION_USER: u64 = 2;

pub(super) fn users(seeder: &mut Seeder<'_>) {
    let roles = seeder.context.store.roles.clone();
    let user = |name: &str, password: &str, role: usize, status: i64| {
        let Role { id, name: role_name } = &roles[role.min(roles.len() - 1)];
        json!({
            "username": name,
            "~password": password,
            "email": format!("{name}@lager.example"),
            "isAdmin": role == 0,
            "roleId": id,
            "roleName": role_name,
            "status": status,
            "type": if status == 3 { "application" } else { "user" },
            "viewId": if status == 3 { Value::Null } else { json!(START_VIEW) },
            "language": if name == "lefevre" { "fr" } else { "en" },
        })
    };
    let (admin, picker) = (0, 1);
    for row in [
        user(ITEMPATH_USERNAME, ITEMPATH_PASSWORD, admin, 1),
        user(ITEMPATH_APPLICATION_USERNAME, ITEMPATH_APPLICATION_PASSWORD, admin, 3),
        user("schaefer", "simulated-jörg", picker, 1),
        user("lefevre", "simulated-zoé", picker, 0),
        user("braaten", "simulated-øystein", picker, 2),
    ] {
        seeder.add("users", row);
    }
}

pub(super) fn fill(seeder: &mut Seeder<'_>) {
    reports(seeder);
    connections(seeder);
    for (name, value) in [
        ("siteName", json!("Kardex Köln – Süd")),
        ("language", json!("de")),
        ("timeZone", json!("UTC")),
        ("defaultLimit", json!(1000)),
        ("exportTransactions", json!(true)),
    ] {
        seeder.add("settings", json!({ "name": name, "value": value }));
    }
    for index in 0..20_u64 {
        let failed = index % 7 == 6;
        let row = json!({
            "body": if failed { json!("{\"name\":\"AUF-Ø\"}") } else { Value::Null },
            "code": if failed { 400 } else { 200 },
            "creationDate": dates::format_timestamp(seeder.minutes_ago(600 - 20 * index)),
            "duration": 15 + index * 3,
            "endpoint": if failed { "/api/orders" } else { "/api/transactions" },
            "error": if failed { json!("Order must have at least one order line.") } else { Value::Null },
            "username": "keyfob-machine",
            "~userId": APPLICATION_USER,
        });
        seeder.add("calls", row);
    }
}

fn reports(seeder: &mut Seeder<'_>) {
    for (index, (name, table)) in [
        ("Bestand je Größe", "material"),
        ("Offene Aufträge", "order"),
        ("Mouvements du mois", "history"),
        ("Fyllingsgrad per hylle", "location"),
    ]
    .into_iter()
    .enumerate()
    {
        let report = index + 1;
        let created = dates::format_timestamp(seeder.minutes_ago(90_000 - 1_000 * index as u64));
        let snapshot = json!({ "name": format!("{name} – Februar"), "reportId": report, "creationDate": created });
        let snapshot = seeder.add("snapshots", snapshot);
        let row = json!({
            "name": name,
            "baseTable": table,
            "table": table,
            "columns": ["name", "quantity", "creationDate"],
            "filters": [],
            "snapshots": [snapshot],
            "creationDate": created,
            "defaultSnapshotId": snapshot,
            "favouritedUsers": if index == 0 { json!([1, 3]) } else { json!([]) },
            "sortDirection": index % 2,
            "sortDescending": index % 2 == 1,
            "userId": 1,
        });
        seeder.add("reports", row);
        for number in 0..3 {
            let quantity = seeder.quantity(400);
            let values =
                json!({ "name": format!("{name} {}", number + 1), "quantity": quantity, "creationDate": created });
            seeder.add("report_rows", json!({ "reportId": report, "values": values }));
        }
    }
}

fn connections(seeder: &mut Seeder<'_>) {
    for (index, (name, kind, url)) in [
        ("Power Pick Datenbank", "MSSQL", "mssql://ppg-köln.example:1433/PPG"),
        ("ERP Aufträge", "REST", "https://erp.example/api/aufträge"),
        ("Automate Érable", "PLC", "plc://10.20.0.15"),
    ]
    .into_iter()
    .enumerate()
    {
        let checked = dates::format_timestamp(seeder.minutes_ago(30));
        let created = dates::format_timestamp(seeder.minutes_ago(200_000));
        let log = json!({
            "id": 900 + index,
            "creationDate": checked,
            "status": 1,
            "description": "Verbindung geprüft",
            "error": null,
            "appId": index + 1,
            "integrationId": null,
            "workflowId": null,
            "taskId": null,
            "time": 0.25,
        });
        let row = json!({
            "appId": index + 1,
            "name": name,
            "url": url,
            "passwordExists": index == 0,
            "tokenExists": index == 1,
            "isTestable": index != 2,
            "authentication": if index == 1 { "Bearer Token" } else { "Basic Authentication" },
            "type": kind,
            "username": if index == 0 { json!("ppg_reader") } else { Value::Null },
            "status": 1,
            "latestConnection": checked,
            "creationDate": created,
            "latestLog": log,
            "integrationCount": index,
            "lastCheck": checked,
        });
        seeder.add("connections", row);
    }
}
