//! What tickets ask for, as far as a model reads it. What it does not read it cannot judge, so criteria
//! are counted here and left out whole.

use idwo_core::evidence::Skipped;
use idwo_core::tickets::Ticket;

use super::said::VERDICTS_MAX;
use crate::counted::counted;
use crate::quote::quote;

/// Most tickets that a model reads: with more, a change is for none of them in particular.
const TICKETS_MAX: usize = 5;

/// One ticket, in bytes. A criterion that does not fit is left out whole: of a part of one, a model
/// would judge what it did not read.
pub(super) const TICKET_BYTES_MAX: usize = 2_000;

/// Longest criterion, in characters.
const CRITERION_CHARS_MAX: usize = 300;

#[derive(Default)]
pub(super) struct Asked {
    pub(super) tickets: Vec<AskedTicket>,
    tickets_left_out: usize,
    criteria_left_out: usize,
}

pub(super) struct AskedTicket {
    pub(super) key: String,
    /// The summary, and below it the numbered criteria.
    pub(super) text: String,
    /// How many of them, from the first.
    pub(super) criteria: usize,
}

impl Asked {
    pub(super) fn of(tickets: &[Ticket]) -> Self {
        let mut asked = Self::default();
        let mut room = VERDICTS_MAX;
        for ticket in tickets.iter().take(TICKETS_MAX) {
            let shown = AskedTicket::of(ticket, room);
            room -= shown.criteria;
            asked.criteria_left_out += ticket.criteria.len() - shown.criteria;
            asked.tickets.push(shown);
        }
        asked.tickets_left_out = tickets.len() - asked.tickets.len();
        asked
    }

    /// What a model does not know of the tickets.
    pub(super) fn skipped(&self) -> impl Iterator<Item = Skipped> {
        let criteria = (self.criteria_left_out > 0).then(|| {
            let what = format!("by the model: {} of the criteria", self.criteria_left_out);
            let kb = TICKET_BYTES_MAX / 1_000;
            let why = format!("it reads {VERDICTS_MAX} in all, and {kb} KB of a ticket");
            Skipped::new(what, why)
        });
        let tickets = (self.tickets_left_out > 0).then(|| {
            let what = format!("by the model: {}", counted(self.tickets_left_out, "ticket"));
            Skipped::new(what, format!("it reads {TICKETS_MAX}"))
        });
        criteria.into_iter().chain(tickets)
    }
}

impl AskedTicket {
    fn of(ticket: &Ticket, criteria_max: usize) -> Self {
        let summary = quote(&ticket.summary, CRITERION_CHARS_MAX);
        let mut asked = Self {
            key: ticket.key.to_string(),
            text: format!("{}: {summary}\n", ticket.key),
            criteria: 0,
        };
        for (criterion, n) in ticket.criteria.iter().zip(1..).take(criteria_max) {
            let line = format!("{n}. {}\n", quote(criterion, CRITERION_CHARS_MAX));
            if asked.text.len() + line.len() > TICKET_BYTES_MAX {
                break;
            }
            asked.text.push_str(&line);
            asked.criteria = n;
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(key: &str, criteria: usize) -> Ticket {
        Ticket {
            key: key.parse().unwrap(),
            url: String::new(),
            summary: "Refund".to_owned(),
            status: "Open".to_owned(),
            done: Some(false),
            kind: "Story".to_owned(),
            fix_versions: Vec::new(),
            criteria: (1..=criteria).map(|n| format!("It does {n}")).collect(),
            updated: None,
        }
    }

    fn whats(asked: &Asked) -> Vec<String> {
        asked.skipped().map(|skipped| skipped.what).collect()
    }

    #[test]
    fn no_more_criteria_are_numbered_than_verdicts_are_taken() {
        let asked = Asked::of(&[ticket("PAY-1", 8), ticket("PAY-2", 3), ticket("PAY-3", 0)]);
        let numbered: Vec<_> = asked.tickets.iter().map(|shown| shown.criteria).collect();
        assert_eq!(numbered, [8, 2, 0]);
        let second = asked.tickets.get(1).unwrap();
        assert_eq!(second.text, "PAY-2: Refund\n1. It does 1\n2. It does 2\n");
        assert_eq!(whats(&asked), ["by the model: 1 of the criteria"]);
        assert_eq!(
            whats(&Asked::of(&[ticket("PAY-1", 10)])),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_criterion_that_does_not_fit_is_not_asked_about() {
        let long = Ticket {
            criteria: vec!["x".repeat(290); 8],
            ..ticket("PAY-1", 0)
        };
        let asked = Asked::of(&[long]);
        let shown = asked.tickets.first().unwrap();
        assert!(shown.text.len() <= TICKET_BYTES_MAX, "{}", shown.text.len());
        assert_eq!(shown.criteria, shown.text.lines().count() - 1);
        assert_eq!(shown.criteria, 6);
        assert_eq!(whats(&asked), ["by the model: 2 of the criteria"]);
    }

    #[test]
    fn a_sixth_ticket_is_said_to_be_unread() {
        let asked = Asked::of(&[(); 6].map(|()| ticket("PAY-1", 0)));
        assert_eq!(asked.tickets.len(), 5);
        assert_eq!(whats(&asked), ["by the model: 1 ticket"]);
    }
}
