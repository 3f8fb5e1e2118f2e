//! What a link shows.

use http::StatusCode;

use crate::bench::{Bench, HOUR, request};

#[tokio::test]
async fn a_link_shows_what_is_asked_and_changes_nothing() {
    let (bench, approval, path) = Bench::waiting().await;
    let page = bench.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    let hash = approval.request.plan_hash.as_str();
    for told in [
        "<html lang=\"en\">",
        "<title>Approval: waits for a decision</title>",
        "<h1>merge</h1>",
        "<dd>acme/storefront</dd>",
        "<dd>bot</dd>",
        "<li>merge #71 by squash</li><li>delete its branch</li>",
        hash,
        "rules-7",
        "2100-01-01 00:00 UTC",
        "2100-01-01 01:00 UTC",
        "1 h 0 min left",
        "<label for=\"key\">",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    assert!(page.has_form() && !page.body.contains("<script"));
    assert_eq!(bench.now(&approval.id).await, approval);
    assert!(bench.notes(&approval.id).await.is_empty());
}

#[tokio::test]
async fn a_browser_runs_frames_keeps_and_tells_nothing_of_it() {
    let (bench, _, path) = Bench::waiting().await;
    let decided = bench.post(&path, "decision=decline").await;
    for page in [
        &bench.get(&path).await,
        &bench.get("/approvals/x").await,
        &decided,
    ] {
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn nothing_that_others_wrote_becomes_markup() {
    let bench = Bench::open();
    let hostile = "\u{202e}</li><script>alert(1)</script> \"'& &lt;b&gt; <img src=x onerror=y>";
    let request = request(hostile, &[hostile, "</ol></main><form action=//evil.test>"]);
    let (_, path) = bench.asked("team", "hostile", &request).await;
    let page = bench.get(&path).await;
    let text =
        "&lt;/li&gt;&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp; &amp;lt;b&amp;gt;";
    assert_eq!(page.body.matches(text).count(), 2, "{}", page.body);
    for markup in ["<script", "<img", "evil.test>", "\u{202e}"] {
        assert!(!page.body.contains(markup), "{markup}: {}", page.body);
    }
    assert_eq!(page.body.matches("<form").count(), 1);
}

/// Whoever wrote it into the store by another way than [`request`] is shown as harmless.
#[tokio::test]
async fn an_actor_that_nobody_made_plain_is_plain_on_the_page() {
    let bench = Bench::open();
    let mut request = request("merge", &["merge"]);
    request.actor = "a\u{202e}b\u{200b}<b>\nc".to_owned();
    request.policy = "\"><svg onload=x>".to_owned();
    let (_, path) = bench.asked("team", "odd", &request).await;
    let page = bench.get(&path).await;
    assert!(
        page.body.contains("<dd>ab&lt;b&gt; c</dd>"),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains("<code>&quot;&gt;&lt;svg onload=x&gt;</code>")
    );
}

#[tokio::test]
async fn the_longest_line_of_a_plan_is_shown_whole() {
    let bench = Bench::open();
    let line = "é".repeat(300);
    let (_, path) = bench
        .asked("team", "long", &request("merge", &[&line]))
        .await;
    let page = bench.get(&path).await;
    assert!(
        page.body.contains(&format!("<li>{line}</li>")),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn nobody_in_particular_is_somebody_on_this_machine() {
    let bench = Bench::open();
    let mut request = request("merge", &["merge"]);
    request.actor = String::new();
    let (_, path) = bench.asked("team", "laptop", &request).await;
    let page = bench.get(&path).await;
    assert!(page.body.contains("<dd>somebody on this machine</dd>"));
}

#[tokio::test]
async fn what_is_expired_or_withdrawn_is_shown_so_and_has_no_form() {
    let (bench, _, path) = Bench::waiting().await;
    bench.later(HOUR);
    let page = bench.get(&path).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(
        page.body.contains("expired") && !page.has_form(),
        "{}",
        page.body
    );

    let (bench, approval, path) = Bench::waiting().await;
    bench.withdrawn(&approval.id).await;
    let page = bench.get(&path).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.body.contains("withdrawn") && !page.has_form());
}

#[tokio::test]
async fn an_address_that_somebody_made_up_says_nothing_untrue() {
    let (bench, approval, path) = Bench::waiting().await;
    let pending = bench.get(&path).await.body;
    for query in ["?note=late", "?note=approved", "?note=<b>", "?x=1"] {
        let target = format!("{path}{}", query.replace(['<', '>'], ""));
        assert_eq!(bench.get(&target).await.body, pending, "{query}");
    }
    assert_eq!(bench.now(&approval.id).await, approval);
}
