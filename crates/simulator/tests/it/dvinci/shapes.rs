//! Responses have exactly the documented members, each with its documented type.

use serde_json::{Value, json};

use super::{Tenant, job_opening, with};

/// Members with their types: `i` integer, `s` string, `b` boolean, `n` number, `o` object, `l` list, `d` timestamp with
/// milliseconds, `m` timestamp in whole seconds. A `?` allows null, a `~` allows the member to be absent.
type Shape = &'static str;

const APPLICATION: Shape = "id:i externalId:s? person:o jobOpening:o applicationStatusId:s lastStatusChangeDate:d \
    dateCreated:d version:i languageId:s comment:s? privacyPolicyAccepted:b extendedUseAccepted:b? earliestStartingDate:s? \
    desiredSalary:s? hrServiceProviderEmail:s? desiredLocationIds:l type:s rating:s sourceId:s? rejectionCodeId:s? \
    refJobPublication:o? refApplyDate:s? permanentPostNumber:s? candidateMailbox:s screeningQuestions:l";

const APPLICATION_SHORT: Shape = "id:i externalId:s? person:o jobOpening:o applicationStatusId:s lastStatusChangeDate:d \
    dateCreated:d";

const HIRING_REQUEST: Shape = "id:i externalId:s? version:i jobTitle:s dateCreated:d orgUnitId:i hiringRequestCreatorId:i \
    status:s superiorId:i hrContactId:i approvalStatus:s approvalProcessStarterId:i? companyId:s? contractPeriodId:s? \
    functionGroupId:s? occupationalGroupId:s? payGradeId:s? openingsCount:i? hiringReason:s~ departmentAndCostUnit:s? \
    nameAndStaffNumber:s? reason:s? substituteDateFrom:s? substituteDateTo:s? terminationDate:s? transferDate:s? area:s? \
    costUnit:s? department:s? profile:s? remark:s? salary:s? tasks:s? vacancyNumber:s? budgeted:b? earliestEntryDate:s? \
    locationIds:l workingTimeIds:l formFields:l jobOpeningId:i?";

const JOB_OPENING: Shape = "id:i version:i name:s orgUnitId:i earliestEntryDate:s? responsibleUserId:i department:s? \
    contractPeriod:s? reference:s reward:s? costUnit:s? type:s status:s companyId:s? userGroupIds:l categoryIds:l \
    locationIds:l targetGroups:l workingTimes:l externalLinks:l externalId:s? jobOpeningUrl:s applicationListUrl:s \
    jobPublications:l formFields:l hiringRequestId:i?";

const JOB_PUBLICATION: Shape = "id:i version:i type:s jobOpeningId:i position:s languageId:s subtitle:s? introduction:s? \
    tasks:s? profile:s? weOffer:s? closingText:s? pageTitle:s? pageDescription:s? externalPublicationUrl:s? externalId:s? \
    status:s placements:l";

const PLACEMENT: Shape = "id:i version:i name:s description:s? status:s externalReference:s jobPublicationId:i startDate:s? \
    endDate:s? externalLinks:l";

const LOCATION: Shape = "id:s version:i name:s externalName:s orgUnitId:i isJobLocation:b isDesiredLocation:b \
    isAppointmentLocation:b country:s countryIsoA2:s? address1:s? address2:s? address3:s? address4:s? address5:s? usState:s? \
    zipCode:s? city:s? latitude:n? longitude:n? additionalInformation:s? nameMessages:o externalNameMessages:o";

const PERSON: Shape = "id:i externalId:s? version:i salutation:s? title:s? firstName:s lastName:s dateOfBirth:s? address1:s? \
    address2:s? address3:s? address4:s? address5:s? usState:s? zipCode:s? city:s? countryIsoA2:s? email:s? telephone:s? \
    alternativeTelephone:s? skypeName:s? profileLink:s? degreeId:s? education:s? study:s? lastPosition:s? specialMarkIds:l \
    specialMarkIA:b specialMarkDIS:b specialMarkREL:b specialMarkVIP:b specialMarkREF:b specialMarkHRP:b specialMarkBL:b \
    specialMarkGPA:b keywords:l applications:l";

const USER: Shape = "id:i version:i externalId:s? username:s samlSsoEnabled:b formAuthenticationEnabled:b salutation:s title:s? \
    firstName:s lastName:s displayName:s email:s orgUnitId:i languageId:s street:s? number:s? additionalAddress:s? zipCode:s? \
    city:s? countryIsoA2:s timeZone:s telephone:s? mobile:s? companyId:s? signingAuthority:s? positionAuthority:s? division:s? \
    dailyEmailNotification:b dailyEmailNotificationTypes:l notifyOnNewCandidateCommunication:b roleIds:l userGroupIds:l \
    dataForExternalSystems:l";

