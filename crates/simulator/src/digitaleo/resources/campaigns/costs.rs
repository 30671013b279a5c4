//! Costs of messages: a price per unit, several units for long texts, a discount and a minimum.

use serde_json::{Map, Value, json};

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::call::Call;
use crate::digitaleo::request::params::{Params, Row};
use crate::digitaleo::resources::messages;
use crate::digitaleo::validate::MEDIA;
use crate::digitaleo::world::World;

/// Price of a unit in thousandths of a euro, in the order of [`MEDIA`].
const PRICES: [i64; 4] = [65, 9, 110, 95];
/// Sum from which the discount applies, in thousandths of a euro.
const DISCOUNT_FROM: i64 = 20_000;
/// Discount in percent.
const DISCOUNT_PERCENT: i64 = 10;
/// Minimum charge in thousandths of a euro.
const MINIMUM: i64 = 2_000;

/// Costs of mailings, in thousandths of a euro.
pub(super) struct Costs {
    /// Medium, cost and units.
    media: Vec<(&'static str, i64, i64)>,
    discount: i64,
    adjustment: i64,
}

impl Costs {
    /// Computes the costs of mailings, given as medium and text; `recipients` counts the contacts reachable over a medium.
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
        let discount = if sum >= DISCOUNT_FROM { -sum * DISCOUNT_PERCENT / 100 } else { 0 };
        Self { media, discount, adjustment: (MINIMUM - sum).max(0) }
    }

    fn total(&self) -> i64 {
        self.media.iter().map(|(_, cost, _)| cost).sum::<i64>() + self.discount + self.adjustment
    }

    /// Returns a percentage of the total in euros with two decimals.
    pub(super) fn amount(&self, percent: i64) -> String {
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

/// Handles `POST /campaigncosts`: the costs of a campaign, or of mailings to a list.
pub(crate) fn costs(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let costs = if let Some(campaign) = call.params.text("campaignId") {
        let costs = campaign.parse().ok().and_then(|id| of_campaign(call.world, id));
        costs.ok_or_else(|| ApiError::invalid("campaignId", &campaign))?
    } else {
        let mailings = call.params.rows("mailings")?;
        let mailings = mailings.into_iter().map(|mailing| messages::medium_and_text(&Params::new(mailing)));
        let mailings: Vec<_> = mailings.collect::<Result<_, _>>()?;
        let list = call.params.required("listId")?;
        let id = list.parse().ok().filter(|id| call.world.lists.row(*id).is_some());
        let id = id.ok_or_else(|| ApiError::invalid("listId", &list))?;
        Costs::new(&mailings, |medium| reachable_members(call.world, id, medium))
    };
    Ok(json!({ "size": 1, "list": [costs.json()] }))
}

pub(super) fn of_campaign(world: &World, campaign: u64) -> Option<Costs> {
    let row = world.campaigns.row(campaign)?;
    let steps = row.get("steps").and_then(Value::as_array)?;
    let mailings = steps.iter().filter_map(|step| step.get("mailings")?.as_array()).flatten();
    let mailings: Vec<_> = mailings
        .filter_map(|mailing| messages::medium_and_text(&Params::new(mailing.as_object()?.clone())).ok())
        .collect();
    let list = row.get("listId").and_then(Value::as_str).and_then(|list| list.parse().ok());
    Some(match list {
        Some(list) => Costs::new(&mailings, |medium| reachable_members(world, list, medium)),
        None => Costs::new(&mailings, |medium| recipients(world, campaign, medium)),
    })
}

fn reachable_members(world: &World, list: u64, medium: &str) -> i64 {
    let members = world.members.get(&list).into_iter().flatten();
    count(members.filter(|contact| world.is_reachable(**contact, medium)))
}

/// Counts the recipients of a transactional campaign.
fn recipients(world: &World, campaign: u64, medium: &str) -> i64 {
    let address = if medium == "EMAIL" { "email" } else { "mobile" };
    let has = |row: &Row| {
        row.get("campaignId") == Some(&json!(campaign.to_string()))
            && row.get(address).is_some_and(|value| !value.is_null())
    };
    count(world.recipients.iter().filter(|(_, row)| has(row)))
}

fn count<T>(of: impl Iterator<Item = T>) -> i64 {
    i64::try_from(of.count()).expect("fewer than 2^63")
}

/// Formats an amount in euros with three decimals, as the vendor's database does.
fn euros(thousandths: i64) -> Value {
    let sign = if thousandths < 0 { "-" } else { "" };
    let amount = thousandths.abs();
    json!(format!("{sign}{}.{:03}", amount / 1000, amount % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_are_raised_to_the_minimum_and_large_ones_discounted() {
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
        assert_eq!((large.amount(100), large.amount(120)), ("58.50".to_owned(), "70.20".to_owned()));
        assert_eq!(large.json()["medias"]["DISCOUNT"]["cost"], "-6.500");
    }
}
