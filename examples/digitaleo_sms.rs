//! Adds customers to a contact list, and sends a text message to those of the list who have not opted out.
//!
//! Reads the variables of Digitaleo's client. With an account, a message costs money.
//!
//! ```sh
//! cargo run -p keyfob-examples --example digitaleo_sms
//! ```
//!
//! ```text
//! list …: 3 contacts
//! 2 messages accepted
//! ```

use std::error::Error;

use futures::TryStreamExt;
use keyfob::{
    OptionExt,
    digitaleo::{
        Client,
        types::{Contact, ContactInput, ContactsCreate, ListCreate, SmsCreate, SmsRecipient},
    },
};

/// Returns the recipient of a text message, unless the contact has no mobile number or does not want messages.
fn recipient(contact: &Contact) -> Option<SmsRecipient> {
    let mobile = contact.mobile.as_deref().filter(|mobile| !mobile.is_empty())?;
    if contact.sms_optout.is_some() {
        return None;
    }
    let mut recipient = SmsRecipient::new(mobile);
    recipient.first_name.clone_from(&contact.first_name);
    Some(recipient)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;

    let list = client.create_list(ListCreate::new("Rappel de mars")).await?.into_inner();
    let list = list.list.into_iter().next().and_then(|list| list.id).required("id")?;
    let customer = |first_name: &str| ContactInput::new().first_name(first_name).list_ids([list.as_str()]);
    let customers = [
        customer("Zoë").mobile("+33612345678"),
        customer("Noël").mobile("+33687654321"),
        customer("Aimée").email("aimee@exemple.fr"),
    ];
    // One request for all. One invalid contact rejects the whole request.
    client.create_contacts(ContactsCreate::new(customers)).await?;

    let contacts: Vec<_> = client.contacts().list_id([list.as_str()]).limit(500).stream().try_collect().await?;
    println!("list {list}: {} contacts", contacts.len());
    assert_eq!(contacts.len(), 3);

    let recipients: Vec<_> = contacts.iter().filter_map(recipient).collect();
    // Sent once: a request whose response is lost is not repeated, because it may have been processed.
    let message = SmsCreate::new("Bonjour #firstName#, à demain 9 h.", recipients);
    let sent = client.send_sms(message).await?.into_inner();
    println!("{} messages accepted", sent.list.len());
    assert_eq!(sent.list.len(), 2, "a contact without a mobile number gets none");
    Ok(())
}
