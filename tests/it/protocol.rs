//! Both eras of the protocol, as a client sees them on the wire.

use idwo_history::clones::Clones;
use serde_json::json;

use crate::door::Door;

async fn door() -> Door {
    Door::over(Clones::default()).await
}

#[tokio::test]
async fn a_client_of_2025_initializes_and_lists() {
    let door = door().await;
    let client = json!({ "name": "test", "version": "1" });
    let hello =
        json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let hello = door.ask("initialize", hello).await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(hello["result"]["serverInfo"]["name"], "idwo");
    let list = door.ask("tools/list", json!({})).await;
    assert_eq!(list["result"]["tools"][0]["name"], "analyze_pr");
    assert_eq!(
        list["result"]["tools"][0]["annotations"]["readOnlyHint"],
        true
    );
    door.close().await;
}

#[tokio::test]
async fn a_client_of_2026_discovers_without_a_handshake() {
    let door = door().await;
    let reply = door
        .ask_of_2026("server/discover", json!({}), json!({}), &[])
        .await;
    let reply = reply.json();
    assert_eq!(reply["result"]["ttlMs"], 60_000, "{reply}");
    let versions = reply["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && versions.contains(&json!("2025-06-18")));
    door.close().await;
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_a_protocol_error() {
    let door = door().await;
    let reply = door.call("no_such_tool", json!({})).await;
    assert_eq!(reply["error"]["code"], -32602);
    assert!(
        reply["error"]["message"]
            .as_str()
            .unwrap()
            .contains("tools/list")
    );
    door.close().await;
}

#[tokio::test]
async fn health_names_the_tools_under_both_paths() {
    let door = door().await;
    for path in ["/health", "/healthz"] {
        let health = door.get(path).await;
        assert_eq!(
            (health.status, health.json()["tools"][0].as_str()),
            (200, Some("analyze_pr"))
        );
    }
    door.close().await;
}

#[tokio::test]
async fn a_method_that_is_not_allowed_names_the_one_that_is() {
    let door = door().await;
    let reply = door.get("/mcp").await;
    assert_eq!(
        (reply.status, &reply.headers["allow"]),
        (405, &"POST".parse().unwrap())
    );
    door.close().await;
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let contract =
        |n: u32| json!({ "name": format!("tool_{n}"), "inputSchema": { "type": "object" } });
    let contracts: Vec<_> = (0..60).map(contract).collect();
    let door = Door::listing(&json!(contracts)).await;
    let first = door.ask("tools/list", json!({})).await;
    assert_eq!(first["result"]["tools"].as_array().unwrap().len(), 50);
    let cursor = json!({ "cursor": first["result"]["nextCursor"] });
    let second = door.ask("tools/list", cursor).await;
    assert_eq!(second["result"]["tools"].as_array().unwrap().len(), 10);
    assert_eq!(second["result"]["tools"][0]["name"], "tool_50");
    assert_eq!(second["result"].get("nextCursor"), None);
    door.close().await;
}
