//! Acceptance criteria in the text of a ticket: the list below their heading, and scenarios that say
//! given, when and then.

use idwo_core::untrusted;

use super::document::{Kind, Line};

/// Most criteria of one ticket: more are a sign that it should be several.
const CRITERIA_MAX: usize = 20;

/// Longest criterion, in characters.
const CRITERION_CHARS_MAX: usize = 300;

/// What the heading says, whatever its case.
const HEADING: &str = "acceptance criteria";

/// How a scenario begins.
const BEGINS: [&str; 3] = ["scenario", "given", "when"];

/// Of a text that holds nothing but criteria.
pub(super) fn stated(lines: &[Line]) -> Vec<String> {
    let groups = groups(lines);
    // Beside a list or scenarios, other lines only lead to them.
    let is_listed = |group: &&Group| group.is_item || group.is_scenario();
    let listed: Vec<_> = groups.iter().filter(is_listed).collect();
    if listed.is_empty() {
        shown(groups.iter().filter(|group| !group.is_heading))
    } else {
        shown(listed)
    }
}

/// Of a text that may hold criteria among other things.
pub(super) fn described(lines: &[Line]) -> Vec<String> {
    match section(lines) {
        Some(section) => stated(section),
        None => shown(groups(lines).iter().filter(|group| group.is_scenario())),
    }
}

/// What stands below the heading, up to the next that is as high.
fn section(lines: &[Line]) -> Option<&[Line]> {
    let (before, level) = lines
        .iter()
        .enumerate()
        .find_map(|(at, line)| Some((at, heading(line)?)))?;
    let below = lines.get(before + 1..)?;
    let is_next = |line: &Line| matches!(line.kind, Kind::Heading(next) if next <= level);
    let end = below.iter().position(is_next).unwrap_or(below.len());
    below.get(..end)
}

/// How high the heading of the criteria is. In plain text it is a line that says nothing else.
fn heading(line: &Line) -> Option<u64> {
    let text = line.text.to_lowercase();
    match line.kind {
        Kind::Heading(level) if text.contains(HEADING) => Some(level),
        Kind::Text if text.trim_end_matches(':').trim_start_matches(['#', ' ']) == HEADING => {
            Some(u64::MAX)
        }
        _ => None,
    }
}

/// A line, or the lines of one scenario.
struct Group {
    text: String,
    is_heading: bool,
    is_item: bool,
    /// Whether what comes next may belong to it.
    is_open: bool,
}

impl Group {
    fn of(line: &Line) -> Self {
        Self {
            text: line.text.clone(),
            is_heading: matches!(line.kind, Kind::Heading(_)),
            is_item: line.kind == Kind::Item,
            is_open: BEGINS.contains(&first_word(&line.text).as_str()),
        }
    }

    /// Whether it tells what happens: prose begins with such words too.
    fn is_scenario(&self) -> bool {
        self.is_open && self.says("then")
    }

    /// Whether `line` is the next step of this scenario. A second `when` is another one.
    fn takes(&self, line: &Line) -> bool {
        let is_next = match first_word(&line.text).as_str() {
            "given" => first_word(&self.text) == "scenario" && !self.says("given"),
            "when" => !self.says("when"),
            step => ["then", "and", "but"].contains(&step),
        };
        self.is_open && is_next
    }

    fn says(&self, wanted: &str) -> bool {
        words(&self.text).any(|word| word.eq_ignore_ascii_case(wanted))
    }
}

fn groups(lines: &[Line]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in lines {
        match groups.last_mut().filter(|last| last.takes(line)) {
            Some(scenario) => {
                scenario.text.push(' ');
                scenario.text.push_str(&line.text);
            }
            None => groups.push(Group::of(line)),
        }
    }
    groups
}

fn first_word(text: &str) -> String {
    words(text).next().unwrap_or_default().to_lowercase()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

fn shown<'a>(groups: impl IntoIterator<Item = &'a Group>) -> Vec<String> {
    let texts = groups.into_iter().map(|group| group.text.as_str());
    let texts = texts.map(|text| untrusted::plain(text, CRITERION_CHARS_MAX));
    texts.take(CRITERIA_MAX).collect()
}

#[cfg(test)]
mod tests {
    use idwo_sandbox::jira::Issue;
    use serde_json::{Value, json};

    use super::super::document::lines;
    use super::*;

    fn described_by(nodes: Vec<Value>) -> Vec<String> {
        described(&lines(&Issue::document(nodes)))
    }

    fn bold(text: &str) -> Value {
        json!({ "type": "paragraph", "content": [
            { "type": "text", "text": text, "marks": [{ "type": "strong" }] },
            { "type": "text", "text": " " },
        ] })
    }

