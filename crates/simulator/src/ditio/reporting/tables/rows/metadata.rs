//! Projects, work orders, users and resources.

use serde_json::{Value, json};

use crate::ditio::reporting::tables::layout::Layout;
use crate::ditio::reporting::tables::row::{Row, row};
use crate::ditio::reporting::tables::rows::time::chapter;
use crate::ditio::reporting::tables::rows::{Context, one_in};
use crate::ditio::reporting::times::{DAY, UNSET, naive, ticks, utc};
use crate::ditio::world::COMPANIES;

fn is_external(company: &str) -> bool {
    company == COMPANIES[2].id
}

pub(super) fn project(context: &Context, layout: &Layout, i: u64, world_index: usize) -> Row {
    let project = &context.world.projects[world_index];
    row! {
        "id": project.id.as_str(),
        "number": project.number.as_str(),
        "name": project.name.as_str(),
        "externalNumber": project.external_number.as_str(),
        "externalDim01": world_index.is_multiple_of(3).then_some("AVD-Ø"),
        "externalDim02": "",
        "companyId": project.company.id,
        "companyName": project.company.name,
        "customerName": project.customer.as_str(),
        "active": project.active,
        "isExternal": is_external(project.company.id),
        "createdDateTime": ticks(layout.created(i)),
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
    }
}

pub(super) fn work_order(context: &Context, layout: &Layout, i: u64, world_index: usize) -> Row {
    let order = &context.world.work_orders[world_index];
    let project = &context.world.projects[order.project];
    row! {
        "id": order.id.as_str(),
        "projectId": project.id.as_str(),
        "number": order.number.as_str(),
        "name": order.name,
        "nameWithNumber": format!("{} {}", order.number, order.name),
        "chapterId": chapter(order.project),
        "externalNumber": format!("{}", 7_100 + world_index),
        "externalDim01": Value::Null,
        "externalDim02": Value::Null,
        "externalPieceWorkId": "",
        "parentName": project.name.as_str(),
        "fullPathName": format!("{} / {} {}", project.name, order.number, order.name),
        "companyId": project.company.id,
        "companyName": project.company.name,
        "isExternal": is_external(project.company.id),
        "modifiedDateTime": ticks(layout.modified(i)),
        "isDeleted": false,
    }
}

pub(super) fn user(context: &Context, layout: &Layout, i: u64, world_index: usize) -> Row {
    let person = &context.world.people[world_index];
    let has_left = if person.is_loaded { person.employed_until.is_some() } else { world_index % 11 == 10 };
    let end = || person.employed_until.map_or_else(|| naive(layout.day(i) - 30 * DAY), |end| format!("{end}T00:00:00"));
    row! {
        "id": person.profile_id.as_str(),
        "identityUserId": person.identity_id.as_str(),
        "employeeNumber": person.employee_number.as_str(),
        "name": person.name(),
        "firstName": person.first_name.as_str(),
        "lastName": person.last_name.as_str(),
        "email": person.email.as_deref(),
        "workTitle": person.work_title.as_deref(),
        "department": person.department.as_deref(),
        "birthDate": format!("{}T00:00:00", person.birth_date),
        "companyId": person.company.id,
        "companyName": person.company.name,
        "employmentCompanyId": person.company.id,
        "employmentCompanyName": person.company.name,
        "isActiveEmployment": !has_left,
        "isDisabled": has_left,
        "startDate": format!("{}T00:00:00", person.employed_since),
        "endDate": if has_left { end() } else { UNSET.to_owned() },
        "modifiedDateTime": utc(layout.modified(i)),
        "isDeleted": false,
    }
}

pub(super) fn resource(context: &Context, layout: &Layout, i: u64, world_index: usize) -> Row {
    let world = &context.world;
    let mut random = layout.random(i);
    let (price, cost) = (500 + random.below(90) * 10, 300 + random.below(60) * 10);
    let modified = utc(layout.modified(i));
    let Some(machine) = world_index.checked_sub(world.people.len()).map(|at| &world.machines[at]) else {
        let person = &world.people[world_index];
        let number = person.employee_number.parse::<u64>().map_or_else(|_| json!(person.employee_number), Value::from);
        return row! {
            "id": person.profile_id.as_str(),
            // For a person, the employee number as a JSON number.
            "number": number,
            "name": person.name(),
            "typeName": "Mannskap",
            "typeBaseName": "Human",
            "registrationNumber": Value::Null,
            "serialNumber": Value::Null,
            "department": person.department.as_deref(),
            "emissionClass": Value::Null,
            "buildYear": Value::Null,
            "weight": Value::Null,
            "capacity": Value::Null,
            "costPrice": cost,
            "price": price,
            "companyId": person.company.id,
            "companyName": person.company.name,
            "active": person.is_loaded || world_index % 11 != 10,
            "isExternal": is_external(person.company.id),
            "modifiedDateTime": modified,
            "isDeleted": false,
        };
    };
    let base =
        if machine.name.starts_with("Toyota") || machine.type_id.ends_with("bil") { "Vehicle" } else { "Machine" };
    let tonnes = 3 + random.below(28);
    row! {
        "id": machine.id.as_str(),
        "number": machine.number.as_str(),
        "name": machine.name.as_str(),
        "typeName": machine.type_id.as_str(),
        "typeBaseName": base,
        "registrationNumber": machine.registration_number.as_str(),
        "serialNumber": if one_in(&mut random, 2) { json!(random.below(900_000) + 100_000) } else { json!(format!("VCE{:07}", random.below(9_999_999))) },
        "department": "3310",
        "emissionClass": "Steg V",
        "buildYear": machine.build_year,
        "weight": crate::ditio::reporting::tables::rows::hundredths(tonnes * 100 + 50),
        "capacity": crate::ditio::reporting::tables::rows::hundredths(tonnes * 70),
        "costPrice": cost,
        "price": price,
        "companyId": machine.company.id,
        "companyName": machine.company.name,
        "active": true,
        "isExternal": is_external(machine.company.id),
        "modifiedDateTime": modified,
        "isDeleted": false,
    }
}
