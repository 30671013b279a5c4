//! Onboardings: listing, reading with attachments, deletion.

use keyfob::dvinci::{Client, operation::*, types};

use super::{super::walk::Walk, day, rest};

const ID: i64 = 7;

pub(super) async fn walk(walk: &mut Walk, client: &Client) {
    filtered_list(walk, client).await;
    let path = format!("onboardings/{ID}");
    let read = walk.call(&Onboarding::OPERATION, client.onboarding(ID).send(), rest("GET", &path)).await;
    assert_eq!(read.reason_for_termination, Some(types::TerminationReason::SuccessfullyFinished));
    assert_eq!(read.responsibilities[1].responsibility_group, Some(types::ResponsibilityGroup::Buddy));
    assert_eq!(read.additional_information[0].fields[2].values, ["Nüsse", "Gräser"]);

    let files = format!("{path}/attachments");
    let call = client.onboarding_attachments(ID).send();
    let all = walk.list(&OnboardingAttachments::OPERATION, call, rest("GET", &files)).await;
    assert_eq!(all[1].employee_file_upload, Some(true));
    let file = all[0].id.as_ref().unwrap();
    let call = client.onboarding_attachment(ID, file).send();
    let read = walk.call(&OnboardingAttachment::OPERATION, call, rest("GET", format!("{files}/{file}"))).await;
    assert_eq!(read.content().unwrap(), "%PDF-1.4\n% Onboarding 7 – Arbeitsvertrag.pdf\n%%EOF\n".as_bytes());
    let call = client.onboarding_attachment_pdf(ID, file).send();
    let pdf = walk.call(&OnboardingAttachmentPdf::OPERATION, call, rest("GET", format!("{files}/{file}/pdf"))).await;
    assert_eq!(pdf.content().unwrap(), read.content().unwrap());
    let expected = rest("POST", format!("{path}/delete"));
    walk.call(&DeleteOnboarding::OPERATION, client.delete_onboarding(ID).send(), expected).await;
}

async fn filtered_list(walk: &mut Walk, client: &Client) {
    let since = "2000-01-01";
    let expected = rest("GET", "onboardings/")
        .query("status", "FINISHED")
        .query("orgUnitId", "2")
        .query("fromDateOfStart", since)
        .query("fromDateOfContract", since)
        .query("fromDateOfEmployment", since)
        .query("fromDateOfEnd", since)
        .query("fromDateCreated", "2000-01-01T00:00:00Z");
    let call = client
        .onboardings()
        .status(types::OnboardingStatus::Finished)
        .org_unit_id(2)
        .from_date_of_start(day(since))
        .from_date_of_contract(day(since))
        .from_date_of_employment(day(since))
        .from_date_of_end(day(since))
        .from_date_created("2000-01-01T00:00:00Z")
        .send();
    let found = walk.list(&Onboardings::OPERATION, call, expected).await;
    assert_eq!(found.iter().map(|onboarding| onboarding.id).collect::<Vec<_>>(), [Some(ID)]);

    let application = client.onboarding(1).await.unwrap().application_id.unwrap();
    walk.discard();
    let expected = rest("GET", "onboardings/").query("applicationId", &application.to_string());
    let call = client.onboardings().application_id(application).send();
    assert_eq!(walk.list(&Onboardings::OPERATION, call, expected).await[0].id, Some(1));
}
