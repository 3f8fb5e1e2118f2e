//! Fifty at once lose nothing of each other's.

use futures::future::join_all;
use idwo_core::store::{Item, Key, Write};

use super::given::{Answer, Given, all, broken, give_way, insert, key, must, replace};

const CROWD: u64 = 50;

/// What each account of the transfers holds at first: more than all of them move.
const AT_FIRST: u64 = 10_000;

/// How often one of the crowd reads anew. Whoever loses does so because another won.
const ROUNDS_MAX: u64 = 20 * CROWD;

pub async fn fifty_count_to_fifty(given: &Given) {
    let key = key("p", "counter");
    given.done(vec![insert(&key, "0")]).await;
    let one_more = async || {
        change(given, std::slice::from_ref(&key), |items| {
            items
                .iter()
                .map(|item| moved(item, number(item) + 1))
                .collect()
        })
        .await;
    };
    join_all((0..CROWD).map(|_| one_more())).await;
    let counted = given.get(&key).await;
    let counted = counted.unwrap_or_else(|| broken("the counter is gone"));
    assert_eq!((number(&counted), counted.version), (CROWD, CROWD + 1));
}

pub async fn of_fifty_that_insert_one_wins(given: &Given) {
    let key = key("p", "s");
    let batches: Vec<_> = (0..CROWD)
        .map(|i| given.batch(vec![insert(&key, &i.to_string())]))
        .collect();
    let answers = join_all(batches.iter().map(|batch| given.send(batch))).await;
    let left = given.get(&key).await;
    let mut winners = 0;
    for (batch, answer) in batches.iter().zip(answers) {
        match answer {
            Answer::Done => {
                winners += 1;
                let by = left.as_ref().map(|item| item.written_by);
                assert_eq!(by, Some(batch.id()), "another's is there");
            }
            Answer::Conflict { found, .. } => assert_eq!(found, left, "the winner's is found"),
        }
    }
    assert_eq!(winners, 1);
}

pub async fn fifty_transfers_keep_the_sum(given: &Given) {
    let accounts = [key("a", "account"), key("b", "account")];
    let at_first = accounts
        .iter()
        .map(|key| insert(key, &AT_FIRST.to_string()));
    given.done(at_first.collect()).await;
    let transfers = (0..CROWD).map(|i| transfer(given, &accounts, i));
    join_all(transfers).await;
    let a = given.read(all("a")).await;
    let b = given.read(all("b")).await;
    // Every second one goes back: 0 - 1 + 2 - 3 … - 49.
    let held: Vec<u64> = a.iter().chain(&b).map(number).collect();
    assert_eq!(held, [AT_FIRST + CROWD / 2, AT_FIRST - CROWD / 2]);
    let versions = a.iter().chain(&b).map(|item| item.version);
    assert_eq!(versions.collect::<Vec<_>>(), [CROWD + 1, CROWD + 1]);
}

async fn transfer(given: &Given, accounts: &[Key; 2], amount: u64) {
    change(given, accounts, |items| {
        let [a, b] = items else {
            broken("an account is gone")
        };
        let (from, to) = if amount.is_multiple_of(2) {
            (a, b)
        } else {
            (b, a)
        };
        vec![
            moved(from, number(from) - amount),
            moved(to, number(to) + amount),
        ]
    })
    .await;
}

/// Reads, lets the others go on, and writes; again until nobody came between.
async fn change(given: &Given, keys: &[Key], to: impl Fn(&[Item]) -> Vec<Write>) {
    for _ in 0..ROUNDS_MAX {
        let mut items = Vec::new();
        for key in keys {
            items.extend(given.get(key).await);
        }
        give_way().await;
        if given.send(&given.batch(to(&items))).await == Answer::Done {
            return;
        }
    }
    broken(format!("somebody came between in {ROUNDS_MAX} rounds"))
}

fn moved(item: &Item, number: u64) -> Write {
    replace(&item.key, item.version, &number.to_string())
}

fn number(item: &Item) -> u64 {
    must("a number", item.value.body.parse())
}
