//! How much JSON a run may hold, so that all of it fits into one item of the store and can be read again.

use serde_json::Value;

/// Deepest nesting of what others give; a reader of JSON stops at 128, and a run holds it some levels down.
const DEPTH_MAX: u32 = 64;

/// Why it cannot be kept, where it cannot. What is larger than `bytes_max` is kept elsewhere, and named.
pub(super) fn misfit(value: &Value, bytes_max: usize) -> Option<String> {
    if !is_shallow(value, DEPTH_MAX) {
        return Some(format!("it is nested deeper than {DEPTH_MAX} levels"));
    }
    let bytes = value.to_string().len();
    (bytes > bytes_max).then(|| format!("it has {bytes} bytes of JSON, and may have {bytes_max}"))
}

fn is_shallow(value: &Value, levels: u32) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return false;
    };
    match value {
        Value::Array(values) => values.iter().all(|value| is_shallow(value, below)),
        Value::Object(values) => values.values().all(|value| is_shallow(value, below)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_or_too_large_does_not_fit() {
        let nested = |levels: usize| {
            let text = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            serde_json::from_str::<Value>(&text).unwrap()
        };
        assert_eq!(misfit(&nested(64), 1000), None);
        assert!(misfit(&nested(65), 1000).is_some());
        assert_eq!(misfit(&Value::from("12345678"), 10), None);
        assert!(misfit(&Value::from("123456789"), 10).is_some());
    }
}
