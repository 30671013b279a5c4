//! Conversions of responses into updates. Sending a converted update without a change does not change the object.

use keyfob_client::{
    decode::{WireStruct, decode_json},
    encode::{Encode, to_json},
};
use serde_json::Value;

use crate::types::{
    Application, ApplicationUpdate, ConfigurationExternalLink, ConfigurationExternalLinkUpdate, HiringRequest,
    HiringRequestUpdate, JobOpening, JobOpeningUpdate, JobPublication, JobPublicationChannel,
    JobPublicationChannelUpdate, JobPublicationPlacement, JobPublicationPlacementUpdate, JobPublicationUpdate,
    Location, LocationUpdate, Person, PersonUpdate, User, UserGroup, UserGroupUpdate, UserUpdate,
};

macro_rules! updates {
    ($($response:ident => $update:ident, without [$($dropped:literal)*], at_least [$($key:literal: $value:expr),*];)*) => {$(
        /// Copies all fields of the response, including unknown ones, except those that d.vinci rejects in an update.
        impl From<$response> for $update {
            fn from(response: $response) -> Self {
                let mut update = <$update as WireStruct>::empty();
                fill(&mut update, &response, &[$($dropped),*], &[$(($key, Value::from($value))),*]);
                update
            }
        }
    )*};
}

// `at_least` has defaults for required fields of an update that a response may lack. d.vinci rejects an empty string
// with an error that names the field. A rating is not visible to all users, and all users may send null.
updates! {
    Application => ApplicationUpdate,
        without ["id" "person" "jobOpening" "applicationStatusId" "lastStatusChangeDate" "dateCreated"
                 "permanentPostNumber" "candidateMailbox"],
        at_least ["type": "", "rating": ()];
    ConfigurationExternalLink => ConfigurationExternalLinkUpdate, without [], at_least [];
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

fn fill(update: &mut dyn WireStruct, response: &dyn Encode, dropped: &[&str], at_least: &[(&str, Value)]) {
    let mut body = to_json(Some(response)).expect("a decoded response can be encoded as JSON");
    let properties = body.as_object_mut().expect("a response is a JSON object");
    // d.vinci returns `null` for an empty field but does not accept `null` for each of them. An absent field stays
    // empty.
    properties.retain(|key, value| !dropped.contains(&key.as_str()) && !value.is_null());
    for (key, value) in at_least {
        properties.entry(*key).or_insert_with(|| value.clone());
    }
    decode_json(&body, update).expect("the body is an object");
}

#[cfg(test)]
mod tests {
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    /// Decodes a response and encodes its update.
    fn sent<R: DeserializeOwned + Into<U>, U: Serialize>(response: Value) -> Value {
        serde_json::to_value(serde_json::from_value::<R>(response).unwrap().into()).unwrap()
    }

    #[test]
    fn unknown_fields_are_sent_back_unchanged() {
        let read = json!({"id": 7, "version": 3, "firstName": "Zoë", "lastName": "Süß", "keywords": ["x"], "newer": {"a": [1]}});
        let back = json!({"version": 3, "firstName": "Zoë", "lastName": "Süß", "newer": {"a": [1]}});
        assert_eq!(sent::<Person, PersonUpdate>(read), back);
    }

    #[test]
    fn known_fields_are_sent_back_in_their_original_form() {
        let read = json!({"version": "3", "externalId": 7, "latitude": 51.0, "longitude": "9.90", "city": null, "nameMessages": {"de": 1}});
        let back =
            json!({"version": "3", "externalId": 7, "latitude": 51.0, "longitude": "9.90", "nameMessages": {"de": 1}});
        assert_eq!(sent::<Location, LocationUpdate>(read), back);
    }

    #[test]
    fn values_of_an_unexpected_type_are_sent_back_as_received() {
        let read = json!({"id": 7, "version": "n/a", "firstName": ["Zoë"], "lastName": "Süß", "dateOfBirth": "soon"});
        let mut person = <Person as WireStruct>::empty();
        decode_json(&read, &mut person).unwrap();
        assert_eq!((person.version, person.first_name.as_deref()), (None, None));
        let mut update = PersonUpdate::from(person);
        let back = json!({"version": "n/a", "firstName": ["Zoë"], "lastName": "Süß", "dateOfBirth": "soon"});
        assert_eq!(to_json(Some(&update)), Some(back));
        update.first_name = "Zoë".into();
        assert_eq!(to_json(Some(&update)).unwrap()["firstName"], "Zoë");
    }

    #[test]
    fn answers_to_questions_are_sent_back_with_their_id_and_without_their_label() {
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
    fn a_link_without_a_required_member_becomes_one_that_the_service_can_reject() {
        let read = json!({"version": 1, "externalLinks": [{"url": "https://a.example"}, {"label": "B", "url": "/b"}]});
        let back = json!([{"label": "", "url": "https://a.example"}, {"label": "B", "url": "/b"}]);
        assert_eq!(sent::<JobPublicationChannel, JobPublicationChannelUpdate>(read)["externalLinks"], back);
        let read = json!({"nameMessages": {"de": "Akte"}, "url": 7, "newer": true});
        let mut link = <ConfigurationExternalLink as WireStruct>::empty();
        decode_json(&read, &mut link).unwrap();
        let back = to_json(Some(&ConfigurationExternalLinkUpdate::from(link))).unwrap();
        assert_eq!((&back["nameMessages"], &back["newer"]), (&read["nameMessages"], &read["newer"]));
        assert_eq!(back["requiredPermission"], "");
    }

    #[test]
    fn a_publication_in_approval_is_sent_back_with_its_status() {
        let read = json!({"status": "IN_APPROVAL"});
        assert_eq!(sent::<JobPublication, JobPublicationUpdate>(read)["status"], "IN_APPROVAL");
    }

    #[test]
    fn an_empty_response_becomes_an_update_that_the_service_can_reject() {
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
