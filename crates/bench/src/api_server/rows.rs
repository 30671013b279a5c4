//! Bodies of responses, realistic in the lengths of texts and in the number of present fields.

use serde_json::json;

const TEXTS: [&str; 4] = [
    "",
    "Lasting av sprengstein, ventet på dumper 20 min",
    "Utlegging av pukk; komprimert 4 ganger",
    "Møte med byggherre \"Statens vegvesen\"",
];
const NAMES: [&str; 4] = ["Kari Nordmann", "Ola Hansen", "Ingrid Solberg Lie", "Piotr Kowalski"];

/// Returns a project of about 1 KiB.
pub(super) fn project() -> String {
    json!({
        "companyId": "654a1c3e9b2f4d0012ab34cd",
        "projectNumber": "20417",
        "name": "E18 Lysaker–Ramstadsletta, parsell 3",
        "externalProjectNumber": "P-2041-7",
        "externalDimension1": "410",
        "externalDimension2": null,
        "description": "Grunnarbeid og overvann langs eksisterende vei, med omlegging av trafikk i tre faser.",
        "active": true,
        "requireTaskNumber": true,
        "blockedForRegistration": false,
        "startDate": "2025-08-18T00:00:00Z",
        "finishedDatePlanned": "2026-12-31T00:00:00Z",
        "finishedDate": null,
        "estimatedHourQty": 14250,
        "mainForemanId": "5f8c0e6b7d1a2c0011aa22bb",
        "projectLeaderId": "5f8c0e6b7d1a2c0011aa22cc",
        "mainContactEmail": "prosjektleder@example.no",
        "projectCustomerName": "Statens vegvesen Region øst",
        "projectAddress": "Drammensveien 288, 1326 Lysaker",
        "workBreakLunchStartTime": "11:30",
        "workBreakLunchLength": 30,
        "workBreakDinnerStartTime": "17:00",
        "workBreakDinnerLength": 15,
        "projectLocationLatitude": 59.912_483,
        "projectLocationLongitude": 10.638_771,
        "id": "6620c7aa31f0b80011cd90ef",
    })
    .to_string()
}

/// Returns time registrations, separated by commas.
pub(super) fn rows(count: u64) -> String {
    (0..count).map(row).collect::<Vec<_>>().join(",")
}

fn row(i: u64) -> String {
    let pick = |from: &'static [&'static str; 4]| from[usize::try_from(i / 3 % 4).unwrap_or(0)];
    let (approved, locked, machine) = (!i.is_multiple_of(7), i.is_multiple_of(3), i.is_multiple_of(4));
    let day = format!("2026-{:02}-{:02}", i / 28 % 12 + 1, i % 28 + 1);
    let at = |time: &str| format!("{day}T{time}");
    let quantity = f64::from(u32::try_from(200 + i % 36 * 25).unwrap_or(0)) / 100.0;
    let price = 450.0 + f64::from(u32::try_from(i % 60).unwrap_or(0)) * 10.0;
    let work = json!({
        "id": format!("66{i:022x}"),
        "workDate": at("00:00:00"),
        "startDateTime": at("06:45:00"),
        "stopDateTime": at("15:30:00"),
        "createdDateTime": at("15:41:07.1230000"),
        "modifiedDateTime": at("16:02:55.481Z"),
        "isDeleted": false,
        "qty": quantity,
        "unitName": "Time",
        "unitQty": quantity,
        "unitPrice": price,
        "price": price,
        "amount": price * quantity,
        "costPriceBase": price * 0.75,
        "costPriceMan": if machine { 0.0 } else { price * 0.75 },
        "costPriceMachine": if machine { price * 0.75 } else { 0.0 },
        "costAmount": price * 0.75 * quantity,
        "costAmountMan": if machine { 0.0 } else { price * 0.75 * quantity },
        "costAmountMachine": if machine { price * 0.75 * quantity } else { 0.0 },
        "breakQty": 0.5,
        "description": pick(&TEXTS),
        "descriptionInternal": null,
        "approved": approved,
        "approvedByName": approved.then_some("Kari Nordmann"),
        "approvedDateTime": if approved { at("18:00:00") } else { "0001-01-01T00:00:00".to_owned() },
        "payrollApproved": locked,
        "payrollApprovedDateTime": if locked { at("20:00:00") } else { "0001-01-01T00:00:00".to_owned() },
        "locked": locked,
        "lockedByName": locked.then_some("Kari Nordmann"),
        "lockedDateTime": if locked { at("21:00:00") } else { "0001-01-01T00:00:00".to_owned() },
        "invoiced": false,
    });
    let location = json!({
        "projectId": "6620c7aa31f0b80011cd90ef",
        "projectNumber": "20417",
        "projectName": "E18 Lysaker–Ramstadsletta, parsell 3",
        "projectExternalNumber": "P-2041-7",
        "projectCompanyId": "654a1c3e9b2f4d0012ab34cd",
        "projectCompanyName": "Fjord & Fjell Anlegg AS",
        "projectLeaderName": "Kari Nordmann",
        "projectMainForemanName": "Ola Hansen",
        "taskId": format!("67{:022x}", i % 40),
        "taskName": "Graving",
        "taskNameLong": "Graving av grøft for overvannsledning",
        "taskWbsNumber": format!("05.3.{}", i % 40),
        "taskChapterId": "05.3",
        "taskPieceWorkId": null,
        "resourceId": format!("68{:022x}", i % 90),
        "resourceNumber": format!("{}", 1000 + i % 90),
        "resourceName": pick(&NAMES),
        "resourceTypeName": if machine { "Gravemaskin" } else { "Mannskap" },
        "primaryResourceName": pick(&NAMES),
        "machineEmissionClass": machine.then_some("Steg V"),
        "userId": format!("69{:022x}", i % 90),
        "userName": pick(&NAMES),
        "userEmployeeNumber": format!("{}", 1000 + i % 90),
        "userCompanyName": "Fjord & Fjell Anlegg AS",
        "userCompanyOrgNr": "912345678",
        "userWorkTitle": "Anleggsarbeider",
        "userWorkShiftSettingName": "Dagskift 07–15",
    });
    format!("{},{}", work.to_string().trim_end_matches('}'), &location.to_string()[1..])
}