const ONBOARDING: Shape = "id:i orgUnitId:i status:s entryReason:s reasonForTermination:s? dateOfStart:s dateOfContract:s \
    dateOfEmployment:s dateOfEnd:s dateCreated:m language:s position:s personnelNumber:s? companyId:s? applicationId:i? \
    person:o responsibilities:l additionalInformation:l";

const ONBOARDING_SHORT: Shape = "id:i orgUnitId:i status:s entryReason:s reasonForTermination:s? dateOfStart:s dateOfContract:s \
    dateOfEmployment:s dateOfEnd:s dateCreated:m personTitle:s? personSalutation:s personFirstName:s personLastName:s";

const HISTORY: Shape = "type:s description:s dateCreated:d dvinciUserId:i comment:s? externalId:s? externalUser:s?";
const ATTACHMENT: Shape =
    "id:s dateCreated:d filename:s fileSize:i contentType:s description:s~ conversionState:s? contentAsBase64:s";

#[track_caller]
fn check(description: &str, shape: Shape, value: &Value) {
    let members = value.as_object().unwrap_or_else(|| panic!("{description} is not an object: {value}"));
    let mut expected = Vec::new();
    for (name, kind) in shape.split_whitespace().map(|member| member.split_once(':').unwrap()) {
        expected.push(name);
        let Some(value) = members.get(name) else {
            assert!(kind.ends_with('~'), "{description} lacks {name}: {value}");
            continue;
        };
        let text = || value.as_str().unwrap_or_default();
        let is_timestamp = |length: usize| text().len() == length && text().ends_with('Z');
        let has_type = match kind.trim_end_matches(['?', '~']) {
            "i" => value.is_i64(),
            "s" => value.is_string(),
            "b" => value.is_boolean(),
            "n" => value.is_number(),
            "o" => value.is_object(),
            "l" => value.is_array(),
            "d" => is_timestamp("2017-03-14T08:14:06.129Z".len()),
            "m" => is_timestamp("2020-08-20T07:53:25Z".len()),
            other => panic!("unknown kind {other}"),
        };
        assert!(has_type || value.is_null() && kind.ends_with('?'), "{description}: {name} is {value}, not {kind}");
    }
    for name in members.keys() {
        assert!(expected.contains(&name.as_str()), "{description} has the undocumented member {name}");
    }
}

fn all(description: &str, shape: Shape, list: &Value) {
    let list = list.as_array().unwrap();
    assert!(!list.is_empty(), "{description}");
    for element in list {
        check(description, shape, element);
    }
}

#[tokio::test]
async fn list_elements_and_single_objects_have_every_member() {
    let tenant = Tenant::start().await;
    for (path, shape) in [
        ("/hiringRequests/", HIRING_REQUEST),
        ("/jobOpenings/", JOB_OPENING),
        ("/jobPublicationPlacements/multi01/placements/", PLACEMENT),
        ("/locations/", LOCATION),
        ("/persons/", PERSON),
        ("/dvinciUsers/", USER),
        ("/userGroups/", "id:i version:i externalId:s? name:s orgUnitId:i userIds:l"),
        ("/orgUnits/", "id:i name:s parentId:i?"),
        ("/onboardings/", ONBOARDING_SHORT),
        ("/applications/", APPLICATION_SHORT),
        ("/configuration/applications/externalLinks", "nameMessages:o url:s faIcon:s requiredPermission:s"),
    ] {
        let list = tenant.read(path).await;
        all(path, shape, &list);
        if path.starts_with("/orgUnits") || path.starts_with("/configuration") || path.starts_with("/jobPublicationP") {
            continue;
        }
        for element in list.as_array().unwrap() {
            let id = element["id"].as_str().map_or_else(|| element["id"].to_string(), str::to_owned);
            let one = tenant.read(&format!("{path}{id}")).await;
            let shape = match path {
                "/applications/" => APPLICATION,
                "/onboardings/" => ONBOARDING,
                _ => shape,
            };
            check(path, shape, &one);
        }
    }
}

#[tokio::test]
async fn publications_have_every_member_except_a_status_in_some_lists() {
    let tenant = Tenant::start().await;
    let list = tenant.read("/jobPublications/").await;
    let mut without = 0;
    for element in list.as_array().unwrap() {
        without += usize::from(element.get("status").is_none());
        check("publication", JOB_PUBLICATION, &tenant.read(&format!("/jobPublications/{}", element["id"])).await);
        for placement in element["placements"].as_array().unwrap() {
            assert_ne!(placement.get("channelId").is_some(), placement.get("internalName").is_some(), "{placement}");
        }
    }
    assert_eq!(without, 1);
}

