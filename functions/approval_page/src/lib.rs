//! The page on which a person decides an approval that a signed link leads to. A link alone shows it, and
//! declines: it may have passed through a model's hands, and a model must not approve. Approving needs the key
//! of an approver beside it, typed into the page.
//!
//! What the page shows was written by others: `html.rs` lets none of it become markup. The markup is written by
//! hand, since one page needs no language of templates.

mod page;

// What a request must be.
mod form;
mod head;
mod refused;

// What comes of it.
mod audit;
mod decided;

// What is answered.
mod answers;
mod facts;
mod html;
mod shown;

pub use self::page::{ApprovalPage, PageError, Setup, kinds};
