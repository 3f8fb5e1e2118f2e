//! Long lists, a page at a time. A cursor names the last item that was given, so that it stays
//! good when a deployment between two pages adds or takes away others.

use rmcp::model::ErrorData;

/// Items on a page: more than there are today, because some hosts never ask for the second one.
pub(crate) const PAGE_ITEMS_MAX: usize = 50;

pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// The page of `items` behind `cursor`; `name` is by what an item is told from all others.
pub(crate) fn page<T>(
    items: Vec<T>,
    cursor: Option<&str>,
    name: fn(&T) -> &str,
) -> Result<Page<T>, ErrorData> {
    let start = match cursor {
        None => 0,
        Some(cursor) => after(&items, cursor, name).ok_or_else(unknown_cursor)?,
    };
    let is_last = items.len() <= start + PAGE_ITEMS_MAX;
    let items: Vec<T> = items.into_iter().skip(start).take(PAGE_ITEMS_MAX).collect();
    let next = items.last().filter(|_| !is_last);
    let next = next.map(|item| format!("after:{}", name(item)));
    Ok(Page { items, next })
}

/// The page of `$items` that `$request` asks for, as the library's result: its four results of lists
/// have the same methods and no trait for them.
macro_rules! listed {
    ($result:ident of $items:expr, by $name:expr, for $request:expr, kept by $scope:expr) => {{
        let cursor = $request
            .as_ref()
            .and_then(|request| request.cursor.as_deref());
        let page = $crate::page::page($items, cursor, $name)?;
        let mut result = $result::with_all_items(page.items)
            .with_ttl_ms($crate::gateway::LIST_TTL_MS)
            .with_cache_scope($scope);
        result.next_cursor = page.next;
        Ok(result)
    }};
}
pub(crate) use listed;

fn after<T>(items: &[T], cursor: &str, name: fn(&T) -> &str) -> Option<usize> {
    let last = cursor.strip_prefix("after:")?;
    let at = items.iter().position(|item| name(item) == last)?;
    Some(at + 1)
}

fn unknown_cursor() -> ErrorData {
    ErrorData::invalid_params("the cursor is none of ours; list again without it", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("item-{n}")).collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let all = names(2 * PAGE_ITEMS_MAX + 1);
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = page(all.clone(), cursor.as_deref(), String::as_str).unwrap();
            assert!(page.items.len() <= PAGE_ITEMS_MAX);
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_full_page_with_nothing_behind_it_has_no_cursor() {
        let page = page(names(PAGE_ITEMS_MAX), None, String::as_str).unwrap();
        assert_eq!((page.items.len(), page.next), (PAGE_ITEMS_MAX, None));
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for cursor in ["", "1", "after:", "after:nobody"] {
            let refused = page(names(3), Some(cursor), String::as_str);
            assert!(refused.is_err(), "{cursor}");
        }
    }
}