    #[test]
    fn the_list_below_the_heading_is_taken_and_nothing_else() {
        let found = described_by(vec![
            Issue::list(&["before"]),
            Issue::heading("ACCEPTANCE CRITERIA (draft)"),
            Issue::paragraph("All of these:"),
            Issue::list(&["one", "two"]),
            Issue::heading("Notes"),
            Issue::list(&["after"]),
        ]);
        assert_eq!(found, ["one", "two"]);
    }

    #[test]
    fn a_deeper_heading_divides_the_criteria_and_does_not_end_them() {
        let found = described_by(vec![
            Issue::heading("Acceptance criteria"),
            bold("For customers"),
            Issue::list(&["one"]),
            bold("For us"),
            Issue::list(&["two"]),
        ]);
        assert_eq!(found, ["one", "two"]);
    }

    #[test]
    fn a_bold_line_is_a_heading_and_lines_are_criteria_where_there_is_no_list() {
        let found = described_by(vec![
            bold("Acceptance Criteria:"),
            Issue::paragraph("one"),
            Issue::paragraph("two"),
            bold("Notes"),
            Issue::paragraph("after"),
        ]);
        assert_eq!(found, ["one", "two"]);
    }

    #[test]
    fn the_steps_of_a_scenario_are_one_criterion() {
        let code = json!({ "type": "codeBlock", "content": [{ "type": "text", "text":
            "Scenario: Soft decline\n  Given a declined card\n  When a day has passed\n  Then it is charged\n  And told" }] });
        let found = described_by(vec![
            Issue::paragraph("Given that cards fail, we retry."),
            code,
            Issue::paragraph("Given a token"),
            Issue::paragraph("When it is gone, then nothing is charged"),
        ]);
        assert_eq!(
            found,
            [
                "Scenario: Soft decline Given a declined card When a day has passed Then it is charged And told",
                "Given a token When it is gone, then nothing is charged",
            ]
        );
    }

    #[test]
    fn items_that_each_say_when_stay_apart() {
        let found = described_by(vec![
            Issue::heading("Acceptance criteria"),
            Issue::list(&["When it fails, tell", "When it works, be silent"]),
        ]);
        assert_eq!(found, ["When it fails, tell", "When it works, be silent"]);
    }

    #[test]
    fn what_is_within_an_item_belongs_to_it() {
        let inner = Issue::list(&["a mail", "a note"]);
        let item =
            json!({ "type": "listItem", "content": [Issue::paragraph("Customers get"), inner] });
        let list = json!({ "type": "orderedList", "content": [item] });
        let found = described_by(vec![Issue::heading("Acceptance criteria"), list]);
        assert_eq!(found, ["Customers get a mail a note"]);
    }

    #[test]
    fn plain_text_is_read_like_a_document() {
        let text = "Why\n- before\n\nAcceptance criteria:\n- one\n2. two\n* three";
        assert_eq!(described(&lines(&json!(text))), ["one", "two", "three"]);
        let field = "must be fast\nmust be safe";
        assert_eq!(
            stated(&lines(&json!(field))),
            ["must be fast", "must be safe"]
        );
    }

    #[test]
    fn a_text_without_criteria_has_none() {
        assert!(described_by(vec![Issue::list(&["one"]), Issue::paragraph("two")]).is_empty());
        for nothing in [Value::Null, json!(7), json!({ "type": "doc" }), json!("")] {
            assert!(described(&lines(&nothing)).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_flood_of_criteria_is_cut_in_number_and_length() {
        let long = "x".repeat(5_000);
        let items: Vec<_> = std::iter::repeat_n(long.as_str(), 50).collect();
        let found = described_by(vec![
            Issue::heading("Acceptance criteria"),
            Issue::list(&items),
        ]);
        assert_eq!(found.len(), CRITERIA_MAX);
        assert!(
            found
                .iter()
                .all(|text| text.chars().count() == CRITERION_CHARS_MAX)
        );
    }

    #[test]
    fn a_tree_without_end_is_read_down_to_a_limit() {
        let mut node = Issue::list(&["deep"]);
        for _ in 0..100 {
            node = json!({ "type": "panel", "content": [node] });
        }
        assert!(lines(&Issue::document(vec![node, Issue::paragraph("flat")])).len() == 1);
    }

    #[test]
    fn what_cannot_be_seen_is_not_passed_on() {
        let found = described_by(vec![
            Issue::heading("Acceptance criteria"),
            Issue::list(&["pay\u{202e}\u{200b} once"]),
        ]);
        assert_eq!(found, ["pay once"]);
    }
}
