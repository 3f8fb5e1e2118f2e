//! Clients that take tools away from themselves.

use idwo_history::clones::Clones;
use serde_json::json;

use crate::door::Door;

#[tokio::test]
async fn a_tool_that_is_taken_away_is_neither_listed_nor_called() {
    let door = Door::over(Clones::default()).await;
    for line in [
        ("x-mcp-exclude-tools", "analyze_pr"),
        ("X-MCP-Tools", "smart_triage"),
        ("x-mcp-toolsets", "releases"),
    ] {
        let list = door
            .ask_of_2026("tools/list", json!({}), json!({}), &[line])
            .await
            .json();
        assert!(!list.to_string().contains("\"analyze_pr\""), "{line:?}");
        assert_eq!(list["result"]["cacheScope"], "private");
        let call = json!({ "name": "analyze_pr", "arguments": {} });
        let call = door
            .ask_of_2026("tools/call", call, json!({}), &[line])
            .await
            .json();
        assert_eq!(call["error"]["code"], -32602, "{call}");
        let uri = json!({ "uri": "orchestrator://schemas/analyze_pr" });
        let schema = door
            .ask_of_2026("resources/read", uri, json!({}), &[line])
            .await
            .json();
        assert_eq!(schema["error"]["code"], -32602, "{schema}");
    }
    door.close().await;
}

#[tokio::test]
async fn what_only_reads_stays_for_who_wants_to_read() {
    let door = Door::over(Clones::default()).await;
    let lines = [
        ("x-mcp-readonly", "true"),
        ("x-mcp-toolsets", "pull_requests, issues"),
    ];
    let list = door
        .ask_of_2026("tools/list", json!({}), json!({}), &lines)
        .await
        .json();
    assert_eq!(list["result"]["tools"][0]["name"], "analyze_pr");
    let list = door
        .ask_of_2026("tools/list", json!({}), json!({}), &[])
        .await
        .json();
    assert_eq!(list["result"]["cacheScope"], "public");
    door.close().await;
}
