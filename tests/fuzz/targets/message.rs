//! The envelope check: whatever the bytes, it ends, and what it lets pass every parser reads alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    match mcp::message::read(body) {
        Ok(taken) => {
            let message: Value = serde_json::from_slice(body).expect("what passes is JSON");
            assert_eq!(message["jsonrpc"], "2.0");
            assert_eq!(message["method"], taken.method);
            assert_eq!(message.get("id").cloned(), taken.id.map(|id| serde_json::json!(id)));
            let again = message.to_string();
            assert!(mcp::message::read(again.as_bytes()).is_ok(), "written again: {again}");
        }
        Err(unfit) => {
            assert!([-32700, -32600, -32602].contains(&unfit.code.0));
            let answer = serde_json::json!(unfit.answer());
            assert!(!answer.get("id").is_some_and(Value::is_null));
        }
    }
});
