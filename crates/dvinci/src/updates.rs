//! From what was read to what is sent back: each answer becomes the update that changes nothing.

use keyfob_client::{
    decode::{WireStruct, decode_json},
    encode::{Encode, to_json},
};
use serde_json::Value;

use crate::types::{
    Application, ApplicationUpdate, HiringRequest, HiringRequestUpdate, JobOpening, JobOpeningUpdate, JobPublication,
    JobPublicationChannel, JobPublicationChannelUpdate, JobPublicationPlacement, JobPublicationPlacementUpdate,
    JobPublicationUpdate, Location, LocationUpdate, Person, PersonUpdate, User, UserGroup, UserGroupUpdate, UserUpdate,
};

macro_rules! updates {
    ($($answer:ident => $update:ident, without [$($dropped:literal)*], at_least [$($key:literal: $value:expr),*];)*) => {$(
        /// Takes over everything that was read, also what is not known here, except what d.vinci does not take back.
        impl From<$answer> for $update {
            fn from(answer: $answer) -> Self {
                let mut update = <$update as WireStruct>::empty();
                fill(&mut update, &answer, &[$($dropped),*], &[$(($key, Value::from($value))),*]);
                update
            }
        }
    )*};
}

// `at_least` is what an update cannot do without, for answers that lack it. d.vinci refuses an empty text by the name of
// its field; a rating is not shown to everybody, and null is what everybody may send.
updates! {
    Application => ApplicationUpdate,
        without ["id" "person" "jobOpening" "applicationStatusId" "lastStatusChangeDate" "dateCreated"
                 "permanentPostNumber" "candidateMailbox"],
        at_least ["type": "", "rating": ()];
    HiringRequest => HiringRequestUpdate,
        without ["id" "dateCreated" "hiringRequestCreatorId" "jobOpeningId" "status" "approvalStatus"
                 "approvalProcessStarterId"],
        at_least [];
    JobOpening => JobOpeningUpdate,
        without ["id" "type" "hiringRequestId" "jobOpeningUrl" "applicationListUrl" "jobPublications"],
        at_least ["status": ""];
    JobPublication => JobPublicationUpdate, without ["id"], at_least ["type": "", "status": ""];
    JobPublicationPlacement => JobPublicationPlacementUpdate, without ["id"], at_least ["status": ""];
    JobPublicationChannel => JobPublicationChannelUpdate, without ["id"], at_least [];
    Location => LocationUpdate, without ["id" "name" "externalName" "country"], at_least [];
    Person => PersonUpdate, without ["id" "keywords" "applications"], at_least [];
    User => UserUpdate, without ["id" "displayName"], at_least ["salutation": ""];
    UserGroup => UserGroupUpdate, without [], at_least [];
}

fn fill(update: &mut dyn WireStruct, answer: &dyn Encode, dropped: &[&str], at_least: &[(&str, Value)]) {
    let mut body = to_json(Some(answer)).expect("what was read from JSON can be written as JSON");
    let properties = body.as_object_mut().expect("answers are objects");
    // d.vinci answers `null` for what is empty, and does not take it back everywhere; left out, it stays empty.
    properties.retain(|key, value| !dropped.contains(&key.as_str()) && !value.is_null());
    for (key, value) in at_least {
        properties.entry(*key).or_insert_with(|| value.clone());
    }
    decode_json(&body, update).expect("an update knows no property by another type than the answer");
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    /// What an answer becomes when it is sent back.
    fn sent<A: DeserializeOwned + Into<U>, U: Serialize>(answer: Value) -> Value {
        serde_json::to_value(serde_json::from_value::<A>(answer).unwrap().into()).unwrap()
    }

    #[test]
    fn what_is_not_known_here_goes_back_as_it_came() {
        let read = json!({"id": 7, "version": 3, "firstName": "Zoë", "lastName": "Süß", "keywords": ["x"], "newer": {"a": [1]}});
        let back = json!({"version": 3, "firstName": "Zoë", "lastName": "Süß", "newer": {"a": [1]}});
        assert_eq!(sent::<Person, PersonUpdate>(read), back);
    }

    #[test]
    fn known_fields_go_back_in_the_form_in_which_they_came() {
        let read = json!({"version": "3", "externalId": 7, "latitude": 51.0, "longitude": "9.90", "city": null, "nameMessages": {"de": 1}});
        let back =
            json!({"version": "3", "externalId": 7, "latitude": 51.0, "longitude": "9.90", "nameMessages": {"de": 1}});
        assert_eq!(sent::<Location, LocationUpdate>(read), back);
    }

    #[test]
    fn answers_go_back_with_an_answer_s_id_and_without_its_label() {
        let read = json!({
            "id": 1, "version": 0, "languageId": "de", "type": "CARRIER_PIGEON",
            "screeningQuestions": [{"id": "LICENCE", "displayName": "Führerschein", "type": "MULTI_CHOICE",
                                    "answers": [{"id": "B", "answer": "Klasse B"}]}],
        });
        let back = json!({
            "version": 0, "languageId": "de", "type": "CARRIER_PIGEON", "rating": null,
            "screeningQuestions": [{"id": "LICENCE", "answers": [{"id": "B"}]}],
        });
        assert_eq!(sent::<Application, ApplicationUpdate>(read), back);
    }

    #[test]
    fn an_empty_answer_becomes_an_update_that_the_service_can_refuse() {
        assert_eq!(sent::<JobPublication, JobPublicationUpdate>(json!({}))["status"], "");
        assert_eq!(sent::<JobPublicationPlacement, JobPublicationPlacementUpdate>(json!({}))["status"], "");
        assert_eq!(sent::<JobPublicationChannel, JobPublicationChannelUpdate>(json!({}))["version"], 0);
        assert_eq!(sent::<HiringRequest, HiringRequestUpdate>(json!({}))["jobTitle"], "");
        assert_eq!(sent::<JobOpening, JobOpeningUpdate>(json!({}))["status"], "");
        assert_eq!(sent::<Location, LocationUpdate>(json!({}))["version"], 0);
        assert_eq!(sent::<User, UserUpdate>(json!({}))["salutation"], "");
        assert_eq!(sent::<UserGroup, UserGroupUpdate>(json!({"id": 4}))["id"], 4);
    }
}
