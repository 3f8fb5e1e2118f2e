//! Bodies come out as they went in, byte by byte.

use idwo_core::store::{BODY_BYTES_MAX, Key};

use super::given::{Given, all, broken, insert, item, key, replace};

/// As many of the longest bodies as a batch takes.
const LONGEST_MAX: usize = 8;

/// Each fills a body of the longest in another way: plain, in letters of two to four bytes, and in
/// what JSON writes twice as long when a store puts it into JSON of its own.
const FILLS: [&str; 5] = ["x", "ä", "好", "🦀", r#"\""#];

pub async fn the_longest_body_comes_back(given: &Given) {
    for fill in FILLS {
        let key = key("p", fill);
        let body = longest(fill);
        given.done(vec![insert(&key, "1")]).await;
        let by = given.done(vec![replace(&key, 1, &body)]).await;
        let left = item(&key, 2, &body, by);
        // Not with `assert_eq`, which would print both.
        assert!(given.get(&key).await == Some(left.clone()), "of {fill}");
        let found = given.refused(vec![insert(&key, "9")], &key).await;
        assert!(found == Some(left), "of {fill}, in a conflict");
    }
}

pub async fn the_largest_batch_comes_back(given: &Given) {
    let keys: Vec<Key> = (0..LONGEST_MAX).map(|i| key("p", &i.to_string())).collect();
    let bodies: Vec<String> = FILLS
        .iter()
        .cycle()
        .map(|fill| longest(fill))
        .take(LONGEST_MAX)
        .collect();
    let of_all = keys.iter().zip(&bodies);
    let by = given
        .done(
            of_all
                .clone()
                .map(|(key, body)| insert(key, body))
                .collect(),
        )
        .await;
    let left: Vec<_> = of_all.map(|(key, body)| item(key, 1, body, by)).collect();
    assert!(given.read(all("p")).await == left);
}

pub async fn the_smallest_bodies_come_back(given: &Given) {
    for (i, body) in ["0", "\"\"", "{}", "null", " [ 1,\n1.0 ]\t", r#""\u0000""#]
        .iter()
        .enumerate()
    {
        let key = key("p", &i.to_string());
        let by = given.done(vec![insert(&key, body)]).await;
        assert_eq!(given.get(&key).await, Some(item(&key, 1, body, by)));
    }
}

/// A text in JSON of exactly the most bytes.
fn longest(fill: &str) -> String {
    let bytes = BODY_BYTES_MAX - 2;
    let times = bytes / fill.len();
    let rest = bytes % fill.len();
    let body = format!("\"{}{}\"", fill.repeat(times), ".".repeat(rest));
    if body.len() != BODY_BYTES_MAX {
        broken(format!("a body of {} bytes", body.len()));
    }
    body
}
