//! `approval_page` as the process that Lambda starts.

use idwo_sandbox::aws::Aws;

#[tokio::test]
async fn without_a_table_it_says_who_can_make_one() {
    let aws = Aws::start().await.unwrap();
    let program = env!("CARGO_BIN_EXE_approval_page");
    let key = [(
        "IDWO_REQUEST_STATE_KEY",
        "a key of the tests, 32 bytes long",
    )];
    let _process = aws.run("approval_page", program, &key).await.unwrap();
    let event = include_str!("../../../events/approval_page.json");
    let event = serde_json::from_str(event).unwrap();
    let returned = aws.invoke("approval_page", event).await.unwrap().unwrap();
    assert_eq!(returned["statusCode"], 503, "{returned}");
    assert!(returned["body"].as_str().unwrap().contains("KeepsState"));
}
