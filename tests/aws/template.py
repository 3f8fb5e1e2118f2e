"""What has to be true of the template as CloudFormation gets it; the first thing that is not is named.

Usage: python template.py TEMPLATE
"""

import json
import sys

from translated import translated

# What every function may do; more needs a reason, and is asserted below.
OF_ALL = {"WriteItsLog", "Trace"}

WORKERS = ("OrchestrationWorker", "HealingWorker")
# What a workflow goes on asking, and waits for longer than a client does.
GOES_ON = ("AnalyzePrFunction",)

# Statements that may say `*`: X-Ray knows no narrower resource.
WILDCARDS = {"Trace"}

# API Gateway's answers before a function is asked, with their statuses.
REFUSALS = {
    "UNAUTHORIZED": "401",
    "ACCESS_DENIED": "401",
    "MISSING_AUTHENTICATION_TOKEN": "404",
    "INVALID_SIGNATURE": "404",
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
}

# Methods by path that nobody needs a key for.
PUBLIC = {
    ("/mcp", "options"),
    ("/health", "get"),
    ("/.well-known/oauth-protected-resource", "get"),
    ("/.well-known/oauth-protected-resource/mcp", "get"),
    ("/approvals/{id}/{signature}", "get"),
    ("/approvals/{id}/{signature}", "post"),
}

resources = translated(sys.argv[1])["Resources"]


def of_type(kind: str) -> dict[str, dict]:
    return {name: found for name, found in resources.items() if found["Type"] == kind}


def properties(name: str) -> dict:
    return resources[name]["Properties"]


def each_function_has_a_role_and_a_log_of_its_own() -> None:
    functions = of_type("AWS::Lambda::Function")
    roles = [properties(name)["Role"]["Fn::GetAtt"][0] for name in functions]
    assert len(set(roles)) == len(functions), roles
    logs = [properties(name)["LoggingConfig"]["LogGroup"]["Ref"] for name in functions]
    assert len(set(logs)) == len(functions), logs
    for name, log in zip(functions, logs):
        assert properties(log)["RetentionInDays"], log
        assert resources[log].get("Condition") == resources[name].get("Condition"), log
        assert properties(name)["LoggingConfig"]["LogFormat"] == "JSON", name
        is_called_each_minute = name == "ReconcilerFunction"
        mode = "PassThrough" if is_called_each_minute else "Active"
        assert properties(name)["TracingConfig"]["Mode"] == mode, name
        is_waited_for = name == "ApprovalPageFunction" or resources[name].get("Condition") != "WithTables"
        assert properties(name)["MemorySize"] <= 1024, name
        longest = 45 if name in GOES_ON else 29 if is_waited_for else 60
        assert properties(name)["Timeout"] <= longest, name


def no_policy_has_a_wildcard_but_for_traces() -> None:
    for role in of_type("AWS::IAM::Role"):
        assert not properties(role).get("ManagedPolicyArns"), f"{role}: what that allows is not written here"
        for statement in statements(role).values():
            assert "*" not in json.dumps(statement) or statement["Sid"] in WILDCARDS, (role, statement)
        [log] = [name for name in of_type("AWS::Logs::LogGroup") if name == role.replace("Role", "Log")]
        assert statements(role)["WriteItsLog"]["Resource"] == {"Fn::GetAtt": [log, "Arn"]}, role


def the_endpoint_may_call_tools_and_read_its_secret_and_nothing_else() -> None:
    allowed = statements("McpRole")
    assert set(allowed) == OF_ALL | {"CallTheTools", "ReadTheSigningSecret"}, allowed
    assert allowed["CallTheTools"]["Action"] == "lambda:InvokeFunction"
    called = json.dumps(allowed["CallTheTools"]["Resource"])
    for name in of_type("AWS::Lambda::Function"):
        is_work = resources[name].get("Condition") == "WithTables"
        is_no_tool = is_work or name in ("McpFunction", "AuthorizerFunction")
        assert (f'"{name}"' in called) != is_no_tool, f"the endpoint and {name}"
    assert set(statements("AuthorizerRole")) == OF_ALL | {"ReadTheSigningSecret"}
    starts = {"ReadTheVendorsSecret", "StartWorkflows", "TellWorkers"}
    assert set(statements("AnalyzePrRole")) == OF_ALL | starts
    start = statements("AnalyzePrRole")["StartWorkflows"]
    assert set(start["Action"]) == {f"dynamodb:{item}" for item in ("GetItem", "PutItem", "Query")}, start
    assert set(statements("GetWorkflowRole")) == OF_ALL | {"ReadTheState"}
    assert set(statements("CancelWorkflowRole")) == OF_ALL | {"ChangeTheState", "TellWorkers"}
    decides = {"ChangeTheState", "TellWorkers", "ReadTheSigningSecret"}
    assert set(statements("ResolveApprovalRole")) == OF_ALL | decides
    assert statements("AnalyzePrRole")["ReadTheVendorsSecret"]["Resource"] == {"Ref": "VendorsSecret"}


