//! The field in which a team keeps acceptance criteria.

use std::str::FromStr;

/// As Jira numbers the fields that a team adds.
const START: &str = "customfield_";

/// Most digits of such a number: Jira's begin at 10000.
const DIGITS_MAX: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CriteriaField(String);

impl CriteriaField {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CriteriaField {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix(START).unwrap_or_default();
        let is_number = (1..=DIGITS_MAX).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            Ok(Self(text.to_owned()))
        } else {
            Err("a field's id such as customfield_10035")
        }
    }
}
