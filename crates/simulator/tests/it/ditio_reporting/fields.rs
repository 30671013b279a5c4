//! The known fields of every table.

use keyfob_simulator::DitioTable as T;
use serde_json::Value;

use super::{Reporting, everything, rows};

const TIME: &str = "id workDate startDateTime stopDateTime createdDateTime modifiedDateTime isDeleted qty unitName unitQty \
    unitPrice price amount costPriceBase costPriceMan costPriceMachine costAmount costAmountMan costAmountMachine \
    breakQty description descriptionInternal approved approvedByName approvedDateTime payrollApproved \
    payrollApprovedDateTime locked lockedByName lockedDateTime invoiced projectId projectNumber projectName \
    projectExternalNumber projectCompanyId projectCompanyName projectLeaderName projectMainForemanName taskId taskName \
    taskNameLong taskWbsNumber taskChapterId taskPieceWorkId resourceId resourceNumber resourceName resourceTypeName \
    primaryResourceName machineEmissionClass userId userName userEmployeeNumber userCompanyName userCompanyOrgNr \
    userWorkTitle userWorkShiftSettingName";
const INCIDENT: &str = "id serialNumber serialNumberWithPrefix title description typeName baseType baseTypeText status \
    statusText risk riskText damageTypeText measures requiresFurtherAction resolvedOnLocation absenceDays companyName \
    projectId projectNumber projectName projectCompanyName taskId taskName machineId machineName latitude longitude \
    createdAt statusUpdatedAt modifiedDateTime pdfUrl isDeleted";
const CHECKLIST: &str = "id documentNumber serialNumber templateName templateVersion baseTypeName status statusText \
    hasDeviation hasComment hasImages projectId projectNumber projectName activityId activityNumber activityName \
    machineId resourceNumber createdByUserName createdDateTime submittedByUserName submittedDateTime \
    approvedByUserName latitude longitude modifiedDateTime pdfUrl sections isDeleted";
const TRIP: &str = "id loadDateTime dumpDateTime costStartDateTime costEndDateTime modifiedDateTime isDeleted \
    isFlowData quantity quantityM3 registeredQuantity verifiedQuantity unitOfMeasureText massTypeId massType m3PerHour \
    totalCycleTimeSeconds totalCycleTimeHours utilizationRate distance averageSpeedKmh netAltitudeChange totalAscent \
    maxGradient averageGradient loadLocationName dumpLocationName loadCoordinates dumpCoordinates loaderId loaderName \
    loaderNumber loaderDriverName dumperId dumperName dumperNumber dumperRegistrationNumber dumperDriverName \
    dumperDriverCompanyName trailer verified approved invoiced receiptNumber customerName comment projectId \
    projectNumber projectName projectExternalNumber projectCompanyName taskId taskName";

fn fields(table: T) -> &'static str {
    match table {
        T::Project => {
            "id number name externalNumber externalDim01 externalDim02 companyId companyName active isExternal \
             createdDateTime modifiedDateTime isDeleted"
        }
        T::WorkBreakdownStructure => {
            "id projectId number name nameWithNumber chapterId externalNumber externalDim01 externalDim02 \
             externalPieceWorkId parentName fullPathName companyId companyName isExternal modifiedDateTime isDeleted"
        }
        T::User => {
            "id identityUserId employeeNumber name firstName lastName email workTitle department companyId companyName \
             employmentCompanyId employmentCompanyName isActiveEmployment isDisabled startDate endDate \
             modifiedDateTime isDeleted"
        }
        T::Resource => {
            "id number name typeName typeBaseName registrationNumber serialNumber department emissionClass buildYear \
             weight capacity costPrice price companyId companyName active isExternal modifiedDateTime isDeleted"
        }
        T::TimeRegistrations => TIME,
        T::MachineRegistrations => {
            "id startDateTime stopDateTime qty description approved machineId machineName resourceNumber \
             machineTypeName driverId driverName driverCompanyName projectId projectNumber projectName \
             projectExternalNumber projectCompanyName createdDateTime modifiedDateTime isDeleted"
        }
        T::AbsenceRegistrations => {
            "id registrationId date startTime qty absenceTypeId absenceTypeCode absenceTypeName employeeNumber userId \
             projectId approved approvedByName approvedDateTime payrollApproved payrollApprovedDateTime locked \
             lockedDateTime pdfUrl modifiedDateTime isDeleted"
        }
        T::PayrollLinesExtended => {
            "id transDateTime userId userName employeeNumber companyId qty standardQty overtime50Qty overtime100Qty \
             timebankQty breakQty absenceQty absenceApprovedQty absenceLockedQty totalVerifiedQty approvedQty lockedQty \
             verified verifiedByName verifiedDateTime approved approvedByName approvedDateTime modifiedDateTime \
             isDeleted overtimeLines"
        }
        T::IncidentRegistrations | T::MachineIncidentRegistrations => INCIDENT,
        T::ChecklistRegistrations | T::MachineChecklistRegistrations => CHECKLIST,
        T::Images => {
            "id projectId projectNumber projectName taskId taskName activityId activityNumber companyId \
             projectCompanyId createdByUserId createdByUserName createdDateTime latitude longitude accuracy \
             roadReference"
        }
        T::FlowTripRegistrations => TRIP,
        T::CrewListRegistrations => "id projectId projectNumber checkInDateTime checkOutDateTime hseCardId isDeleted",
        _ => "id modifiedDateTime isDeleted",
    }
}

