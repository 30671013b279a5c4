//! What messages cost: a price per unit, long texts being several units, a discount and a minimum.

use serde_json::{Map, Value, json};

use crate::digitaleo::dispatch::Call;
use crate::digitaleo::failure::Failure;
use crate::digitaleo::messages;
use crate::digitaleo::params::{Params, Row};
use crate::digitaleo::validate::MEDIA;
use crate::digitaleo::world::World;

/// Thousandths of a euro for a unit, in the order of [`MEDIA`].
const PRICES: [i64; 4] = [65, 9, 110, 95];
/// From so much on,
const DISCOUNT_FROM: i64 = 20_000;
/// so many percent are taken off.
const DISCOUNT: i64 = 10;
const MINIMUM: i64 = 2_000;

/// A price list for some mailings to some recipients, in thousandths of a euro.
pub(super) struct Costs {
    media: Vec<(&'static str, i64, i64)>,
    discount: i64,
    adjustment: i64,
}

impl Costs {
    /// `mailings` are text and medium; `recipients` says how many a medium reaches.
    fn new(mailings: &[(&'static str, String)], recipients: impl Fn(&str) -> i64) -> Self {
        let mut media: Vec<(&'static str, i64, i64)> = Vec::new();
        for (medium, text) in mailings {
            let at = MEDIA.iter().position(|known| known == medium);
            let price = PRICES[at.expect("a medium")];
            let segments = if *medium == "SMS" { messages::segments(text) } else { 1 };
            let units = recipients(medium) * segments;
            match media.iter_mut().find(|known| known.0 == *medium) {
                Some(known) => {
                    known.1 += units * price;
                    known.2 += units;
                }
                None => media.push((medium, units * price, units)),
            }
        }
        let sum: i64 = media.iter().map(|(_, cost, _)| cost).sum();
        let discount = if sum >= DISCOUNT_FROM { -sum * DISCOUNT / 100 } else { 0 };
        Self { media, discount, adjustment: (MINIMUM - sum).max(0) }
    }

    fn total(&self) -> i64 {
        self.media.iter().map(|(_, cost, _)| cost).sum::<i64>() + self.discount + self.adjustment
    }

    /// So many percent of the total in euros and cents, as text.
    pub(super) fn text(&self, percent: i64) -> String {
        let cents = (self.total() * percent + 500) / 1000;
        format!("{}.{:02}", cents / 100, cents % 100)
    }

    fn json(&self) -> Value {
        let mut medias = Map::new();
        for (medium, cost, units) in &self.media {
            let mut entry = json!({ "cost": euros(*cost) });
            if *medium == "SMS" {
                entry["units"] = json!(units.to_string());
            }
            medias.insert((*medium).to_owned(), entry);
        }
        if self.discount != 0 {
            medias.insert("DISCOUNT".to_owned(), json!({ "cost": euros(self.discount) }));
        }
        if self.adjustment != 0 {
            let entry = json!({ "cost": euros(self.adjustment), "label": "Minimum de facturation" });
            medias.insert("ADJUST".to_owned(), entry);
        }
        json!({ "cost": euros(self.total()), "medias": medias })
    }
}

/// `POST /campaigncosts`: of a campaign, or of mailings to a list.
pub(crate) fn costs(call: &mut Call<'_>) -> Result<Value, Failure> {
    let costs = if let Some(campaign) = call.params.text("campaignId") {
        let costs = campaign.parse().ok().and_then(|id| of_campaign(call.world, id));
        costs.ok_or_else(|| Failure::invalid("campaignId", &campaign))?
    } else {
        let mailings = call.params.rows("mailings")?;
        let mailings = mailings.into_iter().map(|mailing| messages::text_and_medium(&Params::of(mailing)));
        let mailings: Vec<_> = mailings.collect::<Result<_, _>>()?;
        let list = call.params.required("listId")?;
        let id = list.parse().ok().filter(|id| call.world.lists.row(*id).is_some());
        let id = id.ok_or_else(|| Failure::invalid("listId", &list))?;
        Costs::new(&mailings, |medium| reached(call.world, id, medium))
    };
    Ok(json!({ "size": 1, "list": [costs.json()] }))
}

pub(super) fn of_campaign(world: &World, campaign: u64) -> Option<Costs> {
    let row = world.campaigns.row(campaign)?;
    let steps = row.get("steps").and_then(Value::as_array)?;
    let mailings = steps.iter().filter_map(|step| step.get("mailings")?.as_array()).flatten();
    let mailings: Vec<_> = mailings
        .filter_map(|mailing| messages::text_and_medium(&Params::of(mailing.as_object()?.clone())).ok())
        .collect();
    let list = row.get("listId").and_then(Value::as_str).and_then(|list| list.parse().ok());
    Some(match list {
        Some(list) => Costs::new(&mailings, |medium| reached(world, list, medium)),
        None => Costs::new(&mailings, |medium| recipients(world, campaign, medium)),
    })
}

fn reached(world: &World, list: u64, medium: &str) -> i64 {
    let members = world.members.get(&list).into_iter().flatten();
    count(members.filter(|contact| world.is_reachable(**contact, medium)))
}

/// Of a transactional campaign.
fn recipients(world: &World, campaign: u64, medium: &str) -> i64 {
    let means = if medium == "EMAIL" { "email" } else { "mobile" };
    let has = |row: &Row| {
        row.get("campaignId") == Some(&json!(campaign.to_string()))
            && row.get(means).is_some_and(|value| !value.is_null())
    };
    count(world.recipients.iter().filter(|(_, row)| has(row)))
}

fn count<T>(of: impl Iterator<Item = T>) -> i64 {
    i64::try_from(of.count()).expect("fewer than 2^63")
}

/// An amount as a database with three decimals gives it: text.
fn euros(thousandths: i64) -> Value {
    let sign = if thousandths < 0 { "-" } else { "" };
    let amount = thousandths.abs();
    json!(format!("{sign}{}.{:03}", amount / 1000, amount % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_orders_are_filled_up_and_large_ones_discounted() {
        let mailing = [("SMS", "Bonjour".to_owned())];
        let small = Costs::new(&mailing, |_| 10);
        assert_eq!(
            small.json(),
            json!({ "cost": "2.000", "medias": {
                "SMS": { "cost": "0.650", "units": "10" },
                "ADJUST": { "cost": "1.350", "label": "Minimum de facturation" },
            } })
        );
        let large = Costs::new(&mailing, |_| 1000);
        assert_eq!((large.text(100), large.text(120)), ("58.50".to_owned(), "70.20".to_owned()));
        assert_eq!(large.json()["medias"]["DISCOUNT"]["cost"], "-6.500");
    }
}