def who_works_may_keep_runs_and_use_one_queue_and_nothing_else() -> None:
    table = {"Fn::GetAtt": ["StateTable", "Arn"]}
    of_items = {"GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem"}
    secrets = {"OrchestrationWorker": {"ReadTheVendorsSecret", "GoOnAsking"}, "HealingWorker": set()}
    asked = statements("OrchestrationWorkerRole")["GoOnAsking"]
    assert asked["Resource"] == {"Fn::GetAtt": ["AnalyzePrFunction", "Arn"]}, asked
    for worker in WORKERS:
        allowed = statements(f"{worker}Role")
        assert set(allowed) == OF_ALL | {"KeepRuns", "TellWorkers", "TakeWork"} | secrets[worker], allowed
        keep = allowed["KeepRuns"]
        assert (set(keep["Action"]), keep["Resource"]) == ({f"dynamodb:{item}" for item in of_items}, table), keep
        queue = {"Fn::GetAtt": [f"{worker}Queue", "Arn"]}
        assert allowed["TellWorkers"]["Resource"] == allowed["TakeWork"]["Resource"] == queue, allowed
        assert allowed["TellWorkers"]["Action"] == "sqs:SendMessage"
        wanted = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
        assert set(allowed["TakeWork"]["Action"]) == wanted, allowed
    allowed = statements("ReconcilerRole")
    assert set(allowed) == {"WriteItsLog", "FindWhatIsDue", "TellWorkers"}, allowed
    find, tell = allowed["FindWhatIsDue"], allowed["TellWorkers"]
    assert (find["Action"], find["Resource"]) == ("dynamodb:Query", table), find
    queue = {"Fn::GetAtt": ["OrchestrationWorkerQueue", "Arn"]}
    assert (tell["Action"], tell["Resource"]) == ("sqs:SendMessage", queue), tell


def the_approval_page_may_decide_and_sign_and_nothing_else() -> None:
    allowed = statements("ApprovalPageRole")
    assert set(allowed) == OF_ALL | {"ChangeTheState", "TellWorkers", "ReadTheSigningSecret"}, allowed
    # As whoever cancels may: both let something happen to a run.
    cancels = statements("CancelWorkflowRole")
    for same in ("ChangeTheState", "TellWorkers"):
        assert allowed[same] == cancels[same], allowed
    assert allowed["ReadTheSigningSecret"]["Resource"] == {"Ref": "SigningSecret"}, allowed


