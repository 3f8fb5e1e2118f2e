//! What is asked at random: few keys, so that much meets.

use idwo_core::store::{Key, Name, Order, Query};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

use crate::contract::given::name;

/// Most steps of one case: enough that an item is written, replaced, expires and is written again.
const STEPS_MAX: usize = 40;

/// Most writes of one batch, out of 8 keys.
const WRITES_MAX: usize = 4;

pub(super) const PARTITIONS: [&str; 2] = ["p", "P"];

/// One is under another, one only reads like it, one begins with another letter.
const SORTS: [&[&str]; 4] = [&["a"], &["a", "b"], &["a%"], &["ä"]];

#[derive(Debug, Clone)]
pub(super) enum Step {
    Write(Vec<Planned>),
    /// A batch that was sent before.
    Again(Index),
    Get(Place),
    Query(Asked),
    Wait {
        ms: i64,
    },
}

/// A partition and a sort name.
pub(super) type Place = (&'static str, &'static [&'static str]);

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Replaces what is there, and inserts where nothing is: what fits.
    Change,
    Insert,
    Replace,
    Check,
    Remove,
}

#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) kind: Kind,
    pub(super) key: Place,
    /// `None` for the newest.
    pub(super) version: Option<u64>,
    pub(super) body: u8,
    /// In seconds; `None` for ever.
    pub(super) lasts_s: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Asked {
    partition: &'static str,
    is_under_first: bool,
    after: Option<&'static [&'static str]>,
    order: Order,
    items_max: u16,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..=STEPS_MAX)
}

pub(super) fn key_of((partition, sort): Place) -> Key {
    Key {
        partition: name(&[partition]),
        sort: name(sort),
    }
}

pub(super) fn query_of(asked: &Asked) -> Query {
    let [first, ..] = SORTS.map(name);
    let under = asked.is_under_first.then_some(first);
    let after = asked.after.map(name);
    // One that was seen, so it is under the same.
    let seen = |after: &Name| under.as_ref().is_none_or(|under| after.is_under(under));
    Query {
        after: after.filter(seen),
        partition: name(&[asked.partition]),
        under,
        order: asked.order,
        items_max: asked.items_max,
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(planned(), 1..=WRITES_MAX).prop_map(Step::Write),
        2 => any::<Index>().prop_map(Step::Again),
        2 => place().prop_map(Step::Get),
        2 => asked().prop_map(Step::Query),
        2 => select(vec![400, 1000, 3000]).prop_map(|ms| Step::Wait { ms }),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    (select(PARTITIONS.to_vec()), select(SORTS.to_vec()))
}

fn planned() -> impl Strategy<Value = Planned> {
    // Mostly what fits: of four writes in a batch one that does not is enough for a conflict.
    let kind = prop_oneof![
        8 => Just(Kind::Change),
        1 => Just(Kind::Insert),
        1 => Just(Kind::Replace),
        1 => Just(Kind::Check),
        1 => Just(Kind::Remove),
    ];
    let version = option::weighted(0.1, 1..4_u64);
    let lasts_s = option::weighted(0.3, 1..5_i64);
    (kind, place(), version, any::<u8>(), lasts_s).prop_map(
        |(kind, key, version, body, lasts_s)| Planned {
            kind,
            key,
            version,
            body,
            lasts_s,
        },
    )
}

fn asked() -> impl Strategy<Value = Asked> {
    let order = select(vec![Order::First, Order::LastFirst]);
    let after = option::of(select(SORTS.to_vec()));
    let partition = select(PARTITIONS.to_vec());
    (partition, any::<bool>(), after, order, 1..4_u16).prop_map(
        |(partition, is_under_first, after, order, items_max)| Asked {
            partition,
            is_under_first,
            after,
            order,
            items_max,
        },
    )
}
