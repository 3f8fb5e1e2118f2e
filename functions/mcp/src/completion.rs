//! Completing an argument from its first letters.

use rmcp::model::{CompleteResult, CompletionInfo, ErrorData};

/// Of `values`, those that begin as `first_letters` do, whatever their case; at most as many as the
/// protocol allows, and how many there are.
pub(crate) fn of<'a>(
    values: impl Iterator<Item = &'a str>,
    first_letters: &str,
) -> Result<CompleteResult, ErrorData> {
    let first_letters = first_letters.to_lowercase();
    let mut matching: Vec<String> = values
        .filter(|value| value.to_lowercase().starts_with(&first_letters))
        .map(str::to_owned)
        .collect();
    let total = u32::try_from(matching.len()).ok();
    let has_more = matching.len() > CompletionInfo::MAX_VALUES;
    matching.truncate(CompletionInfo::MAX_VALUES);
    CompletionInfo::with_pagination(matching, total, has_more)
        .map(CompleteResult::new)
        .map_err(|why| ErrorData::internal_error(why, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_fit_are_counted() {
        let values: Vec<_> = (0..150).map(|n| format!("Item {n}")).collect();
        let completed = of(values.iter().map(String::as_str), "item")
            .unwrap()
            .completion;
        assert_eq!(
            (completed.values.len(), completed.total, completed.has_more),
            (100, Some(150), Some(true))
        );
        let completed = of(["one", "two"].into_iter(), "T").unwrap().completion;
        assert_eq!(
            (completed.values, completed.has_more),
            (vec!["two".to_owned()], Some(false))
        );
    }
}
