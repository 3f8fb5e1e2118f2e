//! The tickets of the sample repository: the one that its risky pull request names, and what
//! surrounds it on the board.

use super::Issue;

pub fn issues() -> Vec<Issue> {
    vec![retry(), receipt()]
}

fn retry() -> Issue {
    let criteria = [
        "A soft decline is charged again after one, three and seven days, and never more often",
        "No card number is kept; a retry uses the token that the gateway gave",
        "The customer gets one e-mail for each attempt that fails",
    ];
    Issue::new("PAY-77", "Retry declined payments")
        .moved_to("In Progress")
        .fixed_in(&["2026.12"])
        .updated("2026-11-20T09:15:00.000+0000")
        .described(vec![
            Issue::paragraph("One order in twenty is lost since a card was declined once."),
            Issue::heading("Acceptance criteria"),
            Issue::list(&criteria),
            Issue::heading("Out of scope"),
            Issue::list(&["Other ways to pay"]),
        ])
}

fn receipt() -> Issue {
    Issue::new("PAY-58", "Receipts name the declined attempts")
        .of_kind("Bug")
        .moved_to("Done")
        .fixed_in(&["2026.11"])
        .updated("2026-11-12T14:40:00.000+0000")
}