#[tokio::test]
async fn create_and_replace_return_the_whole_object() {
    let tenant = Tenant::start().await;
    let created = tenant.created("/jobOpenings", &job_opening("Käser")).await;
    check("POST", JOB_OPENING, &created);
    check("PUT", JOB_OPENING, &tenant.replaced(&format!("/jobOpenings/{}", created["id"]), &created).await);
    let base = "/jobPublicationPlacements/multi01/placements";
    let placement = tenant.read(&format!("{base}/1")).await;
    let replaced = tenant.replaced(&format!("{base}/1"), &placement).await;
    check("placement", &PLACEMENT["id:i ".len()..], &replaced);
    let channel = tenant.read("/jobPublicationChannels/channelXY").await;
    check("channel", "id:s version:i externalLinks:l", &channel);
    let request = tenant.read("/hiringRequests/1").await;
    check("hiring request", HIRING_REQUEST, &tenant.replaced("/hiringRequests/1", &request).await);
}

#[tokio::test]
async fn nested_objects_have_their_members() {
    let tenant = Tenant::start().await;
    all(
        "attachments",
        &ATTACHMENT[..ATTACHMENT.rfind(' ').unwrap()],
        &tenant.read("/applications/1/attachments").await,
    );
    let files = tenant.read("/applications/1/attachments").await;
    let path = format!("/applications/1/attachments/{}", files[0]["id"].as_str().unwrap());
    check("attachment", ATTACHMENT, &tenant.read(&path).await);
    all("history", HISTORY, &tenant.read("/jobOpenings/1/history").await);
    let history = tenant.read("/hiringRequests/1/history").await;
    all("history", "type:s description:s dateCreated:d dvinciUserId:i comment:s?", &history);
    let approvers = tenant.read("/hiringRequests/2/approvers").await;
    all("approvers", "id:i sequence:i processState:s", &approvers);
    assert_eq!((&approvers[0]["processState"], &approvers[1]["processState"]), (&json!("APPROVED"), &json!("NEXT")));
    let application = tenant.read("/applications/1").await;
    let questions = &application["screeningQuestions"];
    assert_eq!(questions[0]["answers"][1], json!({ "id": "CE", "answer": "Klasse CE" }));
    assert_eq!((&questions[1]["answer"], &questions[1]["type"]), (&json!("4"), &json!("FIVE_STAR_RATING")));
    let onboarding = tenant.read("/onboardings/1").await;
    assert!(onboarding["person"].get("firstName").is_some());
    assert_eq!(onboarding["additionalInformation"][0]["fields"][1]["type"], "IBAN");
    let opening = tenant.read("/jobOpenings/3").await;
    all("publications", "id:i position:s applicationFormUrls:l languageId:s", &opening["jobPublications"]);
}

#[tokio::test]
async fn openings_publications_and_locations_can_be_joined() {
    let tenant = Tenant::start().await;
    let openings = tenant.read("/jobOpenings/").await;
    let publications = tenant.read("/jobPublications/").await;
    let locations = tenant.read("/locations/").await;
    for opening in openings.as_array().unwrap() {
        for id in opening["locationIds"].as_array().unwrap() {
            assert!(locations.as_array().unwrap().iter().any(|location| location["id"] == *id), "{id}");
        }
        let of: Vec<&Value> =
            publications.as_array().unwrap().iter().filter(|row| row["jobOpeningId"] == opening["id"]).collect();
        let shown = opening["jobPublications"].as_array().unwrap();
        let is_managed = opening["type"] == "MANAGED_BY_API";
        assert_eq!(shown.len(), if is_managed { 1 } else { of.len() });
        assert_eq!(is_managed, shown[0].get("languageId").is_none());
    }
}

#[tokio::test]
async fn numbers_are_returned_unchanged() {
    let tenant = Tenant::start().await;
    let location =
        json!({ "id": "X_1", "orgUnitId": 1, "nameMessages": { "de": "Eck" }, "latitude": 54, "longitude": 10.5 });
    let created = tenant.created("/locations", &location).await;
    assert_eq!(
        (created["latitude"].to_string(), created["longitude"].to_string()),
        ("54".to_owned(), "10.5".to_owned())
    );
    assert_eq!((&created["isJobLocation"], &created["isAppointmentLocation"]), (&json!(true), &json!(false)));
    let flags = json!({ "isJobLocation": null, "isDesiredLocation": false });
    let replaced = tenant.replaced("/locations/X_1", &with(created, flags)).await;
    assert_eq!((&replaced["isJobLocation"], &replaced["isDesiredLocation"]), (&json!(true), &json!(false)));
}
