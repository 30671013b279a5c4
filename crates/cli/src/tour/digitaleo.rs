//! Digitaleo: a contact, created, changed, and gone.

use anyhow::{Context, ensure};
use keyfob::digitaleo::{Client, operation as op, types};

use super::guide::Guide;
use super::place::Place;

pub(super) async fn walk(guide: &mut Guide, place: &Place<'_>) -> anyhow::Result<()> {
    guide.api("digitaleo", "Digitaleo", "contacts, campaigns and text messages")?;
    let client = Client::from_vars(place.variables())?;
    guide.authorize(client.session()).await?;

    let page = guide.call(&op::Contacts::OPERATION, "contacts().limit(10)", client.contacts().limit(10)).await?;
    let total = page.total.context("the page says how many there are")?;
    ensure!(page.list.len() == 10, "{} contacts on a page of 10", page.list.len());
    guide.came_back(format!("{} of {total} contacts; numbers that came as text are numbers", page.list.len()))?;

    let contact = types::ContactInput::new().first_name("Zoë").last_name("Lefèvre").mobile("+33612345678");
    let call = client.create_contacts(types::ContactsCreate::new([contact]));
    let created = guide.call(&op::CreateContacts::OPERATION, "create_contacts([Zoë Lefèvre])", call).await?;
    let id = created.list.first().and_then(|contact| contact.id.clone()).context("the contact has an id")?;
    guide.came_back(format!("contact {id}"))?;

    let change = types::ContactUpdate::new(&id, types::ContactInput::new().city("Rennes"));
    let changed =
        guide.call(&op::UpdateContact::OPERATION, "update_contact(id, city)", client.update_contact(change)).await?;
    ensure!(changed.count == Some(1), "{:?} contacts were changed", changed.count);
    guide.came_back("1 changed; the struct went as JSON inside a form field")?;

    let call = client.contacts().id([&id]);
    let found = guide.call(&op::Contacts::OPERATION, "contacts().id([id])", call).await?;
    let contact = found.list.first().context("the contact is found")?;
    ensure!(contact.city.as_deref() == Some("Rennes"), "its city is {:?}", contact.city);
    ensure!(contact.first_name.as_deref() == Some("Zoë"), "its name is {:?}", contact.first_name);
    guide.came_back("Zoë Lefèvre, Rennes")
}
