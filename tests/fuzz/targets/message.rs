//! The envelope check: whatever the bytes, it ends, and what it lets pass every parser reads alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    match mcp::message::check(body) {
        Ok(taken) => {
            let message: Value = serde_json::from_slice(body).expect("what passes is JSON");
            assert_eq!(message["jsonrpc"], "2.0");
            assert!(message["method"].is_string());
            assert_eq!(message.get("id"), taken.id.as_ref());
            let again = message.to_string();
            assert!(mcp::message::check(again.as_bytes()).is_ok(), "written again: {again}");
        }
        Err(refused) => {
            let answer = refused.answer();
            assert!([-32700, -32600, -32602].contains(&refused.code));
            assert!(!answer.get("id").is_some_and(Value::is_null));
        }
    }
});
