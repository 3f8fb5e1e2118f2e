//! What every store keeps, as situations that are tried on it: one suite for the model, the laptop's
//! store and DynamoDB.
//!
//! [`kept_by`] tries each situation on a store of its own, [`kept_in_any_order`] asks a store and the
//! model the same at random. Both end in a panic that names the promise that was broken.
//!
//! What the port leaves open is not tried:
//! - which write a conflict names, where several find something unexpected; it has to be one of them;
//! - what a batch does that is sent again when nothing is left of it, because what it wrote was removed
//!   or has expired: a store that remembers batches does nothing, another applies it anew;
//! - whether a batch of several writes that is sent again after others have moved on is answered with
//!   `Ok`, which is true, or with a conflict. DynamoDB remembers it for ten minutes. It writes nothing;
//! - when a store is `Busy` or does not answer; the same batch is sent again then, up to 1,000 times.
//!   Each adapter tries its own such faults;
//! - parts of a second in `expires_at`.

mod any_order;
mod given;
#[cfg(test)]
mod tests;

pub mod again;
pub mod batches;
pub mod bodies;
pub mod crowd;
pub mod expiry;
pub mod names;
pub mod pages;
pub mod versions;

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

pub use self::any_order::kept_in_any_order;
pub use self::given::Given;

/// Tries each of the named situations on a store of its own.
macro_rules! try_each {
    ($new:expr, $($of:ident { $($situation:ident,)+ })+) => {
        $($(
            tried(stringify!($situation), async { $of::$situation(&$new().await).await }.boxed_local()).await;
        )+)+
    };
}

/// Tries all situations, each on what `new` gives: a store with nothing in it and the clock it goes by.
///
/// # Panics
/// At the first situation in which the store breaks a promise.
pub async fn kept_by(new: impl AsyncFn() -> Given) {
    try_each! {
        new,
        versions {
            an_item_counts_its_versions,
            what_is_not_as_expected_is_shown,
            a_refused_write_changes_nothing,
            what_is_not_there_can_be_removed,
            what_was_removed_begins_anew,
        }
        batches {
            all_of_a_batch_is_there,
            a_conflict_anywhere_leaves_nothing,
            all_kinds_go_together,
            a_check_guards_the_others,
        }
        again {
            one_write_sent_again_is_applied_once,
            many_writes_sent_again_are_applied_once,
            a_removal_sent_again_spares_what_came_after,
            one_write_sent_again_after_others_is_a_conflict,
            many_writes_sent_again_after_others_change_nothing,
            a_refused_batch_is_applied_when_it_fits,
            the_same_words_in_another_batch_are_a_conflict,
            one_batch_sent_at_once_is_applied_once,
        }
        crowd {
            fifty_count_to_fifty,
            of_fifty_that_insert_one_wins,
            fifty_transfers_keep_the_sum,
        }
        bodies {
            the_longest_body_comes_back,
            the_largest_batch_comes_back,
            the_smallest_bodies_come_back,
        }
        names {
            names_are_ordered_byte_by_byte,
            names_are_under_what_they_begin_with,
            partitions_do_not_see_each_other,
            the_longest_names_are_taken,
        }
        pages {
            an_empty_partition_has_no_more,
            a_page_goes_on_after_any_name,
            large_items_are_each_seen_once,
            many_items_are_each_seen_once,
            pages_keep_their_limit,
        }
        expiry {
            what_has_expired_is_not_there,
            what_has_not_expired_is_there,
            what_has_expired_is_no_hindrance,
            what_has_expired_is_not_shown_in_conflicts,
            an_end_is_replaced_with_the_value,
            what_is_behind_much_that_has_expired_is_found,
        }
    }
}

#[expect(clippy::panic, reason = "a broken promise ends the test that tries it")]
async fn tried(situation: &str, outcome: LocalBoxFuture<'_, ()>) {
    if let Err(why) = AssertUnwindSafe(outcome).catch_unwind().await {
        panic!("the store does not keep {situation}: {}", said(&*why));
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it says nothing")
}
