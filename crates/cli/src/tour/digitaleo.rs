//! Digitaleo: a contact, created, changed and found.

use anyhow::{Context, ensure};
use keyfob::digitaleo::{
    Client, operation as op,
    types::{ContactInput, ContactUpdate, ContactsCreate},
};

use super::guide::Guide;
use super::simulation::Simulation;
use super::snippet::snippet;

pub(super) async fn walk(guide: &mut Guide, simulation: &Simulation<'_>) -> anyhow::Result<()> {
    guide.api("digitaleo", "Digitaleo", "contacts, campaigns and text messages")?;
    let client: Client = simulation.client()?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Contacts::OPERATION, snippet!(client.contacts().limit(10))).await?;
    let total = page.total.context("the page has no total")?;
    ensure!(page.list.len() == 10, "{} contacts on a page of 10", page.list.len());
    guide.outcome(format!("{} of {total} contacts; numeric strings are decoded as numbers", page.list.len()))?;

    let contact = ContactInput::new().first_name("Zoë").last_name("Lefèvre").mobile("+33612345678");
    let code = snippet!(client.create_contacts(ContactsCreate::new([contact])));
    let created = guide.call(&op::CreateContacts::OPERATION, code).await?;
    let id = created.list.first().and_then(|contact| contact.id.clone()).context("the contact has no id")?;
    guide.outcome(format!("contact {id}"))?;

    let change = ContactInput::new().city("Rennes");
    let code = snippet!(client.update_contact(ContactUpdate::new(&id, change)));
    let changed = guide.call(&op::UpdateContact::OPERATION, code).await?;
    ensure!(changed.count == Some(1), "{:?} contacts were changed", changed.count);
    guide.outcome("1 changed; the struct was sent as JSON in a form field")?;

    let found = guide.call(&op::Contacts::OPERATION, snippet!(client.contacts().id([&id]))).await?;
    let contact = found.list.first().context("the contact was not found")?;
    ensure!(contact.city.as_deref() == Some("Rennes"), "the city is {:?}", contact.city);
    ensure!(contact.first_name.as_deref() == Some("Zoë"), "the first name is {:?}", contact.first_name);
    guide.outcome("Zoë Lefèvre, Rennes")
}