def what_fails_five_times_is_kept_and_somebody_can_hear_of_it() -> None:
    mappings = {
        found["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]: found["Properties"]
        for found in of_type("AWS::Lambda::EventSourceMapping").values()
    }
    assert set(mappings) == {f"{worker}Queue" for worker in WORKERS}, mappings
    alarms = [alarm["Properties"] for alarm in of_type("AWS::CloudWatch::Alarm").values()]
    for worker in WORKERS:
        queue, mapping = properties(f"{worker}Queue"), mappings[f"{worker}Queue"]
        assert queue["VisibilityTimeout"] >= 6 * properties(f"{worker}Function")["Timeout"], queue
        dead = {"Fn::GetAtt": [f"{worker}Dead", "Arn"]}
        assert queue["RedrivePolicy"] == {"deadLetterTargetArn": dead, "maxReceiveCount": 5}, queue
        assert properties(f"{worker}Dead")["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], mapping
        assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (1, {"MaximumConcurrency": 2}), mapping
        assert properties(f"{worker}Function")["Environment"]["Variables"]["IDWO_QUEUE_URL"] == {"Ref": f"{worker}Queue"}
        # 25 s of the longest step fit into what a message is given, 40 s.
        assert properties(f"{worker}Function")["Timeout"] == 60
        [_] = [alarm for alarm in alarms if {"Fn::GetAtt": [f"{worker}Dead", "QueueName"]} in values(alarm)]


def values(alarm: dict) -> list:
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold"), alarm
    return [dimension["Value"] for dimension in alarm["Dimensions"]]


def what_is_due_is_looked_for_each_minute() -> None:
    [rule] = of_type("AWS::Events::Rule").values()
    assert rule["Properties"]["ScheduleExpression"] == "rate(1 minute)", rule
    assert rule["Properties"]["Targets"][0]["Arn"] == {"Fn::GetAtt": ["ReconcilerFunction", "Arn"]}, rule
    assert properties("ReconcilerFunction")["Timeout"] < 60, "two at once"


def without_state_there_is_nothing_of_durable_work() -> None:
    of_work = {"AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule", "AWS::CloudWatch::Alarm"}
    for name, found in resources.items():
        if found["Type"] in of_work or name.startswith((*WORKERS, "Reconciler", "ApprovalPage")):
            assert found.get("Condition") == "WithTables", name


def statements(role: str) -> dict[str, dict]:
    [policy] = properties(role)["Policies"]
    found = [allowed(statement) for statement in policy["PolicyDocument"]["Statement"]]
    return {statement["Sid"]: statement for statement in found}


def allowed(statement: dict) -> dict:
    """What hangs on a condition, as if that held."""
    return statement["Fn::If"][1] if "Fn::If" in statement else statement


def the_gateway_refuses_as_the_protocol_wants() -> None:
    body = properties("Api")["Body"]
    answers = body["x-amazon-apigateway-gateway-responses"]
    assert {name: answer.get("statusCode") for name, answer in answers.items()} == REFUSALS
    for name, answer in answers.items():
        header = answer["responseParameters"].get("gatewayresponse.header.WWW-Authenticate", "")
        assert header.startswith("'Bearer ") == (answer.get("statusCode") == "401"), name
        refusal = answer["responseTemplates"]["application/json"]
        refusal = json.loads(refusal.replace("$context.error.messageString", '"a text in its quotes"'))
        assert refusal["jsonrpc"] == "2.0" and refusal["error"]["message"], name


def only_what_is_public_needs_no_key() -> None:
    body = properties("Api")["Body"]
    open_to_all = {
        (path, method)
        for path, methods in body["paths"].items()
        for method, operation in allowed(methods).items()
        if allowed(operation)["security"] == [{"NONE": []}]
    }
    assert open_to_all == PUBLIC, open_to_all
    any_method = body["paths"]["/mcp"]["x-amazon-apigateway-any-method"]
    assert any_method["security"] == [{"AccessKey": []}], any_method
    scheme = body["components"]["securitySchemes"]["AccessKey"]["x-amazon-apigateway-authorizer"]
    assert scheme["type"] == "request" and scheme["authorizerResultTtlInSeconds"] == 300
    assert scheme["identitySource"] == "method.request.header.Authorization"


def nothing_runs_away() -> None:
    [stage] = of_type("AWS::ApiGateway::Stage").values()
    limits = {
        (limit["ResourcePath"].replace("~1", "/"), limit["HttpMethod"].lower()): limit["ThrottlingRateLimit"]
        for limit in map(allowed, stage["Properties"]["MethodSettings"])
    }
    assert limits == {("/*", "*"): {"Ref": "RequestsPerSecond"}} | {public: 1 for public in PUBLIC}, limits
    assert stage["Properties"]["TracingEnabled"]


def tables_cost_by_use_and_keep_what_they_should() -> None:
    for table in of_type("AWS::DynamoDB::Table"):
        assert properties(table)["BillingMode"] == "PAY_PER_REQUEST", table
        assert resources[table]["Condition"], f"{table} is made though nothing uses it"
    cache, state = properties("CacheTable"), properties("StateTable")
    assert state["TimeToLiveSpecification"] == cache["TimeToLiveSpecification"]
    assert cache["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert state["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert resources["StateTable"]["UpdateReplacePolicy"] == "Retain"


def a_month_without_calls_costs_one_secret() -> None:
    by_the_month = {"AWS::SecretsManager::Secret", "AWS::CloudWatch::Alarm", "AWS::KMS::Key", "AWS::EC2::NatGateway"}
    always = [
        name
        for name, found in resources.items()
        if found["Type"] in by_the_month and "Condition" not in found
    ]
    assert always == ["SigningSecret"], always
    secret = resources["SigningSecret"]
    assert secret["UpdateReplacePolicy"] == "Retain", "whoever loses it locks everybody out"
    # CloudFormation makes a new secret when any of this changes.
    assert secret["Properties"]["GenerateSecretString"] == {
        "SecretStringTemplate": '{"IDWO_ACCESS_KEYS":"[]"}',
        "GenerateStringKey": "IDWO_REQUEST_STATE_KEY",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }


CHECKS = [
    each_function_has_a_role_and_a_log_of_its_own,
    no_policy_has_a_wildcard_but_for_traces,
    the_endpoint_may_call_tools_and_read_its_secret_and_nothing_else,
    who_works_may_keep_runs_and_use_one_queue_and_nothing_else,
    the_approval_page_may_decide_and_sign_and_nothing_else,
    what_fails_five_times_is_kept_and_somebody_can_hear_of_it,
    what_is_due_is_looked_for_each_minute,
    without_state_there_is_nothing_of_durable_work,
    the_gateway_refuses_as_the_protocol_wants,
    only_what_is_public_needs_no_key,
    nothing_runs_away,
    tables_cost_by_use_and_keep_what_they_should,
    a_month_without_calls_costs_one_secret,
]
for check in CHECKS:
    check()
    print(f"template: {check.__name__.replace('_', ' ')}")