#[tokio::test]
async fn every_table_returns_its_rows_with_every_known_field() {
    let reporting = Reporting::start().await;
    for table in T::ALL {
        let pages = reporting.pages(&everything(table)).await;
        let rows = rows(&pages);
        assert!(rows.len() >= 8, "{table}");
        assert_eq!(rows, reporting.tables().rows(table), "{table}");
        assert_eq!(rows.len() as u64, reporting.tables().count(table), "{table}");
        for row in &rows {
            for field in fields(table).split_whitespace() {
                assert!(row.get(field).is_some(), "{table}: {field}");
            }
            assert!(row.as_object().unwrap().keys().all(|name| !name.starts_with('~')), "{table}");
        }
    }
}

#[tokio::test]
async fn references_resolve_to_rows_of_other_tables() {
    let reporting = Reporting::start().await;
    let known = async |table: T, member: &str| -> Vec<Value> {
        let rows = rows(&reporting.pages(&everything(table)).await);
        rows.iter().map(|row| row[member].clone()).collect()
    };
    let projects = known(T::Project, "id").await;
    let orders = known(T::WorkBreakdownStructure, "id").await;
    let resources = known(T::Resource, "id").await;
    let people = known(T::User, "identityUserId").await;
    let kinds = known(T::FlowMassTypes, "id").await;
    for row in reporting.tables().rows(T::TimeRegistrations) {
        assert!(projects.contains(&row["projectId"]) && orders.contains(&row["taskId"]));
        assert!(resources.contains(&row["resourceId"]) && people.contains(&row["userId"]));
    }
    for row in reporting.tables().rows(T::FlowTripRegistrations) {
        assert!(kinds.contains(&row["massTypeId"]) && resources.contains(&row["dumperId"]));
    }
}

#[tokio::test]
async fn values_have_the_vendors_irregular_formats() {
    let reporting = Reporting::start().await;
    let tables = reporting.tables();
    let time = tables.rows(T::TimeRegistrations);
    assert!(time.iter().any(|row| row["approvedDateTime"] == "0001-01-01T00:00:00"));
    assert!(time.iter().all(|row| row["workDate"].as_str().unwrap().len() == 19), "dates without a zone");
    assert!(time.iter().any(|row| row["projectName"].as_str().unwrap().contains('Å')));
    let wrong =
        time.iter().flat_map(|row| row.as_object().unwrap().values()).find(|value| value.to_string().ends_with(".0"));
    assert_eq!(wrong, None, "whole numbers have no fraction");
    let numbers: Vec<Value> =
        tables.rows(T::IncidentRegistrations).iter().map(|row| row["serialNumber"].clone()).collect();
    assert!(numbers.iter().any(Value::is_string) && numbers.iter().any(Value::is_number));
    let company = tables.rows(T::Project)[0]["companyId"].clone();
    assert!(company.as_str().is_some_and(|id| id.len() == 6 && id.starts_with('0')));
    let roads: Vec<Value> = tables.rows(T::Images).iter().map(|row| row["roadReference"].clone()).collect();
    assert!(roads.iter().any(Value::is_string) && roads.iter().any(Value::is_object));
    let lines = tables.rows(T::PayrollLinesExtended);
    assert!(lines.iter().any(|row| row["overtimeLines"].as_array().is_some_and(|lines| lines.len() == 3)));
}
